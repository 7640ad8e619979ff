"""Work in the background: thin wrappers that retry what may pass by itself."""

import logging

from celery import Task, shared_task
from django.db import OperationalError
from kombu.exceptions import OperationalError as BrokerError

from . import services
from .models import GenreModel, Track

log = logging.getLogger(__name__)


def enqueue_playlist(playlist_id: int) -> bool:
    """Hand a playlist to the workers. False if the broker is away; the sweep then does it later."""
    try:
        build_playlist.delay_on_commit(playlist_id)
    except BrokerError as error:
        log.warning("Playlist %s waits for the broker: %s", playlist_id, error)
        return False
    services.mark_enqueued(playlist_id)
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
    services.build_playlist(playlist_id)


@shared_task(soft_time_limit=25, time_limit=30)
def sweep_playlists() -> None:
    """Take up again what a dead worker or a restarted broker has lost."""
    for playlist_id in services.lost_playlists():
        enqueue_playlist(playlist_id)


@shared_task(soft_time_limit=60 * 60, time_limit=60 * 60 + 60)
def index_tracks(model_id: int) -> None:
    """Let a model hear every track that it has not heard yet."""

    def report(track: Track, problem: str) -> None:
        if problem:
            log.warning("Track %s could not be heard: %s", track.pk, problem)

    services.index_unheard(GenreModel.objects.get(pk=model_id), report)
