"""The Django project: settings, addresses, the Celery app, and how it all starts."""

from .celery import app as celery_app

__all__ = ["celery_app"]
