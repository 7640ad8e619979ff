"""Descriptives against hand calculations; the unit is the participant."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from analysis.stats.describe import (
    DESCRIPTIVES,
    LIKERT,
    describe,
    effective_ratings,
    intervals,
    likert_distribution,
)


def ratings(**by_participant: list[float]) -> pd.DataFrame:
    rows = [(person, "x", value) for person, values in by_participant.items() for value in values]
    return pd.DataFrame(rows, columns=["participant_id", "condition", "liking"])


def test_every_participant_counts_once_however_many_ratings_they_gave():
    row = describe(ratings(a=[5, 5, 5, 5, 5, 5], b=[1], c=[2, 4]), "liking").iloc[0]
    # Participants' means 5, 1, 3; the plain mean of the nine ratings would be 37/9.
    assert row["mean"] == 3
    assert row["sd"] == 2
    assert list(row[["q1", "median", "q3"]]) == [2, 3, 4]
    assert list(row[["n_participants", "n_ratings", "n_missing"]]) == [3, 9, 0]


def test_missing_ratings_are_left_out_and_counted():
    row = describe(ratings(a=[1, np.nan], b=[3], c=[np.nan]), "liking").iloc[0]
    assert row["mean"] == 2
    assert list(row[["n_participants", "n_ratings", "n_missing"]]) == [2, 2, 2]


@pytest.mark.parametrize(
    ("frame", "why"),
    [
        (ratings(), "no ratings"),
        (ratings(a=[np.nan]), "no ratings"),
        (ratings(a=[1, 2, 3]), "one participant"),
        (ratings(a=[4, 4], b=[4]), "all ratings equal"),
        (ratings(a=[2, 4], b=[3]), "all participants' means equal"),
    ],
)
def test_an_interval_that_cannot_be_estimated_says_why(frame: pd.DataFrame, why: str):
    row = describe(frame, "liking").iloc[0]
    assert row["ci_method"] == f"not_estimable: {why}"
    assert np.isnan(row["ci_low"])
    assert np.isnan(row["ci_high"])


def test_the_interval_holds_the_mean_and_is_the_same_each_time():
    frame = ratings(**{str(i): [float(i % 5 + 1)] for i in range(30)})
    first, again = (describe(frame.sample(frac=1, random_state=i), "liking") for i in (1, 2))
    pd.testing.assert_frame_equal(first, again)
    assert first["ci_low"][0] < first["mean"][0] < first["ci_high"][0]
    assert first["ci_method"][0] == "bca_bootstrap_participants"


def test_repeating_every_rating_does_not_narrow_the_interval():
    people = {str(i): [float(i % 5 + 1)] for i in range(12)}
    once, tenfold = ratings(**people), ratings(**{k: v * 10 for k, v in people.items()})
    ends = ["ci_low", "ci_high"]
    pd.testing.assert_frame_equal(describe(once, "liking")[ends], describe(tenfold, "liking")[ends])


def test_levels_that_nobody_is_in_have_a_row():
    found = describe(ratings(a=[1]), "liking", group_by="condition", levels=["x", "y"])
    assert list(found["level"]) == ["x", "y"]
    assert list(found["n_participants"]) == [1, 0]
    assert list(found.columns) == DESCRIPTIVES


# Newcombe (1998), Stat. Med. 17:857, Table I, method 3 (Wilson).
@pytest.mark.parametrize(
    ("hits", "n", "low", "high"),
    [
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_wilson_interval_with_one_rating_a_participant(hits: int, n: int, low: float, high: float):
    frame = ratings(**{str(i): [1 if i < hits else 2] for i in range(n)})
    row = likert_distribution(frame, "liking", points=2).iloc[0]
    assert row["count"] == hits
    assert row["share"] == pytest.approx(hits / n)
    assert (row["ci_low"], row["ci_high"]) == pytest.approx((low, high), abs=1e-4)


def test_every_point_of_the_scale_and_every_condition_has_a_row():
    found = likert_distribution(ratings(a=[1, 3]), "liking", points=3, conditions=["x", "y"])
    assert list(found.columns) == LIKERT
    assert list(found["count"]) == [1, 0, 1, 0, 0, 0]
    assert found["share"][3:].isna().all()


def test_ratings_that_agree_within_people_are_worth_as_many_as_people():
    people = pd.Series(["a", "a", "b", "b", "c", "c", "d", "d"])
    together = pd.Series([1, 1, 1, 1, 0, 0, 0, 0])
    apart = pd.Series([1, 0, 0, 1, 1, 0, 1, 0])
    assert effective_ratings(together, people) == 4
    assert effective_ratings(apart, people) == 8


def test_three_people_have_no_interval_and_four_have_one():
    frame = ratings(a=[1], b=[3], c=[4], d=[2])
    three = describe(frame[frame["participant_id"] != "d"], "liking").iloc[0]
    assert three["ci_method"] == "not_estimable: fewer than 4 participants"
    assert np.isnan([three["ci_low"], three["ci_high"]]).all()
    assert describe(frame, "liking")["ci_method"][0] == "bca_bootstrap_participants"


# scipy, one group at a time: what many at once give must be that.
def test_intervals_of_many_groups_are_those_of_scipy():
    rng = np.random.default_rng(5)
    groups = [rng.integers(1, 6, n).astype(float) for n in (12, 7, 12, 30)]
    for means, (low, high, _) in zip(groups, intervals(groups, seed=3), strict=True):
        one = stats.bootstrap((means,), np.mean, method="BCa", rng=np.random.default_rng(3))
        assert (low, high) == pytest.approx(tuple(one.confidence_interval), abs=1e-12)


def test_the_interval_of_many_alike_is_that_of_students_t_by_and_large():
    """Where many people are alike, how often each answer is drawn stands for drawing people."""
    means = np.repeat([1.0, 2.0, 3.0, 4.0, 5.0], [100, 150, 250, 300, 200])
    low, high, _ = intervals([means])[0]
    assert (low, high) == pytest.approx(stats.ttest_1samp(means, 0).confidence_interval(), abs=0.01)
