"""Small studies as tables, made by hand."""

from collections.abc import Callable, Sequence

import pandas as pd

from analysis.inference import Design, Outcome
from survey.analysis_plan import Plan

GOOD = Outcome("playlist_ratings", "good", 5, "How good is it?")
LIKING = Outcome("ratings", "liking", 5, "Do you like it?")
METRICS = ("cohesion_artist_pair", "cohesion_genre_pair", "entropy_bits",
           "soft_entropy_divergence_bits", "diversity", "query_distance")  # fmt: skip
Tables = dict[str, pd.DataFrame]
Value = Callable[[int, str, int], float]


def value(person: int, condition: str, track: int) -> float:
    """Points that go up and down, more of them in b than in a, most in c."""
    return float((person * 7 + track * 3 + "abc".find(condition) * (1 + person % 2)) % 5 + 1)


def make_tables(
    people: int = 8,
    conditions: Sequence[str] = ("a", "b"),
    *,
    rated: Value = value,
    excluded: Sequence[int] = (),
) -> Tables:
    """Everybody has a playlist of three tracks in every condition."""
    trials = [(p, c) for p in range(people) for c in conditions]
    playlists = pd.DataFrame(
        [(f"P{p}", c, n, p in excluded, rated(p, c, 0)) for n, (p, c) in enumerate(trials, 1)],
        columns=["participant_id", "condition", "playlist_id", "excluded", "good"],
    )
    tracks = pd.DataFrame(
        [
            (f"P{p}", c, n, p in excluded, (p + t) % 5, t, rated(p, c, t))
            for n, (p, c) in enumerate(trials, 1)
            for t in (1, 2, 3)
        ],
        columns=[*playlists.columns[:4], "track_id", "position", "liking"],
    )
    measured = playlists[["playlist_id", "condition"]].assign(
        **{name: playlists["playlist_id"] % (3 + at) / 10 for at, name in enumerate(METRICS)}
    )
    return {
        "ratings": tracks,
        "playlist_ratings": playlists,
        "playlist_metrics": pd.concat(
            [measured.assign(label_source=source) for source in ("metadata", "cnn")]
        ),
        "hidden_tracks": pd.DataFrame(
            columns=["participant_id", "playlist_id", "track_id", "role", "liking"]
        ),
        "answers": pd.DataFrame(
            columns=["participant_id", "instrument", "item_id", "row", "scored"]
        ),
    }


def make_design(
    conditions: Sequence[str] = ("a", "b"),
    *,
    paired: bool = True,
    plan: Plan | None = None,
    primary: Outcome = GOOD,
) -> Design:
    return Design(list(conditions), paired, [GOOD, LIKING], primary, plan or Plan())
