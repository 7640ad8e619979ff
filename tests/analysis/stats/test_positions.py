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
    assert table.loc["slope", "estimate"] == pytest.approx(2.5)
    assert set(table["x"]) == {"distance"}


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
