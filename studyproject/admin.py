"""The researcher's area: Django admin with a throttled sign-in."""

from typing import Any

from django.contrib.admin import AdminSite
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from survey.throttles import SignInThrottle, too_many


class StudyAdminSite(AdminSite):
    site_header = _("Playlist studies")
    site_title = _("Playlist studies")
    index_title = _("Researcher's area")

    def login(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        if request.method == "POST" and (wait := SignInThrottle().seconds_to_wait(request)):
            return too_many(request, wait)
        return super().login(request, extra_context)
