"""The report's tables, from the frames: rows are joined, counted and described, nothing read."""

import math
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import astuple, fields

import numpy as np
import pandas as pd

from .codebook import Type, columns
from .frames import iso
from .listening import Event, Listened, listened
from .scales import FAMILIAR, Scale
from .stats.describe import DESCRIPTIVES, LIKERT, describe, likert_distribution

LIKING = "liking"
HEARD = (*(field.name for field in fields(Listened)), "first_play_at")
YES_NO = {"yes": "1", "no": "0"}
LABEL_SOURCES = ("metadata", "cnn")
TRACK_GROUPS = ("condition", "track_id", "position")
PLAYLIST_GROUPS = ("condition", "period")


def listening(entries: pd.DataFrame, events: pd.DataFrame) -> pd.DataFrame:
    """One row for each track of each shown playlist; without a report, 0 plays."""
    rows = {entry: _heard(group) for entry, group in events.groupby("entry")}
    nothing = (*astuple(Listened()), None)
    found = [rows.get(entry, nothing) for entry in entries["entry"]]
    heard = pd.DataFrame(found, columns=list(HEARD), index=entries.index)
    return pd.concat([entries, heard], axis=1)


def _heard(events: pd.DataFrame) -> tuple[object, ...]:
    columns = zip(events["kind"], events["start"], events["end"], events["value"], strict=True)
    # A number that a kind does not have is not a number in a frame.
    reports = [
        Event(kind, *(None if pd.isna(number) else float(number) for number in numbers))
        for kind, *numbers in columns
    ]
    found = listened(reports, float(events["duration"].iloc[0]))
    return (*astuple(found), iso(events["at"].min()))


def ratings(
    listened: pd.DataFrame, given: pd.DataFrame, shown: pd.DataFrame, scales: Sequence[Scale]
) -> pd.DataFrame:
    """One row for each track of each shown playlist; a rating not given is missing."""
    table = listened.assign(
        shown_position=listened["entry"].map(shown.set_index("entry")["shown_position"]),
        **{FAMILIAR: None},
        listened_s=listened["heard_s"],
        rated_at=listened["entry"].map(_last_rated(given)),
    )
    return _with_scales(table, given, scales, "entry")


def hidden(shown: pd.DataFrame, given: pd.DataFrame, scales: Sequence[Scale]) -> pd.DataFrame:
    """One row for each track that was hidden among a playlist."""
    last = _last_rated(given, "shown")
    table = shown.assign(**{FAMILIAR: None}, rated_at=shown["shown"].map(last))
    return _with_scales(table, given, scales, "shown")


def _with_scales(
    table: pd.DataFrame, given: pd.DataFrame, scales: Sequence[Scale], key: str
) -> pd.DataFrame:
    for scale in scales:
        values = given[given["item"] == scale.item].set_index(key)["value"]
        table[scale.column.name] = table[key].map(values)
    return table


def _last_rated(given: pd.DataFrame, key: str = "entry") -> dict[Hashable, str]:
    return {shown: iso(group["at"].max()) for shown, group in given.groupby(key)}


def playlist_ratings(
    given: pd.DataFrame, scales: Sequence[Scale], rated: pd.DataFrame
) -> pd.DataFrame:
    """One row for each trial whose playlist questions were answered."""
    table = (
        given.drop_duplicates("trial").drop(columns=["item", "row", "value"]).reset_index(drop=True)
    )
    for scale in scales:
        of_scale = given[(given["item"] == scale.item) & (given["row"] == scale.row)]
        values = of_scale.set_index("trial")["value"].replace(YES_NO)
        table[scale.column.name] = pd.to_numeric(table["trial"].map(values), errors="coerce")
    of_tracks = {playlist: _of_tracks(group) for playlist, group in rated.groupby("playlist_id")}
    summary = [of_tracks.get(playlist, (np.nan,) * 3) for playlist in table["playlist_id"]]
    names = ["track_mean", "track_peak", "track_end"]
    return pd.concat([table, pd.DataFrame(summary, columns=names, index=table.index)], axis=1)


def _of_tracks(rated: pd.DataFrame) -> tuple[float, float, float]:
    """Mean, peak and end of the liking; the end is missing when the last track is not rated."""
    if LIKING not in rated:
        return math.nan, math.nan, math.nan
    liking = rated.sort_values("position")[LIKING].astype(float)
    return float(liking.mean()), float(liking.max()), float(liking.iloc[-1])


# descriptions


def descriptives(
    rated: pd.DataFrame,
    playlists: pd.DataFrame,
    measured: pd.DataFrame,
    *,
    track_outcomes: Sequence[str],
    playlist_outcomes: Sequence[str],
    conditions: Sequence[str],
    seed: int,
) -> pd.DataFrame:
    """Every outcome described for all, by condition, and by track, position or period."""
    parts = [_by_group(rated, "ratings", track_outcomes, TRACK_GROUPS, conditions, seed)]
    parts += [
        _by_group(
            playlists, "playlist_ratings", playlist_outcomes, PLAYLIST_GROUPS, conditions, seed
        )
    ]
    parts += [
        _by_group(
            measured[measured["label_source"] == source],
            "playlist_metrics",
            _metric_columns(),
            ("condition",),
            conditions,
            seed,
            suffix=f".{source}",
        )
        for source in LABEL_SOURCES
    ]
    return pd.concat([part for part in parts if len(part)], ignore_index=True)


def _metric_columns() -> list[str]:
    return [column.name for column in columns("playlist_metrics") if column.type == Type.NUMBER]


def _by_group(
    frame: pd.DataFrame,
    file: str,
    outcomes: Iterable[str],
    groups: Iterable[str],
    conditions: Sequence[str],
    seed: int,
    suffix: str = "",
) -> pd.DataFrame:
    parts = [
        describe(
            frame,
            outcome,
            name=f"{file}.{outcome}{suffix}",
            group_by=group,
            levels=conditions if group == "condition" else None,
            seed=seed,
        )
        for outcome in outcomes
        for group in (None, *groups)
    ]
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=DESCRIPTIVES)


def likert(
    frame: pd.DataFrame, file: str, scales: Iterable[Scale], conditions: Sequence[str]
) -> pd.DataFrame:
    """The distribution of each scale of a file, by condition."""
    parts = [
        likert_distribution(
            frame,
            scale.column.name,
            points=scale.points,
            name=f"{file}.{scale.column.name}",
            conditions=conditions,
        )
        for scale in scales
        if scale.points
    ]
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=LIKERT)
