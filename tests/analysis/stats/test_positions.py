"""Ratings along a playlist: participants' slopes, against a published mean slope."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from analysis.stats.positions import WITHIN_PLAYLISTS, by_position

# Belenky et al. (2003), J. Sleep Res. 12:1; the data set sleepstudy of R's lme4.
SLEEPSTUDY = Path(__file__).parents[1] / "data" / "sleepstudy.csv"


def ratings(*playlists: tuple[str, list[float]]) -> pd.DataFrame:
    rows = [
        (person, number, position, value)
        for number, (person, values) in enumerate(playlists)
        for position, value in enumerate(values, start=1)
    ]
    return pd.DataFrame(rows, columns=["participant_id", "playlist_id", "position", "liking"])


def measure(frame: pd.DataFrame, name: str = "slope") -> pd.Series:
    table = by_position(frame, "liking")
    assert list(table.columns) == WITHIN_PLAYLISTS
    return table.set_index("measure").loc[name]


def test_the_mean_of_slopes_is_the_published_slope_of_balanced_data():
    # lme4: β Days 10.467, SE 1.546, t 6.771. With balanced data the mixed model's slope is the
    # mean of the subjects' own slopes, and its error theirs.
    data = pd.read_csv(SLEEPSTUDY).assign(playlist_id=1)
    names = {"Subject": "participant_id", "Days": "position", "Reaction": "liking"}
    row = measure(data.rename(columns=names))
    assert row["estimate"] == pytest.approx(10.46729, abs=1e-4)
    assert row["statistic"] == pytest.approx(6.771, abs=1e-3)
    assert list(row[["n_participants", "n_ratings", "df"]]) == [18, 180, 17]


def test_a_participants_playlists_are_averaged_first():
    row = measure(ratings(("a", [1, 2, 3]), ("a", [5, 5, 5]), ("a", [3, 2, 1]), ("b", [1, 3, 5])))
    assert row["estimate"] == 1  # (0 + 2) / 2, not (1 + 0 − 1 + 2) / 4
    assert list(row[["n_participants", "n_playlists"]]) == [2, 4]


def test_spearman_does_not_change_under_a_monotone_transform():
    plain = ratings(("a", [1, 4, 3, 5]), ("b", [2, 1, 4, 3]), ("c", [5, 3, 1, 2]))
    bent = plain.assign(liking=np.exp(plain["liking"]))
    pd.testing.assert_series_equal(measure(plain, "spearman"), measure(bent, "spearman"))


def test_the_interval_of_a_correlation_ends_where_correlations_do():
    row = measure(ratings(("a", [1, 2, 3]), ("b", [3, 1, 2])), "spearman")
    assert (row["ci_low"], row["ci_high"]) == (-1, 1)


def test_any_column_of_a_track_can_stand_for_the_position():
    frame = ratings(("a", [1, 2, 3]), ("b", [2, 4, 5])).assign(distance=lambda f: f["position"] / 2)
    table = by_position(frame, "liking", "distance").set_index("measure")
    assert table.loc["slope", ["step", "estimate"]].tolist() == pytest.approx([1, 2.5])
    assert set(table["x"]) == {"distance"}


def test_a_slope_is_for_a_step_that_distances_come_near():
    frame = ratings(("a", [1, 2, 3]), ("b", [2, 4, 5])).assign(distance=lambda f: f["position"] / 2)
    row = by_position(frame, "liking", "distance", per_sd=True).iloc[0]
    assert list(row[["step", "estimate"]]) == pytest.approx([0.5, 1.25])


def test_playlists_whose_distances_hardly_differ_do_not_make_the_slope():
    """Their own slopes are 1,000 and −2,000 points for a step of 1, on a scale of five."""
    near = ratings(("a", [1, 2, 3]), ("b", [5, 3, 1])).assign(distance=lambda f: f.position / 1000)
    far = ratings(("c", [1, 2, 3]), ("d", [2, 3, 5]), ("e", [1, 3, 3]))
    frame = pd.concat([near, far.assign(distance=lambda f: f["position"] / 10, playlist_id=9)])
    row = by_position(frame, "liking", "distance", per_sd=True).iloc[0]
    assert 0.5 < row["estimate"] < 1.5
    assert row["ci_high"] - row["ci_low"] < 2


def test_a_slope_of_nothing_is_no_slope():
    """Symmetric ratings have slopes of exactly 0: their rounding once gave a t of its own."""
    frame = ratings(("a", [0.1, 0.7, 0.1]), ("b", [3.3, 1.1, 3.3]), ("c", [2.3, 2.3, 2.3]))
    row = measure(frame)
    assert row["estimate"] == 0
    assert row["status"] == "not_estimable: all participants are equal"


def test_without_an_effect_the_shared_slope_rejects_as_often_as_it_says():
    rng, rejected = np.random.default_rng(8), 0
    for _ in range(400):
        rows = pd.DataFrame(
            {
                "participant_id": np.repeat(np.arange(12), 8),
                "playlist_id": 1,
                "distance": (rng.random((12, 8)) * rng.uniform(0.01, 1, (12, 1))).ravel(),
                "liking": rng.integers(1, 6, 96),
            }
        )
        rejected += by_position(rows, "liking", "distance", per_sd=True)["p"][0] < 0.05
    assert 10 <= rejected <= 30  # 5 %: where it is so, 99 of 100 such counts


@pytest.mark.parametrize(
    ("frame", "why"),
    [
        (ratings(), "no playlist has three ratings that differ enough"),
        (ratings(("a", [1, 2]), ("b", [3, np.nan, 4])), "no playlist has three ratings"),
        (ratings(("a", [1, 2, 4]), ("a", [1, 2, 3])), "only one participant has such a playlist"),
        (ratings(("a", [1, 2, 3]), ("b", [3, 4, 5])), "all participants are equal"),
    ],
)
def test_poor_data_give_rows_that_say_why(frame: pd.DataFrame, why: str):
    row = measure(frame)
    assert row["status"].startswith(f"not_estimable: {why}")
    assert row[["ci_low", "ci_high", "statistic", "p"]].isna().all()


def test_a_playlist_with_equal_ratings_is_flat_and_has_no_rank_order():
    frame = ratings(("a", [3, 3, 3]), ("b", [1, 2, 3]), ("c", [1, 3, 2]))
    assert measure(frame)["n_participants"] == 3
    assert measure(frame, "spearman")["n_participants"] == 2
