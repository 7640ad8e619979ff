"""Work in the background that belongs to no app."""

from celery import shared_task
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import connection
from django.utils import timezone


@shared_task
def forget_what_expired() -> None:
    """Delete sessions and counts of attempts whose time is over: Django alone lets them lie."""
    Session.objects.filter(expire_date__lt=timezone.now()).delete()
    table = connection.ops.quote_name(settings.CACHES["default"]["LOCATION"])
    now = connection.ops.adapt_datetimefield_value(timezone.now().replace(microsecond=0))
    with connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {table} WHERE expires < %s", [now])  # noqa: S608 - our table
