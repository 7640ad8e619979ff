"""What listeners heard of their tracks and did with the player, from the player's reports.

Each report is of a kind and has those of the numbers `start`, `end` and `value` that the kind has.
"""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

# A play that begins later goes on after a pause, or from a place that was sought.
START_S = 1.0
UNKNOWN = -2
Floats = NDArray[np.float64]
Numbers = NDArray[np.intp]


def listened(reports: pd.DataFrame, durations: pd.Series) -> pd.DataFrame:
    """What the reports come to: one row for each entry that `durations` (in seconds) is indexed by.

    `reports` are in the order of arrival, with columns entry, kind, start, end, value and at (a
    time); those of other entries are left out. Heard twice counts once, and nothing beyond the
    track's end: `heard_s` is the length of
    `survey.listening.ranges.union`. An entry without reports has zeros, and no `first_play_at`.
    """
    place = durations.index.get_indexer(reports["entry"])
    known = place >= 0
    reports, place, n = reports[known], place[known], len(durations)
    # Numbers are compared in a fraction of the time that texts take.
    kinds, names = pd.factorize(reports["kind"])
    start, end, value = (
        pd.to_numeric(reports[name]).fillna(0.0).to_numpy(float)
        for name in ("start", "end", "value")
    )
    length = durations.to_numpy(float)

    def of(kind: str) -> NDArray[np.bool_]:
        return kinds == (names.get_loc(kind) if kind in names else UNKNOWN)

    def count(chosen: NDArray[np.bool_]) -> Numbers:
        return np.bincount(place[chosen], minlength=n)

    heard, pressed, hidden = of("heard"), of("play"), of("hidden")
    seconds = _heard_seconds(place[heard], start[heard], end[heard], length)
    # At least once if anything was played.
    played = (count(pressed) + count(heard) > 0).astype(int)
    away = np.bincount(place[hidden], weights=value[hidden], minlength=n).astype(np.float64)
    return pd.DataFrame(
        {
            "plays": np.maximum(count(pressed & (start <= START_S)), played),
            "heard_s": _rounded(seconds, 3),
            "heard_share": _rounded(seconds / length, 6),
            "seeks": count(of("seek")),
            "volume_changes": count(of("volume")),
            "hidden_s": _rounded(away, 3),
            "could_not_hear": count(of("unheard")) > 0,
            "first_play_at": reports["at"].groupby(place).min().reindex(range(n)).array,
        },
        index=durations.index,
    )


def _heard_seconds(place: Numbers, start: Floats, end: Floats, length: Floats) -> Floats:
    """The length of the union of the ranges at each place."""
    start, end = np.maximum(start, 0.0), np.minimum(end, length[place])
    order = np.lexsort((end, start, place))
    order = order[(end > start)[order]]
    ranges = pd.DataFrame({"place": place[order], "start": start[order], "end": end[order]})
    ranges["reached"] = ranges.groupby("place")["end"].cummax()
    # A range goes on with the one before it where that one reached its start.
    before = ranges.groupby("place")["reached"].shift()
    first = (before.isna() | (ranges["start"] > before)).to_numpy()
    last = np.append(first[1:], True)[: len(first)]
    lengths = ranges["reached"].to_numpy()[last] - ranges["start"].to_numpy()[first]
    total = np.bincount(ranges["place"].to_numpy()[first], lengths, minlength=len(length))
    return total.astype(np.float64)


def _rounded(numbers: Floats, digits: int) -> list[float]:
    """As Python rounds: 0.0005 is no half of a thousandth, so NumPy may round it the other way."""
    return [round(number, digits) for number in numbers.tolist()]
