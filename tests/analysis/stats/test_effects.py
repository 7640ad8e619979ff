"""Effect sizes against published numbers."""

import numpy as np
import pytest
from scipy.stats import ncf

from analysis.stats.effects import (
    cliff_delta,
    cohen_d,
    correction,
    d_av,
    eta_squared,
    hedges_g,
    rank_biserial,
    superiority,
)

# R's mtcars: miles per gallon with automatic and manual transmission.
AUTOMATIC = [21.4, 18.7, 18.1, 14.3, 24.4, 22.8, 19.2, 17.8, 16.4, 17.3, 15.2, 10.4, 10.4, 14.7]
AUTOMATIC += [21.5, 15.5, 15.2, 13.3, 19.2]
MANUAL = [21, 21, 22.8, 32.4, 30.4, 33.9, 27.3, 26, 30.4, 15.8, 19.7, 15, 21.4]

# Brunner & Munzel (2000): pain after shoulder surgery.
ACTIVE = [1, 2, 1, 1, 1, 1, 1, 1, 1, 1, 2, 4, 1, 1]
CONTROL = [3, 3, 4, 3, 1, 2, 3, 1, 1, 5, 4]

# Hamilton depression, Hollander & Wolfe (1973), p. 29; R ?wilcox.test.
BEFORE = [1.83, 0.50, 1.62, 2.48, 1.68, 1.88, 1.55, 3.06, 1.30]
AFTER = [0.878, 0.647, 0.598, 2.05, 1.06, 1.29, 1.06, 3.14, 1.29]


def with_moments(mean: float, sd: float, n: int) -> np.ndarray:
    values = np.resize([-1.0, 1.0], n)
    return mean + sd * values / values.std(ddof=1)


def test_d_and_g_of_the_textbook():
    # Borenstein et al. (2009), Introduction to Meta-Analysis, chapter 4, p. 26–27.
    a, b = with_moments(103, 5.5, 50), with_moments(100, 4.5, 50)
    assert cohen_d(a, b).estimate == pytest.approx(0.5970, abs=1e-4)
    assert correction(98) == pytest.approx(0.9923, abs=1e-4)
    assert hedges_g(a, b).estimate == pytest.approx(0.5924, abs=1e-4)


def test_intervals_of_d_and_g_are_the_noncentral_ones():
    # R's effectsize, ?cohens_d: mpg ~ am.
    assert cohen_d(AUTOMATIC, MANUAL) == pytest.approx((-1.48, -2.27, -0.67), abs=0.005)
    assert hedges_g(AUTOMATIC, MANUAL) == pytest.approx((-1.44, -2.21, -0.65), abs=0.005)


def test_d_of_two_films():
    # Lakens (2013), Frontiers in Psychology 4:863, tables 1 and 2.
    first, second = [9, 7, 8, 9, 8, 9, 9, 10, 9, 9], [9, 6, 7, 8, 7, 9, 8, 8, 8, 7]
    assert cohen_d(first, second).estimate == pytest.approx(1.13, abs=0.005)
    assert hedges_g(first, second).estimate == pytest.approx(1.08, abs=0.005)
    assert d_av(first, second).estimate == pytest.approx(1.13, abs=0.005)


def test_d_av_is_narrower_than_d_when_pairs_go_together():
    first, second = [9, 7, 8, 9, 8, 9, 9, 10, 9, 9], [9, 6, 7, 8, 7, 9, 8, 8, 8, 7]
    paired, apart = d_av(first, second), cohen_d(first, second)
    assert apart.low < paired.low < paired.estimate < paired.high < apart.high


def test_cliff_delta_with_its_interval():
    # R's effsize, tests/testthat/testCliff.R.
    treatment, control = [10, 10, 20, 20, 20, 30, 30, 30, 40, 50], [10, 20, 30, 40, 40, 50]
    expected = (-0.25, -0.7265846, 0.3890062)
    assert cliff_delta(treatment, control) == pytest.approx(expected, abs=1e-6)


def test_cliff_delta_without_overlap_is_one_and_keeps_an_interval():
    # Cliff (1996): (n − z²)/(n + z²) with n = 20.
    found = cliff_delta(range(20, 40), range(20))
    assert found == pytest.approx((1, 16.1585 / 23.8415, 1), abs=1e-5)


def test_superiority_and_the_brunner_munzel_test():
    # R's lawstat, ?brunner.munzel.test.
    found = superiority(CONTROL, ACTIVE)
    assert found.effect == pytest.approx((0.788961, 0.5952169, 0.9827052), abs=1e-6)
    assert found.statistic == pytest.approx(3.1375, abs=1e-4)
    assert found.df == pytest.approx(17.683, abs=1e-3)
    assert found.p == pytest.approx(0.005786, abs=1e-6)


def test_turning_the_sides_turns_every_sign():
    there, back = superiority(CONTROL, ACTIVE), superiority(ACTIVE, CONTROL)
    assert back.effect.estimate == pytest.approx(1 - there.effect.estimate)
    assert back.statistic == pytest.approx(-there.statistic)
    for effect in (cohen_d, hedges_g, cliff_delta):
        one, other = effect(CONTROL, ACTIVE), effect(ACTIVE, CONTROL)
        assert other == pytest.approx((-one.estimate, -one.high, -one.low))


def test_rank_biserial_of_pairs():
    # 40 of 45 ranks are positive; R's effectsize, ?rank_biserial: 0.78.
    found = rank_biserial(BEFORE, AFTER)
    assert found.estimate == pytest.approx(0.777778, abs=1e-6)
    assert -1 < found.low < found.estimate < found.high < 1


def test_rank_biserial_leaves_out_zero_differences():
    assert rank_biserial([*BEFORE, 3, 4], [*AFTER, 3, 4]) == rank_biserial(BEFORE, AFTER)


def test_differences_that_are_equal_on_paper_are_tied():
    # 3.3 − 2.3 and 2.4 − 1.4 differ in floating point; ranks 1.5, 1.5, 3.
    found = rank_biserial([3.3, 1.4, 5], [2.3, 2.4, 3])
    assert found.estimate == pytest.approx((1.5 + 3 - 1.5) / 6)


def test_the_ends_of_eta_squared_are_where_f_is_just_extreme():
    # Steiger (2004), Psychological Methods 9:164: there F is at 97.5 % and at 2.5 %.
    found = eta_squared(5.0, 3, 76)
    assert found.estimate == pytest.approx(15 / 91)
    for end, p in ((found.low, 0.975), (found.high, 0.025)):
        noncentrality = end / (1 - end) * (3 + 76 + 1)
        assert ncf.cdf(5.0, 3, 76, noncentrality) == pytest.approx(p, abs=1e-5)


def test_a_small_f_has_an_interval_from_zero():
    assert eta_squared(0.5, 2, 30).low == 0


@pytest.mark.parametrize("effect", [cohen_d, hedges_g, d_av, cliff_delta, rank_biserial])
@pytest.mark.parametrize("values", [[], [np.nan]])
def test_nothing_gives_nothing(effect, values):
    assert np.isnan(effect(values, values)).all()


@pytest.mark.parametrize("effect", [cohen_d, hedges_g, d_av])
def test_constants_have_no_standardised_difference(effect):
    assert np.isnan(effect([2, 2, 2], [1, 1, 1])).all()


def test_missing_values_are_left_out():
    assert cliff_delta([*CONTROL, np.nan], ACTIVE) == cliff_delta(CONTROL, ACTIVE)
    assert d_av([*BEFORE, np.nan], [*AFTER, 1.0]) == d_av(BEFORE, AFTER)


@pytest.mark.parametrize("effect", [cohen_d, hedges_g, cliff_delta, d_av, rank_biserial])
def test_more_confidence_is_wider(effect):
    usual, sure = effect(BEFORE, AFTER), effect(BEFORE, AFTER, alpha=0.01)
    assert sure.low < usual.low < usual.high < sure.high
