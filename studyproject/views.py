"""What an operator's monitor asks."""

from collections.abc import Callable

from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import OperationalError
from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from kombu.exceptions import OperationalError as BrokerError

from recommender.disk import lacks_room, try_writing

from .celery import app

KEY = "health"


@never_cache
def health(request: HttpRequest) -> JsonResponse:
    """Whether each part can be written to, in words; 503 where participants' answers can't be kept.

    Without the broker pages are served and answers kept: `status` says so, and the answer is 200.
    """
    vital = {
        "database": _said(_database),
        "data": _said(lambda: try_writing(settings.DATA_DIR)),
    }
    parts = {**vital, "broker": _said(_broker)}
    well = all(word == "ok" for word in parts.values())
    answers_are_kept = all(word == "ok" for word in vital.values())
    status = "ok" if well else "playlists wait" if answers_are_kept else "answers can't be kept"
    return JsonResponse({"status": status, **parts}, status=200 if answers_are_kept else 503)


def _said(writes: Callable[[], None]) -> str:
    try:
        writes()
    except Exception as error:
        return f"not well: {_reason(error)}"
    return "ok"


def _reason(error: BaseException) -> str:
    """In a few words, without names of hosts or folders: anybody may read it."""
    if lacks_room(error) or "left on device" in str(error):
        return "its disk is full, or can't be written to"
    if isinstance(error, BrokerError | OperationalError | ConnectionError | TimeoutError):
        return "it does not answer"
    return type(error).__name__


def _database() -> None:
    """A session that nobody can have: its time is over as soon as it is written."""
    Session.objects.update_or_create(
        session_key=KEY, defaults={"session_data": "", "expire_date": timezone.now()}
    )


def _broker() -> None:
    with app.connection_for_write() as connection:
        connection.ensure_connection(max_retries=1, interval_start=0.1, timeout=2)
        connection.default_channel.client.set(KEY, "ok", ex=60)
