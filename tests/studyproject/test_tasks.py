from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.db import connection
from django.utils import timezone

from studyproject.tasks import forget_what_expired

pytestmark = pytest.mark.django_db


def kept() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM studyproject_cache")
        return cursor.fetchone()[0]


def test_counts_of_attempts_are_deleted_when_their_time_is_over():
    cache.set("over", [1], timeout=-2)
    cache.set("counts", [1], timeout=60)
    assert kept() == 2
    forget_what_expired()
    assert kept() == 1
    assert cache.get("counts") == [1]


def test_sessions_are_deleted_when_their_time_is_over():
    for name, hours in (("over", -1), ("lasts", 1)):
        until = timezone.now() + timedelta(hours=hours)
        Session.objects.create(session_key=name, session_data="", expire_date=until)
    forget_what_expired()
    assert Session.objects.get().session_key == "lasts"


def test_it_is_done_again_and_again(settings):
    tasks = {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}
    assert forget_what_expired.name in tasks
