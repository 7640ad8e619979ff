"""The files with a row for each thing that happened: of all of a study's people, or some of them.

One function for each order of rows: by people, by questionnaire and people, by playlist.
"""

from typing import Any

import pandas as pd

from survey.models import TrialTrack

from . import answers, events, frames
from .exclusions import marked
from .frames import Numbers, People
from .playlist_metrics import Measure, playlist_metrics
from .source import Source


def of_people(of: Source, people: People = None) -> dict[str, pd.DataFrame]:
    """The tables whose rows come in the order of participants."""
    whose: dict[str, Any] = {"pilot": of.pilot, "people": people}
    listened = events.listening(
        frames.entries(of.study, **whose), frames.listening_events(of.study, **whose)
    )
    given = frames.track_ratings(of.study, **whose)
    recommended = given["role"] == TrialTrack.Role.RECOMMENDED
    rated = events.ratings(listened, given[recommended], of.track_scales)
    about_playlists = frames.playlist_answers(of.study, **whose)
    answered = events.playlist_ratings(about_playlists, of.playlist_scales, rated)
    rules = of.study.plan.exclusions
    hidden = frames.hidden_tracks(of.study, **whose)
    return {
        "ratings": marked(rated, of.marks, rules),
        "playlist_ratings": marked(answered, of.marks, rules),
        "answers": answers.answers(of.study, **whose),
        "listening": listened,
        "hidden_tracks": events.hidden(hidden, given[~recommended], of.track_scales),
        "flags": frames.flags(of.study, **whose),
        "sound_checks": events.sound_checks(frames.sound_checks(of.study, **whose)),
    }


def of_playlists(of: Source, by: Measure, numbers: Numbers = None) -> pd.DataFrame:
    """The table `playlist_metrics`, whose rows come in the order of playlists."""
    which: dict[str, Any] = {"pilot": of.pilot, "numbers": numbers}
    return playlist_metrics(
        frames.playlists(of.study, **which), frames.tracks(of.study, **which), by
    )
