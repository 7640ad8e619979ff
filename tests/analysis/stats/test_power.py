"""Power by formula, against R's documented examples."""

import math

import numpy as np
import pytest
from statsmodels.stats.power import TTestIndPower, TTestPower

from analysis.stats.power import (
    POWER,
    TESTS,
    correlation_power,
    design_effect,
    detectable_effect,
    paired_power,
    power,
    power_of_model,
    required_n,
    tost_paired_power,
    tost_welch_power,
    welch_power,
)


@pytest.mark.parametrize(
    ("test", "effect", "target", "expected"),
    [
        ("welch_t", 0.5, 0.8, 63.76561),  # R's pwr, ?pwr.t.test
        ("paired_t", 0.5, 0.8, 33.36713),  # R's pwr, ?pwr.t.test
        ("welch_t", 1.0, 0.9, 22.02110),  # R ?power.t.test
        ("correlation", 0.3, 0.8, 84.07364),  # R's pwr, ?pwr.r.test
    ],
)
def test_required_n(test: str, effect: float, target: float, expected: float):
    assert required_n(test, effect, target) == pytest.approx(expected, abs=1e-4)


def test_power_of_a_given_n():
    assert welch_power(1, 20) == pytest.approx(0.8689528, abs=1e-6)  # R ?power.t.test
    assert paired_power(0.2, 60, alpha=0.10) == pytest.approx(0.4555818, abs=1e-6)  # ?pwr.t.test
    assert correlation_power(0.3, 50) == pytest.approx(0.5715558, abs=1e-6)  # ?pwr.r.test


@pytest.mark.parametrize("effect", [0.05, 0.2, 0.5, 1.0])
@pytest.mark.parametrize("n", [2, 5, 20, 64])
@pytest.mark.parametrize("alpha", [0.05, 0.01])
def test_power_is_statsmodels_where_that_has_a_number(effect: float, n: int, alpha: float):
    theirs = TTestIndPower().power(effect, n, alpha), TTestPower().power(effect, n, alpha)
    ours = welch_power(effect, n, alpha=alpha), paired_power(effect, n, alpha=alpha)
    assert ours == pytest.approx(theirs, abs=1e-7)


def test_power_has_a_number_where_statsmodels_has_none():
    assert np.isnan(TTestIndPower().power(0.5, 1000, 0.05))
    assert welch_power(0.5, 1000) == pytest.approx(1)


def test_a_models_power_is_that_of_its_standard_error_and_degrees_of_freedom():
    """With those of 30 pairs, it is that of the paired t test, and of its equivalence."""
    of_pairs = {"se": 1 / math.sqrt(30), "df": 29, "n": 30}
    row = power_of_model(**of_pairs, effect=-0.4).iloc[0]
    assert (row["test"], row["status"]) == ("mixed_model", "ok")
    assert row["power"] == pytest.approx(paired_power(0.4, 30))
    equal = power_of_model(**of_pairs, effect=0.6, equivalence=True).iloc[0]
    assert (equal["test"], equal["power"]) == (
        "tost_mixed_model",
        pytest.approx(tost_paired_power(0.6, 30)),
    )
    found = power_of_model(**of_pairs, target=0.8).iloc[0]
    assert found["effect"] == pytest.approx(detectable_effect("paired_t", 30))
    assert found["power"] == pytest.approx(0.8)


@pytest.mark.parametrize(("cv", "n", "expected"), [(0.30, 40, 0.815845), (0.25, 28, 0.807439)])
def test_power_of_equivalence(cv: float, n: int, expected: float):
    # R's PowerTOST, ?sampleN.TOST: ratio .95 within 80–125 %, 2 × 2 crossover. On the log scale
    # that is two groups of n/2 with the variance within subjects halved.
    sd = math.sqrt(math.log(1 + cv**2) / 2)
    found = tost_welch_power(math.log(1.25) / sd, n / 2, difference=math.log(0.95) / sd)
    assert found == pytest.approx(expected, abs=1e-6)


def test_equivalence_in_pairs_is_as_if_the_variance_were_known():
    # With n without end, t is normal: power = 2 Φ(√n·bound − z) − 1.
    expected = math.erf((math.sqrt(10_000) * 0.03 - 1.6448536) / math.sqrt(2))
    assert tost_paired_power(0.03, 10_000) == pytest.approx(expected, abs=1e-3)


@pytest.mark.parametrize("test", TESTS)
def test_what_is_detectable_needs_its_n(test: str):
    effect = detectable_effect(test, 40)
    assert required_n(test, effect) == pytest.approx(40, abs=1e-4)
    assert TESTS[test].power(effect, 40) == pytest.approx(0.8)


def test_the_power_of_no_effect_is_alpha():
    assert welch_power(0, 20) == pytest.approx(0.05)
    assert paired_power(0, 20, alpha=0.01) == pytest.approx(0.01)


def test_power_is_one_and_never_missing_for_huge_effects():
    assert welch_power(20, 2) == pytest.approx(1, abs=1e-4)
    assert welch_power(50, 1000) == 1
    assert paired_power(-50, 1000) == 1


def test_design_effect():
    # Kish (1965): 1 + (10 − 1) × .3.
    assert design_effect(10, 0.3) == pytest.approx(3.7)
    assert design_effect(1, 0.3) == 1


def test_a_row_says_what_was_assumed():
    row = power("welch_t", effect=0.5, target=0.8, outcome="liking", condition_a="x").iloc[0]
    assert list(row.index) == POWER
    assert (row["n"], row["status"], row["outcome"]) == (64, "ok", "liking")
    assert row["power"] == pytest.approx(welch_power(0.5, 64))
    assert row["assumption"].startswith("effect: difference in SDs; n: participants a condition")


def test_alike_ratings_need_more_people_than_independent_ones():
    # d of ratings .3, ten each, ICC .3: of participants' means .3·√(10/3.7) = .4932.
    row = power("welch_t", effect=0.3, target=0.8, ratings=10, icc=0.3).iloc[0]
    assert row["n"] == math.ceil(required_n("welch_t", 0.3 * math.sqrt(10 / 3.7)))
    assert row["design_effect"] == pytest.approx(3.7)
    assert power("welch_t", effect=0.3, target=0.8, ratings=10).iloc[0]["n"] < row["n"]


def test_clustered_playlists_count_for_less():
    row = power("correlation", effect=0.3, target=0.8, ratings=4, icc=0.3).iloc[0]
    assert row["n"] == math.ceil(84.07364 * 1.9)


def test_the_smallest_detectable_effect():
    row = power("welch_t", n=64, target=0.8).iloc[0]
    assert row["effect"] == pytest.approx(0.4991, abs=1e-4)
    assert row["power"] == pytest.approx(0.8)


@pytest.mark.parametrize(
    ("asked", "why"),
    [
        ({"effect": 0, "target": 0.8}, "no n up to 10,000,000 suffices"),
        ({"effect": 0.5, "n": 1}, "fewer than 2 independent participants a condition"),
        ({"n": 1, "target": 0.8}, "no effect is large enough for so few"),
        ({"effect": 0.5, "n": 30, "icc": math.nan}, "no intraclass correlation from 0 to 1"),
    ],
)
def test_what_cannot_be_planned_says_why(asked: dict[str, float], why: str):
    row = power("welch_t", **asked).iloc[0]
    assert row["status"] == f"not_estimable: {why}"
    assert np.isnan(row["power"])


def test_two_of_three_are_asked_for():
    with pytest.raises(ValueError, match="two of effect, n and target"):
        power("welch_t", effect=0.5)
    with pytest.raises(ValueError, match="two of effect, n and target"):
        power("welch_t", effect=0.5, n=30, target=0.8)
    with pytest.raises(ValueError, match="takes one rating"):
        power("paired_t", effect=0.5, n=30, ratings=10)
