"""The only place where the database becomes DataFrames: pseudonyms in, codes and e-mails never.

A playlist counts as shown once it is ready. Rows come in a fixed order: participant,
playlist, position.
"""

import re
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
    Participant,
    Study,
    TrackRating,
    Trial,
    TrialTrack,
)
from survey.rules import OTHER
from survey.scoring import Score, score

from .codebook import FILES

FREE_TEXT = (Item.Kind.TEXT, Item.Kind.LONG_TEXT)
ADDRESSES = (
    (re.compile(r"[\w.+-]+@[\w-]+(\.[\w-]+)+"), "[e-mail address removed]"),
    (re.compile(r"\b\d{1,3}(\.\d{1,3}){3}\b"), "[IP address removed]"),
    (re.compile(r"\b([0-9a-fA-F]{1,4}:){3,7}:?[0-9a-fA-F]{1,4}\b"), "[IP address removed]"),
)


def _frame(rows: QuerySet[Any], **columns: str) -> pd.DataFrame:
    """A query's values as a DataFrame: column=field."""
    values = list(rows.values_list(*columns.values()))
    return pd.DataFrame.from_records(values, columns=list(columns))


def iso(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds")


# what was shown and heard


def playlists(study: Study) -> pd.DataFrame:
    """One row for each playlist that was shown, even an empty one."""
    trials = Trial.objects.filter(participant__study=study, playlist__status=Playlist.Status.READY)
    return _frame(
        trials.order_by("participant__pseudonym", "number"),
        participant_id="participant__pseudonym",
        condition="condition__name",
        playlist_id="playlist_id",
        period="number",
        model="playlist__model_id",
        query="playlist__query_track_id",
    )


def entries(study: Study) -> pd.DataFrame:
    """One row for each track of each playlist that was shown."""
    shown = PlaylistTrack.objects.filter(
        playlist__trial__participant__study=study, playlist__status=Playlist.Status.READY
    )
    trial = "playlist__trial"
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


def listening_events(study: Study) -> pd.DataFrame:
    """One row for each range that a player reported, in the order of arrival."""
    events = ListeningEvent.objects.filter(
        kind=ListeningEvent.Kind.HEARD,
        track__trial__participant__study=study,
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


def track_ratings(study: Study) -> pd.DataFrame:
    """One row for each rating of a track."""
    given = TrackRating.objects.filter(
        trial__participant__study=study, track__role=TrialTrack.Role.RECOMMENDED
    )
    return _frame(
        given.order_by("pk"), entry="track__entry_id", item="item_id", value="value", at="rated_at"
    )


def playlist_answers(study: Study) -> pd.DataFrame:
    """One row for each answer about a playlist."""
    given = Answer.objects.filter(
        trial__participant__study=study,
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
        row="row",
        value="value",
    )


def answers(study: Study) -> pd.DataFrame:
    """One row for each answer to a question, as given and as scored: the file `answers`."""
    only = _only_condition(study)
    rows = Answer.objects.filter(participant__study=study).order_by(
        "participant__pseudonym",
        F("trial__number").asc(nulls_first=True),
        "item__instrument__position",
        "item__instrument__key",
        "item__position",
        "item__key",
        "pk",
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
        **_sheet(answer.participant, trial, only),
        "instrument": item.instrument.key,
        "item_id": item.key,
        "row": answer.row or None,
        "raw": without_addresses(answer.value) if _typed(answer) else answer.value,
        "scored": scored(item, answer.value),
        "reversed": item.reversed,
        "passed": answer.value == item.right_answer if item.right_answer else None,
    }


def _typed(answer: Answer) -> bool:
    return answer.item.kind in FREE_TEXT or answer.row == OTHER


def scored(item: Item, value: str) -> int | None:
    """The point of the scale, counted from the other end when reversed; None for no point."""
    point = item.number_of(value)
    low, high = item.ends
    return low + high - point if item.reversed and point is not None else point


def scores(study: Study) -> pd.DataFrame:
    """One row for each score of each questionnaire that somebody answered: the file `scores`."""
    only, rows = _only_condition(study), []
    for instrument in study.instruments.exclude(scoring=[]).order_by("position", "pk"):
        questions = {question.key: question for question in instrument.scored_questions()}
        for who, points in _points_by_sheet(instrument).items():
            about = {**_sheet(*who, only), "instrument": instrument.key}
            for one in instrument.scoring:
                found = score(
                    [questions[key] for key in instrument.keys_of(one)],
                    points,
                    one.get("method", "mean"),
                    one.get("min_answered"),
                )
                result = {"score": found.value, **_counts(found)}
                rows.append({**about, "scale": one["scale"], **result})
    return pd.DataFrame(rows, columns=[column.name for column in FILES["scores"]])


def _counts(found: Score) -> dict[str, int]:
    return {"n_items": found.n_items, "n_answered": found.n_answered}


def _points_by_sheet(
    instrument: Instrument,
) -> dict[tuple[Participant, Trial | None], dict[str, float]]:
    """The points as answered, of each participant or playlist whose questionnaire came back."""
    sheets: dict[tuple[Participant, Trial | None], dict[str, float]] = {}
    given = Answer.objects.filter(item__instrument=instrument).order_by(
        "participant__pseudonym", F("trial__number").asc(nulls_first=True), "pk"
    )
    for answer in given.select_related("participant", "trial__condition", "item"):
        points = sheets.setdefault((answer.participant, answer.trial), {})
        number = answer.item.number_of(answer.value)
        if number is not None:
            key = f"{answer.item.key}.{answer.row}" if answer.row else answer.item.key
            points[key] = number
    return sheets


def _sheet(
    participant: Participant, trial: Trial | None, only: Mapping[int, str]
) -> dict[str, object]:
    condition = trial.condition.name if trial and trial.condition else only.get(participant.pk)
    return {
        "participant_id": participant.pseudonym,
        "condition": condition,
        "playlist_id": trial.playlist_id if trial else None,
    }


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


def library(study: Study) -> Library:
    """Tracks that are available, or that this study has shown or had as query songs."""
    trial = "playlist__trial__participant__study"
    entered = PlaylistTrack.objects.filter(**{trial: study}).values("track")
    queried = Trial.objects.filter(participant__study=study).values("playlist__query_track")
    tracks = Track.objects.filter(
        Q(available=True) | Q(pk__in=entered) | Q(pk__in=queried.exclude(playlist=None))
    )
    rows = list(tracks.order_by("pk").values_list("pk", "genre", "artist"))
    models = GenreModel.objects.filter(playlists__trial__participant__study=study).distinct()
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


def _label(text: str) -> str | None:
    return text.strip().casefold() or None
