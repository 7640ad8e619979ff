"""The tables with a row for each thing that happened, from the frames: rows are joined and counted,
nothing read."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from .frames import moments
from .player_reports import listened
from .scales import FAMILIAR, Scale

LIKING = "liking"
YES_NO = {"yes": "1", "no": "0"}


def listening(entries: pd.DataFrame, events: pd.DataFrame) -> pd.DataFrame:
    """One row for each track of each shown playlist; without a report, 0 plays."""
    durations = pd.Series(entries["duration"].to_numpy(float), index=entries["entry"])
    heard = listened(events.assign(at=moments(events["at"])), durations)
    heard["first_play_at"] = iso(heard["first_play_at"])
    return pd.concat([entries, heard.set_axis(entries.index)], axis=1)


def iso(times: pd.Series) -> pd.Series:
    """Moments in ISO 8601, in UTC, cut to milliseconds; a missing one stays missing."""
    text = np.datetime_as_string(times.dt.tz_localize(None).to_numpy("datetime64[ms]"))
    written = pd.Series(text, index=times.index, dtype=object) + "+00:00"
    return written.where(times.notna(), None)


def ratings(listened: pd.DataFrame, given: pd.DataFrame, scales: Sequence[Scale]) -> pd.DataFrame:
    """One row for each track of each shown playlist; a rating not given is missing."""
    table = listened.assign(
        **{FAMILIAR: None},
        listened_s=listened["heard_s"],
        rated_at=listened["entry"].map(_last_rated(given, "entry")),
    )
    return _with_scales(table, given, scales, "entry")


def hidden(shown: pd.DataFrame, given: pd.DataFrame, scales: Sequence[Scale]) -> pd.DataFrame:
    """One row for each track that was hidden among a playlist."""
    last = shown["shown"].map(_last_rated(given, "shown"))
    table = shown.assign(**{FAMILIAR: None}, rated_at=last)
    return _with_scales(table, given, scales, "shown")


def _with_scales(
    table: pd.DataFrame, given: pd.DataFrame, scales: Sequence[Scale], key: str
) -> pd.DataFrame:
    of = table[key]  # a scale may be called as this column is
    for scale in scales:
        values = given[given["item"] == scale.item].set_index(key)["value"]
        table[scale.column.name] = of.map(values)
    return table


def _last_rated(given: pd.DataFrame, key: str) -> pd.Series:
    """When each track that has a rating was last rated."""
    return iso(moments(given["at"]).groupby(given[key]).max())


def sound_checks(goes: pd.DataFrame) -> pd.DataFrame:
    """One row for each go at the sound check: the file `sound_checks`."""
    return goes.assign(
        attempt=goes.groupby("participant_id").cumcount() + 1,
        answers=goes["answers"].map(_listed),
        right_answers=goes["right_answers"].map(_listed),
        finished_at=iso(moments(goes["finished_at"])),
    )


def _listed(numbers: Sequence[int]) -> str | None:
    return " ".join(map(str, numbers)) or None


def playlist_ratings(
    given: pd.DataFrame, scales: Sequence[Scale], rated: pd.DataFrame
) -> pd.DataFrame:
    """One row for each trial whose playlist questions were answered."""
    table = (
        given.drop_duplicates("trial").drop(columns=["item", "row", "value"]).reset_index(drop=True)
    )
    trials = table["trial"]  # a scale may be called so
    for scale in scales:
        of_scale = given[(given["item"] == scale.item) & (given["row"] == scale.row)]
        values = of_scale.set_index("trial")["value"].replace(YES_NO)
        table[scale.column.name] = pd.to_numeric(trials.map(values), errors="coerce")
    of_tracks = _of_tracks(rated)
    summary = {name: table["playlist_id"].map(of_tracks[name]) for name in of_tracks}
    return table.assign(**summary)


def _of_tracks(rated: pd.DataFrame) -> pd.DataFrame:
    """Mean, peak and end of each playlist's liking; the end is missing when the last track is not
    rated."""
    if LIKING not in rated:
        return pd.DataFrame(columns=["track_mean", "track_peak", "track_end"])
    liking = pd.to_numeric(rated[LIKING]).astype(float)
    of_playlist = liking.groupby(rated["playlist_id"])
    # Rows are in playing order; groupby's own last would pass over a missing one.
    ends = ~rated["playlist_id"].duplicated(keep="last")
    end = liking[ends].set_axis(rated.loc[ends, "playlist_id"])
    return pd.DataFrame(
        {"track_mean": of_playlist.mean(), "track_peak": of_playlist.max(), "track_end": end}
    )
