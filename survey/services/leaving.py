"""Leaving before the end: stopping, which keeps what there is, and erasing, which keeps nothing."""

from collections import Counter

from django.apps import apps
from django.db import IntegrityError, transaction
from django.utils import timezone

from recommender.models import QuerySong
from recommender.own_songs import delete_files
from recommender.services import discard_playlists
from survey.models import Erasure, Participant, Study, TrialTrack

ERASING_ATTEMPTS = 5


def stop(
    participant: Participant,
    because: Participant.LeftBecause = Participant.LeftBecause.OWN_WISH,
) -> None:
    """What was answered so far stays; who has completed or left already stays what they are."""
    active = Participant.objects.active().filter(pk=participant.pk)
    active.update(status=Participant.Status.WITHDRAWN, left_at=timezone.now(), left_because=because)
    if participant.study.own_song_files != Study.OwnSongFiles.KEPT:
        delete_files(QuerySong.objects.filter(playlist__trial__participant=participant))


def erase(participant: Participant, *, by_participant: bool = True) -> Erasure:
    """Delete everything kept of a participant, and keep that it was done.

    Raises Participant.DoesNotExist for somebody erased already.
    """
    for _attempt in range(ERASING_ATTEMPTS - 1):
        try:
            return _erase(participant.pk, by_participant)
        except IntegrityError:
            continue  # another tab saved something in between: it goes with the next attempt
    return _erase(participant.pk, by_participant)


@transaction.atomic
def _erase(pk: int, by_participant: bool) -> Erasure:
    participant = Participant.objects.select_for_update(of=("self",)).get(pk=pk)
    # Locked too, so that what hangs on them can't be added meanwhile.
    trials = list(participant.trials.select_for_update(of=("self",)))
    list(TrialTrack.objects.filter(trial__in=trials).select_for_update(of=("self",)))
    rows = Counter(participant.delete()[1])
    rows += discard_playlists([trial.playlist_id for trial in trials if trial.playlist_id])
    return Erasure.objects.create(
        study=participant.study, rows=_named(rows), by_participant=by_participant
    )


def holdings(participant: Participant) -> dict[str, int]:
    """How many rows of each kind are kept of a participant, to be said before they are erased."""
    tracks = TrialTrack.objects.filter(trial__participant=participant)
    return {
        "playlists": participant.trials.exclude(playlist=None).count(),
        "ratings": sum(trial.ratings.count() for trial in participant.trials.all()),
        "answers": participant.answers.count(),
        "listening events": sum(track.listening.count() for track in tracks),
    }


def _named(rows: Counter[str]) -> dict[str, int]:
    return {
        str(apps.get_model(label)._meta.verbose_name_plural): number
        for label, number in sorted(rows.items())
        if number
    }
