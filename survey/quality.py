"""Marks of careless answers, worked out from what was answered and heard: pure.

A mark deletes nothing: whether somebody is left out is decided by the analysis, in the open.
"""

from collections.abc import Mapping, Sequence

# With fewer tracks, the same rating for all of them is no sign of anything.
FEWEST_TRACKS = 4


def straight_lined(ratings: Mapping[str, Sequence[int | None]]) -> bool:
    """Whether every scale got one and the same rating for all tracks (long-string analysis with the
    string as long as the list; Curran 2016, 10.1016/j.jesp.2015.07.006).

    ratings : by scale, one for each track, None where none was given or for "don't know". Scales
    with fewer than four ratings are left out; without any, False.
    """
    given = [[value for value in values if value is not None] for values in ratings.values()]
    enough = [values for values in given if len(values) >= FEWEST_TRACKS]
    return bool(enough) and all(len(set(values)) == 1 for values in enough)


def seconds_a_track(took_s: float, n_tracks: int) -> float | None:
    """Mean time from the page to its last rating for one track; None without tracks."""
    return took_s / n_tracks if n_tracks else None


def mean_heard_share(heard_s: Sequence[float], durations_s: Sequence[float]) -> float | None:
    """Mean over tracks of the share that was heard, each at most 1; None without tracks."""
    shares = [min(h / d, 1.0) for h, d in zip(heard_s, durations_s, strict=True) if d > 0]
    return sum(shares) / len(shares) if shares else None


def failed_checks(checks: Mapping[str, tuple[str, str]]) -> list[str]:
    """The attention checks, by key, whose (answer, right answer) differ; case and surrounding
    spaces don't count."""
    return [
        key
        for key, (answer, right) in checks.items()
        if answer.strip().casefold() != right.strip().casefold()
    ]
