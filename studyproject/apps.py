"""The project as an app (its commands, templates and styles), and its own admin site."""

from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.contrib.admin import apps as admin_apps
from django.core import checks


class StudyProjectConfig(AppConfig):
    name = "studyproject"
    default = True

    def ready(self) -> None:
        checks.register(proxies_are_named)


def proxies_are_named(**options: Any) -> list[checks.CheckMessage]:
    """Behind TLS without a proxy that we believe, every page would lead to itself for ever."""
    if not (settings.PRODUCTION and settings.SECURE_SSL_REDIRECT and not settings.NUM_PROXIES):
        return []
    return [
        checks.Warning(
            "NUM_PROXIES is 0: no proxy is believed, so behind one every page redirects to itself, "
            "and all visitors seem to have its address.",
            hint="Say how many proxies stand in front, such as NUM_PROXIES=1.",
            id="studyproject.W001",
        )
    ]


class StudyAdminConfig(admin_apps.AdminConfig):
    default = False
    default_site = "studyproject.admin.StudyAdminSite"
