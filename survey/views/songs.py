"""Finding, hearing and choosing a query song."""

import random
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from recommender.models import Track, TrackQuerySet
from recommender.tasks import enqueue_playlist
from survey import services
from survey.models import Trial
from survey.reasons import in_words
from survey.steps import Step, where

from .access import trial_page

SONGS_SHOWN = 12


@trial_page(Step.SONG)
def song(request: HttpRequest, trial: Trial) -> HttpResponse:
    """Search and choose; what has been chosen is kept even while no playlist can be made."""
    if request.method == "POST":
        track = _chosen(trial, request.POST.get("track", ""))
        if track is not None:
            services.choose_query(trial, track)
            for playlist in services.unsent_playlists(trial.participant):
                enqueue_playlist(playlist)
            return redirect(where(trial.participant).url)
        messages.error(request, _("Please choose one of the songs shown."))
    context = song_page(trial, request.GET.get("q", "")[:100], _why_not(trial))
    template = "survey/_songs.html" if request.htmx else "survey/song.html"  # type: ignore[attr-defined]
    return render(request, template, context)


def song_page(trial: Trial, words: str, refusal: str) -> dict[str, Any]:
    """What the page shows; `refusal` is why one's own song can't be used."""
    found = _offered(trial, words)
    return {
        **context_of(trial),
        "q": words,
        "songs": found[:SONGS_SHOWN],
        "more": len(found) > SONGS_SHOWN,
        "refusal": in_words(refusal),
        "most_mb": settings.OWN_SONG_MAX_BYTES // 1_000_000,
        "most_bytes": settings.OWN_SONG_MAX_BYTES,
        "too_large": too_large(),
    }


def too_large() -> str:
    most = settings.OWN_SONG_MAX_BYTES // 1_000_000
    return _("This file is too large: the limit is %(most)s MB. Use an MP3 of the song.") % {
        "most": most
    }


def context_of(trial: Trial) -> dict[str, Any]:
    study = trial.participant.study
    return {"study": study, "participant": trial.participant, "trial": trial, "of": study.n_trials}


def _why_not(trial: Trial) -> str:
    """Why the song that the participant brought is of no use; it stays until they choose again."""
    own = trial.playlist and trial.playlist.query_song
    return own.reason if own else ""


def _songs(trial: Trial) -> TrackQuerySet:
    return services.songs_of(trial.participant.study).filter(genre__iexact=trial.genre)


def _offered(trial: Trial, words: str) -> list[Track]:
    """What the words find; without words, a sample of the genre that stays the same on a reload."""
    if words.strip():
        return list(_songs(trial).matching(words).order_by("title", "pk")[: SONGS_SHOWN + 1])
    ids = list(_songs(trial).values_list("pk", flat=True))
    chance = random.Random(f"{trial.participant.seed}-{trial.number}-{trial.genre}")
    shown = chance.sample(ids, min(SONGS_SHOWN + 1, len(ids)))
    return sorted(Track.objects.filter(pk__in=shown), key=lambda track: shown.index(track.pk))


def _chosen(trial: Trial, key: str) -> Track | None:
    try:
        return _songs(trial).filter(key=UUID(key)).first()
    except ValueError:
        return None
