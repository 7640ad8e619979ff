"""Means and coverage over query songs; the unit is the query song."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from analysis.stats.bootstrap import mean_intervals
from analysis.stats.offline import OFFLINE, query_coverage, query_means

ENDS = ["ci_low", "ci_high"]


def values(**by_condition: list[float]) -> pd.DataFrame:
    rows = [(name, query, value) for name, of in by_condition.items()
            for query, value in enumerate(of)]  # fmt: skip
    return pd.DataFrame(rows, columns=["condition", "query", "x"])


def means(frame: pd.DataFrame, reference: str = "b") -> pd.DataFrame:
    found = query_means(frame, ["x"], sorted(set(frame["condition"])), reference=reference)
    return found.set_index("condition")


def shown(**by_condition: list[list[int]]) -> pd.DataFrame:
    rows = [(name, query, track) for name, of in by_condition.items()
            for query, tracks in enumerate(of) for track in tracks]  # fmt: skip
    return pd.DataFrame(rows, columns=["condition", "query", "track_id"])


def coverage(frame: pd.DataFrame, n_library: int = 10) -> pd.DataFrame:
    names = ["a", "b"]
    return query_coverage(frame, names, n_library, reference="b").set_index("condition")


def test_intervals_of_many_columns_are_those_of_scipys_bootstrap():
    matrix = np.random.default_rng(0).exponential(size=(30, 3))
    matrix[4, 1] = np.nan
    known = np.isfinite(matrix)
    low, high = mean_intervals(np.where(known, matrix, 0), known.astype(float), seed=3)
    for column, *ends in zip(matrix.T, low, high, strict=True):
        known = column[np.isfinite(column)]
        rng = np.random.default_rng(3)
        scipys = stats.bootstrap((known,), np.mean, random_state=rng).confidence_interval
        assert ends == pytest.approx(list(scipys), rel=1e-12)


def test_the_difference_is_taken_within_each_query_song():
    # Query songs differ by up to 100, the conditions by 1 or 2 within each of them.
    found = means(values(a=[2, 12, 51, 101], b=[0, 10, 50, 100])).loc["a"]
    assert found["difference"] == 1.5
    assert 1 <= found["difference_ci_low"] < 1.5 < found["difference_ci_high"] <= 2
    assert found["ci_high"] - found["ci_low"] > 10


def test_missing_values_leave_the_pair_out_and_not_the_other_condition():
    found = means(values(a=[1, np.nan, 3, 5], b=[1, 2, 2, 2]))
    assert list(found["n_queries"]) == [3, 4]
    assert list(found["mean"]) == [3, 1.75]
    assert found.loc["a", "n_pairs"] == 3
    assert found.loc["a", "difference"] == pytest.approx(4 / 3)


def test_the_reference_is_not_compared_with_itself():
    found = means(values(a=[1, 2], b=[3, 5])).loc["b"]
    assert found["difference_status"] == "reference"
    assert np.isnan(found["difference"])


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ([np.nan, np.nan], "no query song has a value"),
        ([1, np.nan], "one query song has a value"),
        ([2, 2], "the same for every query song"),
    ],
)
def test_an_interval_that_cannot_be_estimated_says_why(given: list[float], why: str):
    found = means(values(a=given, b=[1, 2])).loc["a"]
    assert found["status"] == f"not_estimable: {why}"
    assert found[ENDS].isna().all()


def test_the_order_of_rows_does_not_matter():
    frame = values(a=[1, 4, 2, 8], b=[3, 5, 1, 0])
    pd.testing.assert_frame_equal(means(frame), means(frame.iloc[::-1]))


def test_no_outcome_is_no_row():
    assert list(query_means(values(b=[1]), [], ["b"], reference="b").columns) == OFFLINE


def test_coverage_by_hand():
    # Distinct: 1, 2, 3, 4 of 10. Shown for one query song alone: 1 | 3 and 4, so u = 1, 2.
    found = coverage(shown(a=[[1, 2], [2, 3, 4]], b=[[1, 2], [1, 2]])).loc["a"]
    assert found["mean"] == 0.4
    # (n-1)/n Σ (u - ū)² = ½ · ½ = ¼, and t(1) = 12.706: 12.706 · ½ / 10, kept in 0-1.
    assert list(found[ENDS]) == [0, 1]
    assert found["difference"] == pytest.approx(0.2)
    half = 12.7062047 * 0.5 / 10
    ends = found[["difference_ci_low", "difference_ci_high"]].to_list()
    assert ends == pytest.approx([0.2 - half, 0.2 + half])


def test_coverage_is_compared_over_the_query_songs_of_both():
    found = coverage(shown(a=[[1], [2], [3]], b=[[1], [1]])).loc["a"]
    assert (found["n_queries"], found["n_pairs"]) == (3, 2)
    assert (found["mean"], found["difference"]) == (0.3, pytest.approx(0.1))


@pytest.mark.parametrize(
    ("frame", "why"),
    [
        (shown(b=[[1], [2]]), "no query song has a playlist"),
        (shown(a=[[1]], b=[[1], [2]]), "one query song has a playlist"),
        (shown(a=[[1], [1]], b=[[1], [2]]), "the same whichever query song is left out"),
    ],
)
def test_coverage_that_has_no_interval_says_why(frame: pd.DataFrame, why: str):
    found = coverage(frame).loc["a"]
    assert found["status"] == f"not_estimable: {why}"
    assert found[ENDS].isna().all()


def test_the_jackknife_of_coverage_holds_what_it_promises():
    # 40 query songs of a population whose tracks are not equally popular.
    rng = np.random.default_rng(1)
    popular = rng.dirichlet(np.full(200, 0.3))
    samples = [[rng.choice(200, 5, replace=False, p=popular).tolist() for _ in range(40)]
               for _ in range(200)]  # fmt: skip
    found = [coverage(shown(a=of), 200).loc["a"] for of in samples]
    expected = np.mean([row["mean"] for row in found])
    assert np.mean([row["ci_low"] <= expected <= row["ci_high"] for row in found]) >= 0.95


# artists


def by_artist(songs_each: int, seed: int = 1) -> tuple[pd.DataFrame, dict[int, str]]:
    """Twelve artists whose songs are alike."""
    rng = np.random.default_rng(seed)
    of_artist = np.repeat(rng.normal(size=12), songs_each)
    frame = values(a=(of_artist + 0.1 * rng.normal(size=len(of_artist))).tolist(),
                   b=[0.0] * len(of_artist))  # fmt: skip
    return frame, {query: f"artist {query // songs_each}" for query in range(len(of_artist))}


def width(frame: pd.DataFrame, artists: dict[int, str] | None) -> float:
    found = query_means(frame, ["x"], ["a", "b"], reference="b", artists=artists).iloc[0]
    return float(found["ci_high"] - found["ci_low"])


def test_more_songs_of_the_same_artists_do_not_narrow_the_interval():
    (few, those), (many, them) = by_artist(2), by_artist(32)
    assert width(many, them) == pytest.approx(width(few, those), rel=0.1)
    assert width(many, None) < 0.3 * width(many, them)  # as if songs were independent


def test_both_counts_are_told_and_a_song_of_nobody_stands_for_itself():
    frame, artists = by_artist(4)
    found = query_means(frame, ["x"], ["a"], reference="a", artists={**artists, 0: None})
    assert found.loc[0, ["n_queries", "n_artists", "ci_method"]].tolist() == [
        48, 13, "bca_bootstrap_artists"
    ]  # fmt: skip


def test_songs_of_few_artists_have_no_interval():
    frame, _ = by_artist(4)
    artists = {query: query % 3 for query in range(48)}
    found = query_means(frame, ["x"], ["a"], reference="a", artists=artists).iloc[0]
    assert found["status"] == "not_estimable: query songs of fewer than 4 artists"


def test_coverage_leaves_out_an_artist_with_all_their_songs():
    frame = shown(a=[[1], [2], [3], [4]], b=[[1], [1], [1], [1]])
    found = query_coverage(frame, ["a"], 10, reference="b", artists={0: "x", 1: "x", 2: "y"})
    assert found.loc[0, ["n_queries", "n_artists"]].tolist() == [4, 3]
    # Lost without x, y and the fourth song's own: u = 2, 1, 1; 2/3 · Σ (u − 4/3)² = 4/9.
    half = stats.t.ppf(0.975, 2) * np.sqrt(4 / 9) / 10
    assert found.loc[0, "ci_high"] == pytest.approx(min(0.4 + half, 1))
