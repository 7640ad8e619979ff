"""Exact distributions of rank statistics, against counting and tables."""

import math

import numpy as np
import pytest

from analysis.stats.shift import between, rank_sum_counts, sign_rank_counts, within


def test_rank_sums_are_counted():
    # All 35 ways to give 3 of 7 ranks, by hand.
    assert list(rank_sum_counts(3, 4)) == [1, 1, 2, 3, 4, 4, 5, 4, 4, 3, 2, 1, 1]
    assert rank_sum_counts(20, 30).sum() == pytest.approx(math.comb(50, 20))


def test_signed_ranks_are_counted():
    assert list(sign_rank_counts(4)) == [1, 1, 1, 2, 2, 2, 2, 2, 1, 1, 1]
    assert sign_rank_counts(30).sum() == 2**30


def test_the_exact_interval_leaves_out_what_the_table_says():
    # Wilcoxon's table: for n = 10, T ≤ 8 is significant at 5 % two-sided, so that the ends are
    # the 9th of the 55 averages from each side.
    values = np.array([2.0**i for i in range(10)])
    averages = sorted((a + b) / 2 for i, a in enumerate(values) for b in values[i:])
    found = within(values, exact=True)
    assert (found.low, found.high) == (averages[8], averages[-9])


def test_large_samples_agree_with_exact_ones():
    rng = np.random.default_rng(1)
    a, b = rng.normal(1, 1, 40), rng.normal(0, 1, 40)
    exact, normal = between(a, b, exact=True), between(a, b, exact=False)
    assert exact == pytest.approx(normal, abs=0.02)
    assert within(a, exact=True) == pytest.approx(within(a, exact=False), abs=0.02)


def test_two_values_have_the_widest_interval():
    assert between([1, 2], [5, 9], exact=True) == (-5.5, -8, -3)


def test_nothing_has_no_shift():
    assert np.isnan(between([], [1], exact=True)).all()
    assert np.isnan(within([], exact=True)).all()
