from django.contrib import admin
from django.http import HttpRequest
from django.utils.html import format_html

from .models import Report


@admin.register(Report)
class ReportAdmin(admin.ModelAdmin):
    """Reports to look at; they are asked for on a study's page."""

    list_display = ["study", "status", "requested_at", "finished_at", "page"]
    list_filter = ["status", "study"]
    list_select_related = ["study"]

    @admin.display(description="tables and download")
    def page(self, report: Report) -> str:
        return format_html('<a href="{}">Open report {}</a>', report.get_absolute_url(), report.pk)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Report | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Report | None = None) -> bool:
        return False
