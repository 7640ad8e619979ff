"""The researcher's area: Django admin with a throttled sign-in."""

from typing import Any

from django.contrib.admin import AdminSite
from django.contrib.contenttypes.models import ContentType
from django.contrib.contenttypes.views import shortcut
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, URLResolver, path
from django.utils.translation import gettext_lazy as _

from survey.recruiting.throttles import SignInAttempts, too_many


class StudyAdminSite(AdminSite):
    site_header = _("Playlist studies")
    site_title = _("Playlist studies")
    index_title = _("Researcher's area")

    def login(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        if request.method != "POST":
            return super().login(request, extra_context)
        attempts = SignInAttempts(request)
        if wait := attempts.seconds_left():
            return too_many(request, wait)
        answer = super().login(request, extra_context)
        if not self.has_permission(request):
            attempts.count()
        return answer

    def get_urls(self) -> list[URLPattern | URLResolver]:
        """Django leads every member of staff to the page of any row: to a personal link, say."""
        own = path(
            "r/<path:content_type_id>/<path:object_id>/",
            self.admin_view(self.view_on_site),
            name="view_on_site",
        )
        return [own, *super().get_urls()]

    def view_on_site(
        self, request: HttpRequest, content_type_id: str, object_id: str
    ) -> HttpResponse:
        if not (content_type_id.isascii() and content_type_id.isdigit()):
            raise Http404
        model = get_object_or_404(ContentType, pk=content_type_id).model_class()
        if model is None or not self.is_registered(model):
            raise PermissionDenied
        if not self.get_model_admin(model).has_view_permission(request):
            raise PermissionDenied
        return shortcut(request, content_type_id, object_id)
