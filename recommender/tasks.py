"""Work in the background: thin wrappers that retry what may pass by itself."""

import logging

from celery import Task, shared_task
from celery.exceptions import SoftTimeLimitExceeded
from django.db import DatabaseError, OperationalError
from kombu.exceptions import OperationalError as BrokerError

from . import evening, own_songs, services, versions
from .engine.apart import HearingError
from .models import GenreModel

log = logging.getLogger(__name__)

# A task's share of indexing, after which others in the queue have their turn.
PART_S = 5 * 60
# Short, so that reports and indexing get their turn; the scheduler asks again every minute.
EVENING_S = 50
NO_BROKER = (
    "The service that hands out work can't be reached. Nothing that was heard is lost: "
    "start again once it is back."
)


def enqueue_playlist(playlist_id: int) -> bool:
    """Hand a playlist to the workers. False if the broker is away; the sweep then does it later."""
    try:
        build_playlist.delay_on_commit(playlist_id)
    except BrokerError as error:
        log.warning("Playlist %s waits for the broker: %s", playlist_id, error)
        return False
    services.mark_enqueued(playlist_id)
    return True


def enqueue_indexing(model: GenreModel) -> bool:
    """Hand the library to the workers for a model to hear. False if the broker is away."""
    versions.request_indexing(model)
    try:
        index_tracks.delay_on_commit(model.pk)
    except BrokerError as error:
        log.warning("%s was not handed out: %s", model, error)
        versions.stop_indexing(model.pk, NO_BROKER)
        return False
    return True


@shared_task(
    bind=True,
    autoretry_for=(OperationalError,),
    max_retries=3,
    retry_backoff=1,
    soft_time_limit=25,
    time_limit=30,
)
def build_playlist(self: Task, playlist_id: int) -> None:
    """What may pass is tried again, here or by the sweep; any other error would come again."""
    try:
        services.build_playlist(playlist_id)
    except (DatabaseError, HearingError, MemoryError, OSError, SoftTimeLimitExceeded):
        raise
    except Exception as error:
        services.fail_playlist(playlist_id, f"An error that nobody foresaw: {error!r}")
        raise


@shared_task(soft_time_limit=25, time_limit=30)
def sweep_playlists() -> None:
    """Take up again what a dead worker or a restarted broker has lost."""
    for playlist_id in services.lost_playlists():
        enqueue_playlist(playlist_id)


@shared_task
def sweep_own_songs() -> None:
    """Delete participants' own songs when it is time, and what was left behind."""
    own_songs.sweep()


@shared_task(soft_time_limit=PART_S + 10 * 60, time_limit=PART_S + 11 * 60)
def even_loudness() -> None:
    """Make tracks that came in since equally loud, a part at a time, and own songs playable; twice
    at once is harmless."""
    own_songs.copy_unplayable()
    evening.even_part(EVENING_S)


@shared_task(
    bind=True,
    autoretry_for=(OperationalError,),
    max_retries=3,
    retry_backoff=1,
    soft_time_limit=PART_S + 10 * 60,
    time_limit=PART_S + 11 * 60,
)
def index_tracks(self: Task, model_id: int) -> None:
    """Let a model hear the library, part by part, so that a report can be made in between."""
    try:
        if versions.index_part(model_id, PART_S):
            index_tracks.delay(model_id)
    except OperationalError:
        raise
    except BrokerError:
        versions.stop_indexing(model_id, NO_BROKER)
    except Exception as error:
        versions.stop_indexing(model_id, str(error) or type(error).__name__)
        raise
