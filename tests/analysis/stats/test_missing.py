"""What is missing, by condition, with the participant as the unit."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from analysis.stats.missing import MISSINGNESS, leaving, missingness


def answers(**conditions: list[list[float]]) -> pd.DataFrame:
    """One list a participant, NaN for what was left out."""
    rows = [
        (f"{name}{i}", name, value)
        for name, people in conditions.items()
        for i, values in enumerate(people)
        for value in values
    ]
    return pd.DataFrame(rows, columns=["participant_id", "condition", "liking"])


def found(frame: pd.DataFrame, conditions: str = "ab") -> pd.DataFrame:
    table = missingness(frame, "ratings", ["liking"], list(conditions))
    assert list(table.columns) == MISSINGNESS
    return table.set_index("condition")


# Newcombe (1998), Stat. Med. 17:857, Table I, method 3 (Wilson).
@pytest.mark.parametrize(
    ("gone", "n", "low", "high"), [(81, 263, 0.2553, 0.3662), (0, 20, 0, 0.1611)]
)
def test_wilson_interval_with_one_row_a_participant(gone: int, n: int, low: float, high: float):
    row = found(answers(a=[[np.nan]] * gone + [[1.0]] * (n - gone))).loc["a"]
    assert (row["n"], row["n_missing"], row["n_participants"]) == (n, gone, n)
    assert (row["ci_low"], row["ci_high"]) == pytest.approx((low, high), abs=1e-4)


def test_one_who_leaves_all_out_counts_as_one():
    together = found(answers(a=[[np.nan] * 8, *[[1.0] * 8] * 7])).loc["a"]
    apart = found(answers(a=[[np.nan], *[[1.0]] * 7])).loc["a"]
    ends = ["share", "ci_low", "ci_high"]
    assert list(together[ends]) == pytest.approx(list(apart[ends]))


def test_conditions_are_compared_by_permuting_participants():
    frame = answers(a=[[np.nan, 1]] * 4, b=[[1, 1]] * 4)
    # All 70 ways to part 8 participants; 2 are as far apart.
    assert found(frame).loc["all", "p"] == pytest.approx(2 / 70)
    assert found(frame).loc[["a", "b"], "p"].isna().all()


def test_participants_with_all_conditions_are_permuted_within():
    frame = answers(x=[[1.0]] * 5)
    both = pd.concat([frame.assign(condition="a", liking=np.nan), frame.assign(condition="b")])
    # Of the 2⁵ ways to swap, 2 are as far apart.
    assert found(both).loc["all", "p"] == pytest.approx(2 / 32)


def test_without_a_difference_p_is_uniform_though_participants_differ():
    rng = np.random.default_rng(1)
    p = []
    for _ in range(40):
        lazy = rng.beta(0.5, 2, size=(2, 4, 1))
        gone = np.where(rng.random((2, 4, 6)) < lazy, np.nan, 1.0)
        p.append(found(answers(a=gone[0].tolist(), b=gone[1].tolist())).loc["all", "p"])
    assert np.mean(np.array(p) <= 0.1) <= stats.binom.ppf(0.999, 40, 0.1) / 40


@pytest.mark.parametrize(
    ("frame", "n", "share"),
    [
        (answers(), 0, np.nan),
        (answers(a=[[np.nan, np.nan]]), 2, 1),
        (answers(a=[[1.0]] * 3, b=[[2.0]] * 3), 6, 0),
        (answers(a=[[1.0, np.nan]]), 2, 0.5),
    ],
)
def test_too_little_to_compare_leaves_p_empty(frame: pd.DataFrame, n: int, share: float):
    row = found(frame).loc["all"]
    assert row["n"] == n
    assert row["share"] == pytest.approx(share, nan_ok=True)
    assert np.isnan(row["p"])


def test_a_condition_without_rows_says_so():
    row = found(answers(a=[[1.0]])).loc["b"]
    assert (row["n"], row["status"]) == (0, "not_estimable: no rows")
    assert np.isnan(row["share"])


# people who leave


def came(*left: tuple[str, int, int]) -> pd.DataFrame:
    """(condition, how many came to its playlists first, how many of them left)."""
    rows = [(f"{name}{i}", name, 1, i < gone) for name, people, gone in left for i in range(people)]
    return pd.DataFrame(rows, columns=["participant_id", "condition", "period", "left"])


def test_a_condition_that_drives_people_away_shows_it():
    table = leaving(came(("a", 30, 12), ("b", 30, 1)), ["a", "b"]).set_index("condition")
    assert table["n_missing"].tolist() == [13, 12, 1]
    assert table["n"].tolist() == [60, 30, 30]
    # Fisher's exact test of 12 of 30 against 1 of 30: p = .0011.
    assert table.loc["all", "p"] == pytest.approx(
        stats.fisher_exact([[12, 18], [1, 29]]).pvalue, abs=0.001
    )


def test_those_who_came_as_far_are_compared_with_each_other():
    """In each period conditions are left alike; that few reach the second one is no difference."""
    first = came(("a", 40, 20), ("b", 20, 10))
    second = came(("a", 10, 1), ("b", 20, 2)).assign(period=2)
    found = leaving(pd.concat([first, second]), ["a", "b"])
    assert found["p"][0] > 0.9


@pytest.mark.parametrize("left", [0, 5])
def test_where_nobody_or_everybody_left_conditions_can_not_differ(left: int):
    assert np.isnan(leaving(came(("a", 5, left), ("b", 5, left)), ["a", "b"])["p"][0])
