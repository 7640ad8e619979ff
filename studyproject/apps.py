"""The project as an app (its commands, templates and styles), and its own admin site."""

from django.apps import AppConfig
from django.contrib.admin import apps as admin_apps


class StudyProjectConfig(AppConfig):
    name = "studyproject"
    default = True


class StudyAdminConfig(admin_apps.AdminConfig):
    default = False
    default_site = "studyproject.admin.StudyAdminSite"
