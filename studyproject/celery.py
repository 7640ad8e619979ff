"""The Celery app and its periodic work; the tasks live in the apps."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "studyproject.settings")

app = Celery("studyproject")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
