"""Equal numbers are equal floats, against the same arithmetic with whole numbers."""

import math
from collections.abc import Sequence
from fractions import Fraction
from itertools import permutations

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from analysis.stats import exact
from analysis.stats.compare import omnibus, within
from analysis.stats.effects import d_av, differences, rank_biserial
from analysis.stats.participants import means_by_condition
from analysis.stats.shift import sign_rank_counts
from analysis.stats.t_tests import paired_t, welch_t


def test_a_number_is_read_as_the_simplest_fraction_it_stands_for():
    assert [one.tolist() for one in exact.fractions([1 / 3, 3.3, -2.5, 0, 4 / 45, 37])] == [
        [1, 33, -5, 0, 4, 37],
        [3, 10, 2, 1, 45, 1],
    ]


@pytest.mark.parametrize("number", [np.pi, np.nan, np.inf, 1e300, math.sqrt(2) / 7])
def test_a_number_that_stands_for_no_simple_fraction_has_none(number: float):
    assert exact.fractions(number)[1] == 0


def test_every_mean_of_up_to_thirty_ratings_is_read_back():
    cells = [(total, n) for n in range(1, 31) for total in range(1, 7 * n)]
    above, below = exact.fractions([total / n for total, n in cells])
    read = [Fraction(p, q) for p, q in zip(above.tolist(), below.tolist(), strict=True)]
    assert read == [Fraction(*cell) for cell in cells]


def test_equal_differences_are_equal_floats():
    a, b = [4 / 3, 5 / 3, 10 / 3, 3.3, 0.1 + 0.2], [1, 4 / 3, 3, 2.3, 0.3]
    assert exact.differences(a, b).tolist() == [1 / 3, 1 / 3, 1 / 3, 1.0, 0.0]


@pytest.mark.parametrize("shift", [1 / 3, 0.1, 2.0, 1e-3])
@pytest.mark.parametrize("scale", [1.0, 1000.0, 1e-3])
def test_a_shift_of_any_numbers_is_a_constant_difference(shift: float, scale: float):
    values = np.random.default_rng(1).normal(size=50) * scale
    assert len(np.unique(exact.differences(values + shift * scale, values))) == 1


@pytest.mark.parametrize("values", [(0.1, 0.2, 0.3), (1 / 3, 2.1, 5.7), (math.pi, 0.1, 1e-3)])
def test_the_mean_does_not_hang_on_the_order_of_its_values(values: tuple[float, ...]):
    found = {
        float(exact.means(order, np.zeros(3, np.intp), 1)[0]) for order in permutations(values)
    }
    assert len(found) == 1


def test_a_group_without_a_value_has_no_mean():
    assert np.isnan(exact.means([1.0], np.array([1]), 3)[[0, 2]]).all()


# tests that go by it


def two_conditions(a: Sequence[Sequence[float]], b: Sequence[Sequence[float]]) -> pd.DataFrame:
    people = [*enumerate(a), *enumerate(b)]
    sizes = [len(ratings) for _, ratings in people]
    rows = {
        "participant_id": np.repeat([f"P{i}" for i, _ in people], sizes),
        "condition": np.repeat(["a", "b"], [sum(map(len, a)), sum(map(len, b))]),
        "liking": np.concatenate([ratings for _, ratings in people]),
    }
    return pd.DataFrame(rows)


THIRDS = two_conditions(
    [(1, 1, 2), (1, 2, 2), (3, 3, 4), (4, 5, 5)], [(1, 1, 1), (1, 1, 2), (3, 3, 3), (4, 4, 5)]
)


def test_four_differences_of_a_third_are_one_constant():
    """Rounded means of rounded means once gave t = 1.3e10, p = 9e-31."""
    paired, ranks = within(THIRDS, "liking", "a", "b").itertuples()
    assert paired.status == "not_estimable: all participants' differences are equal"
    assert ranks.statistic == 10
    assert np.isnan(paired_t(*means_by_condition(THIRDS, "liking", ["a", "b"]).to_numpy().T)).all()
    assert np.isnan(d_av([4 / 3, 5 / 3], [1, 4 / 3])).all()


def test_all_at_once_they_are_not_estimable_either():
    third = THIRDS[THIRDS["condition"] == "a"].assign(condition="c")
    found = omnibus(pd.concat([THIRDS, third]), "liking", ["a", "b", "c"], paired=True)
    assert found["status"][0] == "not_estimable: all participants' differences are equal"


def test_means_of_a_slider_that_are_equal_are_tied():
    a = [(10.1, 10.2, 10.3), (50.7, 20.2, 3.3), (0.3, 0.6)]
    b = [(10.2,), (24.7, 24.8, 24.7), (0.4, 0.5)]
    assert differences(*means_by_condition(two_conditions(a, b), "liking", ["a", "b"]).to_numpy().T
                       ).tolist() == [0.0, 0.0, 0.0]  # fmt: skip


def test_a_group_of_equal_means_has_no_variance():
    assert np.isnan(welch_t([0.1 * 3, 0.3, 0.9 / 3], [1.1, 3.3 / 3])).all()


def signed_ranks(a: np.ndarray, b: np.ndarray) -> tuple[Fraction, int, list[int]]:
    """T₊, how many differences are not 0, and the sizes of ties: participants × ratings."""
    apart = [
        Fraction(int(np.nansum(x)), int((~np.isnan(x)).sum()))
        - Fraction(int(np.nansum(y)), int((~np.isnan(y)).sum()))
        for x, y in zip(a, b, strict=True)
    ]
    apart = [one for one in apart if one]
    sizes = sorted(map(abs, apart))
    ties = {size: sizes.count(size) for size in sizes}
    ranks = {size: sizes.index(size) + Fraction(n + 1, 2) for size, n in ties.items()}
    return sum(ranks[one] for one in apart if one > 0), len(apart), list(ties.values())


def p_of(total: Fraction, n: int, ties: list[int], pairs: int) -> float:
    if n == pairs and max(ties) == 1:
        counts = sign_rank_counts(n)
        tail = min(counts[: int(total) + 1].sum(), counts[int(total) :].sum())
        return min(2 * tail / counts.sum(), 1.0)
    spread = Fraction(n * (n + 1) * (2 * n + 1), 24) - Fraction(sum(t**3 - t for t in ties), 48)
    away = abs(total - Fraction(n * (n + 1), 4))
    z = max(float(away - Fraction(1, 2)), 0.0) / math.sqrt(spread)
    return float(2 * stats.norm.sf(z)) if away else 1.0


def test_ranks_of_600_null_studies_are_those_of_exact_fractions():
    """20 people, six tracks in each of two conditions, some unrated: p was wrong in 97.5 %."""
    rng = np.random.default_rng(20261201)
    for _ in range(600):
        a, b = np.where(rng.random((2, 20, 6)) < 0.02, np.nan, rng.integers(1, 6, (2, 20, 6)))
        row = within(two_conditions(a, b), "liking", "a", "b").iloc[1]
        total, n, ties = signed_ranks(a, b)
        assert row["statistic"] == total
        assert row["p"] == pytest.approx(p_of(total, n, ties, 20), rel=1e-12)
        assert row["effect"] == pytest.approx(float(4 * total / (n * (n + 1)) - 1), abs=1e-12)


def test_the_rank_biserial_of_thirds_counts_ties_as_such():
    # Differences 1/3, −1/3, 2/3: T₊ = 1.5 + 3, T₋ = 1.5.
    assert rank_biserial([4 / 3, 4 / 3, 2], [1, 5 / 3, 4 / 3]).estimate == pytest.approx(0.5)
