"""The only place where the database becomes DataFrames: pseudonyms in, codes and e-mails never.

Pilot participants are left out unless asked for. A playlist counts as shown once it is ready.
Rows come in a fixed order: participant, playlist, position.
"""

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pandas as pd
from django.db.models import F, Q, QuerySet

from recommender.models import GenreModel, Playlist, PlaylistTrack, Track, TrackFeatures
from survey.models import (
    Answer,
    Flag,
    Instrument,
    Item,
    ListeningEvent,
    Participant,
    SoundCheck,
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


def of_study(study: Study, participant: str, pilot: bool) -> Q:
    """Whose rows: the study's participants', by the way that leads from a row to them."""
    everybody = Q(**{f"{participant}__study": study})
    return everybody if pilot else everybody & Q(**{f"{participant}__pilot": False})


def iso(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds")


# who took part


def people(study: Study, *, pilot: bool = False) -> pd.DataFrame:
    """One row for each participant: how they stand, and why they left, in words.

    Who is active counts as abandoned once they had done nothing for the study's
    `abandoned_after_minutes` when something was last done in it, or once it is archived: the data
    decide, not the time at which they are looked at.
    """
    taking_part = Participant.objects.filter(study=study).order_by("pseudonym")
    table = _frame(
        taking_part if pilot else taking_part.filter(pilot=False),
        participant_id="pseudonym",
        status="status",
        left_because="left_because",
        seen="last_seen_at",
        came="created_at",
    )
    seen = pd.to_datetime(table["seen"].fillna(table["came"]), utc=True)
    idle = seen < seen.max() - timedelta(minutes=study.abandoned_after_minutes)
    idle |= study.state == Study.State.ARCHIVED
    gone = (table["status"] == Participant.Status.ACTIVE) & idle
    table["status"] = table["status"].mask(gone, "abandoned")
    because = {str(value): str(label) for value, label in Participant.LeftBecause.choices}
    table["left_because"] = table["left_because"].map(because)
    return table[["participant_id", "status", "left_because"]]


def assigned(study: Study, *, pilot: bool = False) -> pd.DataFrame:
    """One row for each participant and condition that they were given."""
    trials = Trial.objects.filter(of_study(study, "participant", pilot), condition__isnull=False)
    table = _frame(
        trials.order_by("participant__pseudonym", "number"),
        participant_id="participant__pseudonym",
        condition="condition__name",
    )
    return table.drop_duplicates(ignore_index=True)


# what was shown and heard


def playlists(study: Study, *, pilot: bool = False) -> pd.DataFrame:
    """One row for each playlist that was shown, even an empty one."""
    trials = Trial.objects.filter(
        of_study(study, "participant", pilot), playlist__status=Playlist.Status.READY
    )
    shown = _frame(
        trials.order_by("participant__pseudonym", "number"),
        participant_id="participant__pseudonym",
        condition="condition__name",
        playlist_id="playlist_id",
        period="number",
        model="playlist__model_id",
        query="playlist__query_track_id",
        own_genre="playlist__query_song__genre",
        own_vector="playlist__query_song__probabilities",
    )
    own = shown["query"].isna()
    return shown.assign(query_source=own.map({True: "own", False: "library"}).astype(object))


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


def shown_positions(study: Study, *, pilot: bool = False) -> pd.DataFrame:
    """Where each track of each playlist came in the order of hearing."""
    shown = TrialTrack.objects.filter(
        of_study(study, "trial__participant", pilot), role=TrialTrack.Role.RECOMMENDED
    )
    return _frame(shown.order_by("pk"), entry="entry_id", shown_position="position")


def hidden_tracks(study: Study, *, pilot: bool = False) -> pd.DataFrame:
    """One row for each track that was hidden among a playlist."""
    hidden = TrialTrack.objects.filter(of_study(study, "trial__participant", pilot)).exclude(
        role=TrialTrack.Role.RECOMMENDED
    )
    return _frame(
        hidden.order_by("trial__participant__pseudonym", "trial__number", "position"),
        shown="pk",
        participant_id="trial__participant__pseudonym",
        condition="trial__condition__name",
        playlist_id="trial__playlist_id",
        track_id="track_id",
        role="role",
        shown_position="position",
    )


def hidden_ratings(study: Study, *, pilot: bool = False) -> pd.DataFrame:
    """One row for each rating of a hidden track."""
    given = TrackRating.objects.filter(of_study(study, "trial__participant", pilot)).exclude(
        track__role=TrialTrack.Role.RECOMMENDED
    )
    return _frame(
        given.order_by("pk"), shown="track_id", item="item_id", value="value", at="rated_at"
    )


def flags(study: Study, *, pilot: bool = False) -> pd.DataFrame:
    """One row for each mark on somebody's data: the file `flags`."""
    only = _only_condition(study)
    marks = Flag.objects.filter(of_study(study, "participant", pilot)).order_by(
        "participant__pseudonym", F("trial__number").asc(nulls_first=True), "kind"
    )
    table = _frame(
        marks,
        participant="participant_id",
        participant_id="participant__pseudonym",
        condition="trial__condition__name",
        playlist_id="trial__playlist_id",
        flag="kind",
        detail="detail",
    )
    table["condition"] = table["condition"].fillna(table["participant"].map(only))
    return table


def listening_events(study: Study, *, pilot: bool = False) -> pd.DataFrame:
    """One row for each report of a player, in the order of arrival."""
    events = ListeningEvent.objects.filter(
        of_study(study, "track__trial__participant", pilot),
        track__role=TrialTrack.Role.RECOMMENDED,
    )
    return _frame(
        events.order_by("pk"),
        entry="track__entry_id",
        kind="kind",
        start="start_s",
        end="end_s",
        value="value",
        at="received_at",
        duration="track__track__duration_s",
    )


def sound_checks(study: Study, *, pilot: bool = False) -> pd.DataFrame:
    """One row for each go at the sound check: the file `sound_checks`."""
    of = of_study(study, "participant", pilot)
    goes = SoundCheck.objects.filter(of).select_related("participant")
    columns = [column.name for column in FILES["sound_checks"]]
    done = goes.order_by("participant__pseudonym", "pk")
    counted: Counter[int] = Counter()
    return pd.DataFrame([_sound_check(go, counted) for go in done], columns=columns)


def _sound_check(go: SoundCheck, counted: Counter[int]) -> dict[str, object]:
    counted[go.participant_id] += 1
    return {
        "participant_id": go.participant.pseudonym,
        "attempt": counted[go.participant_id],
        "volume": go.volume,
        "answers": " ".join(map(str, go.answers)) or None,
        "right_answers": " ".join(map(str, go.right_answers)) or None,
        "n_right": go.n_right,
        "passed": go.passed,
        "could_not_hear": go.could_not_hear,
        "finished_at": iso(go.finished_at),
    }


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
        row="row",
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


def scores(study: Study, *, pilot: bool = False) -> pd.DataFrame:
    """One row for each score of each questionnaire that somebody answered: the file `scores`."""
    only, rows = _only_condition(study), []
    for instrument in study.instruments.exclude(scoring=[]).order_by("position", "pk"):
        questions = {question.key: question for question in instrument.scored_questions()}
        for who, points in _points_by_sheet(instrument, pilot).items():
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
    instrument: Instrument, pilot: bool
) -> dict[tuple[Participant, Trial | None], dict[str, float]]:
    """The points as answered, of each participant or playlist whose questionnaire came back."""
    sheets: dict[tuple[Participant, Trial | None], dict[str, float]] = {}
    of = of_study(instrument.study, "participant", pilot)
    given = Answer.objects.filter(of, item__instrument=instrument).order_by(
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
        genres={pk: label(genre) for pk, genre, _ in rows},
        artists={pk: label(artist) for pk, _, artist in rows},
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


def label(text: str) -> str | None:
    return text.strip().casefold() or None
