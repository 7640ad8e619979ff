from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html

from . import services
from .models import Report


@admin.register(Report)
class ReportAdmin(admin.ModelAdmin):
    """Reports to look at; they are asked for on a study's page."""

    list_display = [
        "study",
        "kind",
        "status",
        "requested_at",
        "finished_at",
        "erased_since",
        "page",
    ]
    list_filter = ["kind", "status", "study"]
    list_select_related = ["study"]

    @admin.display(description="tables and download")
    def page(self, report: Report) -> str:
        return format_html('<a href="{}">Open {}</a>', report.get_absolute_url(), report)

    @admin.display(description="people erased since")
    def erased_since(self, report: Report) -> int:
        return report.erased_since

    def delete_model(self, request: HttpRequest, report: Report) -> None:
        services.delete_report(report)

    def delete_queryset(self, request: HttpRequest, reports: QuerySet[Report]) -> None:
        for report in reports:
            services.delete_report(report)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Report | None = None) -> bool:
        return False
