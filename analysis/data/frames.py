"""The only place where the database becomes DataFrames: pseudonyms in, codes and e-mails never.

Pilot participants are left out unless asked for. A playlist counts as shown once it is ready.
Rows come in a fixed order: participant, playlist, position.
"""

from collections import Counter
from datetime import timedelta
from typing import Any

import pandas as pd
from django.db.models import Count, Exists, F, FilteredRelation, OuterRef, Q, QuerySet, TextField
from django.db.models.functions import Cast

from recommender.models import Playlist, PlaylistTrack
from survey.models import (
    Answer,
    Flag,
    Instrument,
    ListeningEvent,
    Participant,
    SoundCheck,
    Study,
    TrackRating,
    Trial,
    TrialTrack,
)

# Participants from one pseudonym to another, both included; None for all of them.
People = tuple[str, str] | None
# Playlists from one number to another, both included; None for all of them.
Numbers = tuple[int, int] | None


def frame(rows: QuerySet[Any], **columns: str | Cast) -> pd.DataFrame:
    """A query's values as a DataFrame: column=field."""
    values = list(rows.values_list(*columns.values()))
    return pd.DataFrame.from_records(values, columns=list(columns))


def of_study(study: Study, participant: str, pilot: bool, people: People = None) -> Q:
    """Whose rows: the study's participants', by the way that leads from a row to them."""
    whose = Q(**{f"{participant}__study": study})
    if not pilot:
        whose &= Q(**{f"{participant}__pilot": False})
    return whose & Q(**{f"{participant}__pseudonym__range": people}) if people else whose


def as_written(field: str) -> Cast:
    """A time as the database writes it: to make a moment of each in Python takes longer than to
    read it."""
    return Cast(field, TextField())


def moments(written: pd.Series) -> pd.Series:
    """Times as the database writes them: SQLite without a zone, in UTC."""
    return pd.to_datetime(written, utc=True, format="ISO8601")


# who took part


def people(study: Study, *, pilot: bool = False) -> pd.DataFrame:
    """One row for each participant: how they stand, and why they left, in words.

    Who is active counts as abandoned once they had done nothing for the study's
    `abandoned_after_minutes` when something was last done in it, or once it is archived: the data
    decide, not the time at which they are looked at.
    """
    taking_part = Participant.objects.filter(study=study).order_by("pseudonym")
    table = frame(
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
    table = frame(
        trials.order_by("participant__pseudonym", "number"),
        participant_id="participant__pseudonym",
        condition="condition__name",
    )
    return table.drop_duplicates(ignore_index=True)


# what was shown and heard


def playlists(study: Study, *, pilot: bool = False, numbers: Numbers = None) -> pd.DataFrame:
    """One row for each playlist that was shown, even an empty one, by number."""
    trials = Trial.objects.filter(
        of_study(study, "participant", pilot), playlist__status=Playlist.Status.READY
    )
    if numbers:
        trials = trials.filter(playlist__pk__range=numbers)
    shown = frame(
        trials.order_by("playlist_id"),
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


def entries(study: Study, *, pilot: bool = False, people: People = None) -> pd.DataFrame:
    """One row for each track of each playlist that was shown, with its place in the order of
    hearing."""
    trial = "playlist__trial"
    shown = PlaylistTrack.objects.filter(
        of_study(study, f"{trial}__participant", pilot, people),
        playlist__status=Playlist.Status.READY,
    ).annotate(
        as_heard=FilteredRelation("shown", condition=Q(shown__role=TrialTrack.Role.RECOMMENDED))
    )
    return frame(
        shown.order_by(f"{trial}__participant__pseudonym", f"{trial}__number", "position"),
        entry="pk",
        participant_id=f"{trial}__participant__pseudonym",
        condition=f"{trial}__condition__name",
        playlist_id="playlist_id",
        period=f"{trial}__number",
        track_id="track_id",
        position="position",
        shown_position="as_heard__position",
        distance="distance",
        duration="track__duration_s",
    )


def playlist_numbers(study: Study, *, pilot: bool = False) -> list[int]:
    """Those that were shown, in order."""
    shown = Playlist.objects.ready().filter(of_study(study, "trial__participant", pilot))
    return list(shown.order_by("pk").values_list("pk", flat=True))


def tracks(study: Study, *, pilot: bool = False, numbers: Numbers = None) -> dict[int, list[int]]:
    """The tracks of each playlist that was shown and has any, in playing order, by number."""
    entered = PlaylistTrack.objects.filter(
        of_study(study, "playlist__trial__participant", pilot),
        playlist__status=Playlist.Status.READY,
    )
    if numbers:
        entered = entered.filter(playlist__pk__range=numbers)
    found: dict[int, list[int]] = {}
    rows = entered.order_by("playlist_id", "position").values_list("playlist_id", "track_id")
    for playlist, track in rows.iterator():
        found.setdefault(playlist, []).append(track)
    return found


def tracks_shown(study: Study, *, pilot: bool = False) -> dict[str, set[int]]:
    """All tracks that a condition's playlists have shown."""
    shown = PlaylistTrack.objects.filter(
        of_study(study, "playlist__trial__participant", pilot),
        playlist__status=Playlist.Status.READY,
    )
    pairs = shown.order_by().values_list("playlist__trial__condition__name", "track").distinct()
    found: dict[str, set[int]] = {}
    for condition, track in pairs:
        found.setdefault(condition, set()).add(track)
    return found


def listens(study: Study, *, pilot: bool = False) -> Counter[int]:
    """In how many playlists anything was heard of each track; counted by the database."""
    heard = ListeningEvent.objects.filter(
        track=OuterRef("pk"),
        kind=ListeningEvent.Kind.HEARD,
        start_s__lt=OuterRef("track__duration_s"),
    )
    shown = TrialTrack.objects.filter(
        of_study(study, "trial__participant", pilot),
        Exists(heard),
        role=TrialTrack.Role.RECOMMENDED,
        trial__playlist__status=Playlist.Status.READY,
    )
    return Counter(dict(shown.order_by().values_list("entry__track").annotate(Count("pk"))))


def hidden_tracks(study: Study, *, pilot: bool = False, people: People = None) -> pd.DataFrame:
    """One row for each track that was hidden among a playlist."""
    hidden = TrialTrack.objects.filter(
        of_study(study, "trial__participant", pilot, people)
    ).exclude(role=TrialTrack.Role.RECOMMENDED)
    return frame(
        hidden.order_by("trial__participant__pseudonym", "trial__number", "position"),
        shown="pk",
        participant_id="trial__participant__pseudonym",
        condition="trial__condition__name",
        playlist_id="trial__playlist_id",
        track_id="track_id",
        role="role",
        shown_position="position",
    )


def flags(study: Study, *, pilot: bool = False, people: People = None) -> pd.DataFrame:
    """One row for each mark on somebody's data: the file `flags`."""
    only = only_condition(study, people)
    marks = Flag.objects.filter(of_study(study, "participant", pilot, people)).order_by(
        "participant__pseudonym", F("trial__number").asc(nulls_first=True), "kind"
    )
    table = frame(
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


def listening_events(study: Study, *, pilot: bool = False, people: People = None) -> pd.DataFrame:
    """One row for each report of a player, in the order of arrival."""
    events = ListeningEvent.objects.filter(
        of_study(study, "track__trial__participant", pilot, people),
        track__role=TrialTrack.Role.RECOMMENDED,
    )
    return frame(
        events.order_by("pk"),
        entry="track__entry_id",
        kind="kind",
        start="start_s",
        end="end_s",
        value="value",
        at=as_written("received_at"),
    )


def sound_checks(study: Study, *, pilot: bool = False, people: People = None) -> pd.DataFrame:
    """One row for each go at the sound check."""
    goes = SoundCheck.objects.filter(of_study(study, "participant", pilot, people))
    return frame(
        goes.order_by("participant__pseudonym", "pk"),
        participant_id="participant__pseudonym",
        volume="volume",
        answers="answers",
        right_answers="right_answers",
        n_right="n_right",
        passed="passed",
        could_not_hear="could_not_hear",
        finished_at=as_written("finished_at"),
    )


# what was answered


def track_ratings(study: Study, *, pilot: bool = False, people: People = None) -> pd.DataFrame:
    """One row for each rating of a track, of the playlist or hidden among it, in any order."""
    given = TrackRating.objects.filter(of_study(study, "trial__participant", pilot, people))
    return frame(
        given.order_by(),
        shown="track_id",
        role="track__role",
        entry="track__entry_id",
        item="item_id",
        value="value",
        at=as_written("rated_at"),
    )


def playlist_answers(study: Study, *, pilot: bool = False, people: People = None) -> pd.DataFrame:
    """One row for each answer about a playlist."""
    given = Answer.objects.filter(
        of_study(study, "trial__participant", pilot, people),
        item__instrument__placement=Instrument.Placement.PLAYLIST,
    )
    return frame(
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


def only_condition(study: Study, people: People = None) -> dict[int, str]:
    """The condition of each participant who has just one."""
    names: dict[int, set[str]] = {}
    trials = Trial.objects.filter(of_study(study, "participant", True, people))
    for participant, name in trials.values_list("participant_id", "condition__name"):
        names.setdefault(participant, set()).add(name)
    return {participant: found.pop() for participant, found in names.items() if len(found) == 1}
