"""The only place where the database becomes DataFrames: pseudonyms in, codes and e-mails never.

Pilot participants are left out unless asked for. A playlist counts as shown once it is ready.
Rows come in a fixed order: participant, playlist, position.
"""

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pandas as pd
from django.db.models import F, Q, QuerySet

from recommender.models import GenreModel, Playlist, PlaylistTrack, Track, TrackFeatures
from survey.models import (
    Answer,
    Instrument,
    Item,
    ListeningEvent,
    Study,
    TrackRating,
    Trial,
    TrialTrack,
)

from .codebook import FILES, Column, Type

FAMILIARITY, FAMILIAR = "familiarity", "familiar"
FREE_TEXT = (Item.Kind.TEXT, Item.Kind.LONG_TEXT)
ADDRESSES = (
    (re.compile(r"[\w.+-]+@[\w-]+(\.[\w-]+)+"), "[e-mail address removed]"),
    (re.compile(r"\b\d{1,3}(\.\d{1,3}){3}\b"), "[IP address removed]"),
    (re.compile(r"\b([0-9a-fA-F]{1,4}:){3,7}:?[0-9a-fA-F]{1,4}\b"), "[IP address removed]"),
)


@dataclass(frozen=True, slots=True)
class Scale:
    """An item of kind scale and the column that it becomes."""

    item: int
    column: Column
    points: int


def _frame(rows: QuerySet[Any], **columns: str) -> pd.DataFrame:
    """A query's values as a DataFrame: column=field."""
    values = list(rows.values_list(*columns.values()))
    return pd.DataFrame.from_records(values, columns=list(columns))


def of_study(study: Study, participant: str, pilot: bool) -> Q:
    """Whose rows: the study's participants', by the way that leads from a row to them."""
    everybody = Q(**{f"{participant}__study": study})
    return everybody if pilot else everybody & Q(**{f"{participant}__pilot": False})


def iso(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds")


# questions


def scales(study: Study, placement: str) -> list[Scale]:
    """The study's scales of a placement, in the order they are asked."""
    placed = Item.objects.placed(study, placement).filter(kind=Item.Kind.LIKERT)
    items = list(
        placed.select_related("instrument").order_by("instrument__position", "position", "pk")
    )
    used = Counter(item.key for item in items)
    return [Scale(item.pk, _column(item, used), len(item.options)) for item in items]


def _column(item: Item, used: Mapping[str, int]) -> Column:
    points = ", ".join(f"{point} = {label}" for point, label in enumerate(item.options, start=1))
    said = [item.text, f"[{points}]" if points else "", item.reversed and "Worded in reverse."]
    return Column(
        _column_name(item, used),
        Type.INTEGER,
        "scale point",
        f"1–{len(item.options)}" if item.options else "≥ 1",
        " ".join(part for part in said if part),
        item.instrument.source,
    )


def _column_name(item: Item, used: Mapping[str, int]) -> str:
    """The item's key; with its instrument's where two columns would be called the same."""
    taken = {column.name for file in ("ratings", "playlist_ratings") for column in FILES[file]}
    if used[item.key] > 1 or item.key in taken:
        return f"{item.instrument.key}.{item.key}"
    on_track = item.instrument.placement == Instrument.Placement.TRACK
    return FAMILIAR if on_track and item.key == FAMILIARITY else item.key


# what was shown and heard


def playlists(study: Study, *, pilot: bool = False) -> pd.DataFrame:
    """One row for each playlist that was shown, even an empty one."""
    trials = Trial.objects.filter(
        of_study(study, "participant", pilot), playlist__status=Playlist.Status.READY
    )
    return _frame(
        trials.order_by("participant__pseudonym", "number"),
        participant_id="participant__pseudonym",
        condition="condition__name",
        playlist_id="playlist_id",
        period="number",
        model="playlist__model_id",
        query="playlist__query_track_id",
    )


def entries(study: Study, *, pilot: bool = False) -> pd.DataFrame:
    """One row for each track of each playlist that was shown."""
    trial = "playlist__trial"
    shown = PlaylistTrack.objects.filter(
        of_study(study, f"{trial}__participant", pilot), playlist__status=Playlist.Status.READY
    )
    return _frame(
        shown.order_by(f"{trial}__participant__pseudonym", f"{trial}__number", "position"),
        entry="pk",
        participant_id=f"{trial}__participant__pseudonym",
        condition=f"{trial}__condition__name",
        playlist_id="playlist_id",
        period=f"{trial}__number",
        track_id="track_id",
        position="position",
    )


def listening_events(study: Study, *, pilot: bool = False) -> pd.DataFrame:
    """One row for each range that a player reported, in the order of arrival."""
    events = ListeningEvent.objects.filter(
        of_study(study, "track__trial__participant", pilot),
        kind=ListeningEvent.Kind.HEARD,
        track__role=TrialTrack.Role.RECOMMENDED,
    )
    return _frame(
        events.order_by("pk"),
        entry="track__entry_id",
        start="start_s",
        end="end_s",
        at="received_at",
        duration="track__track__duration_s",
    )


# what was answered


def track_ratings(study: Study, *, pilot: bool = False) -> pd.DataFrame:
    """One row for each rating of a track."""
    given = TrackRating.objects.filter(
        of_study(study, "trial__participant", pilot), track__role=TrialTrack.Role.RECOMMENDED
    )
    return _frame(
        given.order_by("pk"), entry="track__entry_id", item="item_id", value="value", at="rated_at"
    )


def playlist_answers(study: Study, *, pilot: bool = False) -> pd.DataFrame:
    """One row for each answer about a playlist."""
    given = Answer.objects.filter(
        of_study(study, "trial__participant", pilot),
        item__instrument__placement=Instrument.Placement.PLAYLIST,
    )
    return _frame(
        given.order_by("trial__participant__pseudonym", "trial__number", "pk"),
        trial="trial_id",
        participant_id="trial__participant__pseudonym",
        condition="trial__condition__name",
        playlist_id="trial__playlist_id",
        period="trial__number",
        item="item_id",
        value="value",
    )


def answers(study: Study, *, pilot: bool = False) -> pd.DataFrame:
    """One row for each answer to a question, as given and as scored: the file `answers`."""
    only = _only_condition(study)
    rows = Answer.objects.filter(of_study(study, "participant", pilot)).order_by(
        "participant__pseudonym",
        F("trial__number").asc(nulls_first=True),
        "item__instrument__position",
        "item__instrument__key",
        "item__position",
        "item__key",
    )
    related = rows.select_related("participant", "trial__condition", "item__instrument")
    columns = [column.name for column in FILES["answers"]]
    return pd.DataFrame([_answer(answer, only) for answer in related], columns=columns)


def _only_condition(study: Study) -> dict[int, str]:
    """The condition of each participant who has just one."""
    names: dict[int, set[str]] = {}
    trials = Trial.objects.filter(participant__study=study)
    for participant, name in trials.values_list("participant_id", "condition__name"):
        names.setdefault(participant, set()).add(name)
    return {participant: found.pop() for participant, found in names.items() if len(found) == 1}


def _answer(answer: Answer, only: Mapping[int, str]) -> dict[str, object]:
    item, trial = answer.item, answer.trial
    return {
        "participant_id": answer.participant.pseudonym,
        "condition": trial.condition.name
        if trial and trial.condition
        else only.get(answer.participant_id),
        "playlist_id": trial.playlist_id if trial else None,
        "instrument": item.instrument.key,
        "item_id": item.key,
        "raw": without_addresses(answer.value) if item.kind in FREE_TEXT else answer.value,
        "scored": scored(item, answer.value),
        "reversed": item.reversed,
    }


def scored(item: Item, value: str) -> int | None:
    """The point of the scale, counted from the other end when reversed; None for no point."""
    if item.kind != Item.Kind.LIKERT or not value.isdecimal():
        return None
    return len(item.options) + 1 - int(value) if item.reversed else int(value)


def without_addresses(text: str) -> str:
    """Free text without the e-mail and IP addresses that people write into it."""
    for pattern, said in ADDRESSES:
        text = pattern.sub(said, text)
    return text


# the library


@dataclass(frozen=True, slots=True)
class Library:
    """The tracks that playlists could hold, and what each model heard in them.

    Labels are compared without surrounding spaces and case; a blank one is None.
    """

    genres: Mapping[int, str | None]
    artists: Mapping[int, str | None]
    model_genres: Mapping[int, list[str]]
    vectors: Mapping[tuple[int, int], list[float]]


def library(study: Study, *, pilot: bool = False) -> Library:
    """Tracks that are available, or that this study has shown or had as query songs."""
    shown = of_study(study, "playlist__trial__participant", pilot)
    entered = PlaylistTrack.objects.filter(shown).values("track")
    chosen = Trial.objects.filter(of_study(study, "participant", pilot)).exclude(playlist=None)
    queried = chosen.values("playlist__query_track")
    tracks = Track.objects.filter(Q(available=True) | Q(pk__in=entered) | Q(pk__in=queried))
    rows = list(tracks.order_by("pk").values_list("pk", "genre", "artist"))
    models = models_of(study, pilot)
    features = TrackFeatures.objects.filter(model__in=models.values("pk"), track__in=tracks)
    return Library(
        genres={pk: _label(genre) for pk, genre, _ in rows},
        artists={pk: _label(artist) for pk, _, artist in rows},
        model_genres=dict(models.order_by("pk").values_list("pk", "genres")),
        vectors={
            (model, track): probabilities
            for model, track, probabilities in features.order_by("pk").values_list(
                "model_id", "track_id", "probabilities"
            )
        },
    )


def models_of(study: Study, pilot: bool) -> QuerySet[GenreModel]:
    """Those that made the playlists."""
    made = of_study(study, "playlists__trial__participant", pilot)
    return GenreModel.objects.filter(made).distinct()


def _label(text: str) -> str | None:
    return text.strip().casefold() or None
