"""Two conditions compared on ratings of tracks: lmerTest's numbers, and what has none."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from analysis.stats.compare import within
from analysis.stats.mixed import crossed
from analysis.stats.mixed_pair import Pair, mixed_model
from analysis.stats.rows import COMPARISONS

GROUPS = ("participant_id", "track_id", "playlist_id")


def ratings() -> pd.DataFrame:
    """Eight people rate a playlist of five tracks in each of two conditions, which draw from eight
    tracks each and share four of them."""
    rows = []
    for person in range(8):
        for condition, first in (("a", 0), ("b", 4)):
            for place in range(5):
                track = first + (person * 3 + place) % 8
                parts = (
                    2 * person**2 % 5,
                    (track**2 + track) % 6,
                    (person + 3) * (2 if condition == "a" else 4) % 4,
                    (person * 7 + track * 11 + place * 5) % 5,
                )
                points = min(1 + sum(parts) // 4, 5)
                rows.append((f"p{person}", condition, f"{person}{condition}", track, points))
    return pd.DataFrame(
        rows, columns=["participant_id", "condition", "playlist_id", "track_id", "liking"]
    )


def compared(frame: pd.DataFrame, a: str = "a", b: str = "b", bound: float | None = None) -> dict:
    model = crossed(frame, "liking", conditions=["a", "b"], groups=GROUPS)
    (row,) = mixed_model(Pair(frame, "liking", a, b, model), bound=bound).to_dict("records")
    return row


def numbers(row: dict, *names: str) -> list[float]:
    return [row[name] for name in names]


ESTIMATE = ("estimate", "se", "statistic", "df", "p", "estimate_ci_low", "estimate_ci_high")


def test_the_numbers_are_lmertests():
    # R 4.2.2, lme4 1.1-31, lmerTest 3.1-3, of these ratings: contest(lmer(liking ~ condition +
    # (1 | participant_id) + (1 | track_id) + (1 | playlist_id)), c(0, 1), joint = FALSE,
    # confint = TRUE), which is b − a.
    row = compared(ratings(), "b", "a")
    assert numbers(row, *ESTIMATE) == pytest.approx(
        [-0.13363904, 0.15864464, -0.84237978, 13.712292, 0.41402712, -0.47456896, 0.20729088],
        rel=1e-3,
    )
    assert numbers(row, "mean_a", "mean_b") == pytest.approx([1.77802503, 1.91166407], rel=1e-4)
    # Over the root of all variances: 0.02096174 + 0.14648685 + 0.05756249 + 0.23941688.
    assert row["effect"] == pytest.approx(-0.13363904 / 0.46442796**0.5, rel=1e-3)
    assert row["status"] == "ok"


def test_a_difference_is_the_first_condition_less_the_second():
    there, back = compared(ratings(), "b", "a"), compared(ratings(), "a", "b")
    turned = ("estimate", "statistic", "effect")
    assert numbers(back, *turned) == [-value for value in numbers(there, *turned)]
    assert numbers(back, "estimate_ci_low", "ci_low", "mean_a", "p") == numbers(
        {**there, "low": -there["estimate_ci_high"], "ci": -there["ci_high"]},
        *("low", "ci", "mean_b", "p"),
    )


def test_equivalence_goes_by_the_models_standard_error_and_degrees_of_freedom():
    row = compared(ratings(), bound=0.5)
    # The larger of both one-sided p, by pt of R with lmerTest's numbers.
    t = (0.5 - 0.13363904) / 0.15864464
    assert row["tost_p"] == pytest.approx(stats.t.sf(t, 13.712292), rel=1e-3)
    assert (row["tost_low"], row["tost_high"]) == (-0.5, 0.5)
    assert np.isnan(compared(ratings())["tost_p"])


def test_who_rated_in_one_condition_alone_counts_where_they_did():
    frame = ratings()
    away = (frame["participant_id"] == "p7") & (frame["condition"] == "b")
    nothing = frame["participant_id"] == "p6"
    row = compared(frame.assign(liking=frame["liking"].mask(away | nothing)))
    assert (row["n_a"], row["n_b"], row["n_left_out"]) == (7, 6, 1)


@pytest.mark.parametrize(
    ("frame", "why"),
    [
        (ratings()[:0], "no ratings"),
        (ratings().query("condition == 'a'"), "no ratings in b"),
        (ratings().query("participant_id == 'p1'"), "one participant"),
        (ratings().assign(liking=3), "all ratings equal"),
        (
            ratings().assign(track_id=lambda rows: rows["condition"]),
            "one track in each condition, which can't be told from the condition",
        ),
    ],
)
def test_what_cannot_be_estimated_says_why(frame: pd.DataFrame, why: str):
    row = compared(frame, bound=0.5)
    assert row["status"] == f"not_estimable: {why}"
    assert np.isnan(numbers(row, "estimate", "p", "tost_p", "effect")).all()


def test_a_row_has_the_columns_of_a_comparison():
    row = compared(ratings())
    assert list(row) == COMPARISONS
    assert (row["test"], row["unit"], row["n_a"], row["n_b"]) == ("mixed_model", "rating", 8, 8)


def test_a_bound_must_be_above_0():
    with pytest.raises(ValueError, match="above 0"):
        compared(ratings(), bound=0)


def songs(seed: int, *, people: int = 24) -> pd.DataFrame:
    """Two conditions that draw five tracks each from eight of their own, and do not differ."""
    rng = np.random.default_rng(seed)
    quality, who = rng.normal(0, 0.6, 16), rng.normal(0, 0.5, people)
    rows = []
    for person in range(people):
        for number, condition in enumerate("ab"):
            taste = rng.normal(0, 0.3)
            for track in number * 8 + rng.choice(8, 5, replace=False):
                liking = 3 + who[person] + taste + quality[track] + rng.normal(0, 0.9)
                rows.append((f"p{person}", condition, f"{person}{condition}", track, liking))
    return pd.DataFrame(
        rows, columns=["participant_id", "condition", "playlist_id", "track_id", "liking"]
    )


def test_songs_of_ones_own_are_no_difference_between_conditions():
    """100 studies without one: participants' means see one in far too many, the model does not."""
    found = {"mixed_model": 0, "paired_t": 0}
    for seed in range(100):
        frame = songs(seed)
        (means,) = within(frame, "liking", "a", "b").query("test == 'paired_t'")["p"]
        found["mixed_model"] += compared(frame)["p"] < 0.05
        found["paired_t"] += means < 0.05
    assert found["mixed_model"] <= 10
    assert found["paired_t"] >= 20
