"""How many participants a comparison needs, and what it could find: by formula, before the data.

Effects are those worth finding, never those found: power of the effect in the data says no more
than its p (Hoenig & Heisey 2001, The American Statistician 55:19). `POWER` lists the columns of
a row. In `TESTS`, n is participants a condition (Welch), participants (paired) or points
(correlation); every power rises with effect and n.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
import pandas as pd
from scipy import optimize, special, stats

from . import mixed_pair
from .rows import OK, Fields, not_estimable

POWER = [
    "outcome",
    "condition_a",
    "condition_b",
    "test",
    "assumption",
    "effect",
    "n",
    "icc",
    "design_effect",
    "power",
    "status",
]
MOST = 10_000_000
SMALLEST_EFFECT, LARGEST_EFFECT = 1e-6, 100.0
# An n that is whole but for the root finder is not rounded up.
ROUNDING = 1e-9
OF_MODEL = "difference in SDs of a single rating; n: participants, between them of a condition"


def design_effect(ratings: float, icc: float) -> float:
    """1 + (m − 1)·ICC: how many times the variance of independent ratings a mean has.

    `ratings` is how many a participant gives, `icc` how alike they are, 0–1.
    Source: Kish (1965), Survey Sampling, section 5.4.
    """
    return 1 + (ratings - 1) * icc


# power of one test, 0–1


def welch_power(effect: float, n: float, *, alpha: float = 0.05) -> float:
    """Two-sided t test of two conditions with n participants each; effect = Cohen's d.

    Noncentral t with 2n − 2 degrees of freedom, for equal variances. NaN with n < 2.
    Source: Cohen (1988), Statistical Power Analysis, chapter 2.
    """
    return _t_power(abs(effect) / np.sqrt(2 / n), 2 * n - 2, alpha) if n >= 2 else np.nan


def paired_power(effect: float, n: float, *, alpha: float = 0.05) -> float:
    """Two-sided paired t test of n participants; effect = d_z, mean / SD of the differences.

    Noncentral t with n − 1 degrees of freedom. NaN with n < 2. Source: as `welch_power`.
    """
    return _t_power(abs(effect) * np.sqrt(n), n - 1, alpha) if n >= 2 else np.nan


def _t_power(noncentrality: float, df: float, alpha: float) -> float:
    t = stats.t.ppf(1 - alpha / 2, df)
    return 1 - _below(t, df, noncentrality) + _below(-t, df, noncentrality)


def _below(t: float, df: float, noncentrality: float) -> float:
    """The noncentral t distribution; scipy gives NaN where it is too small for a number."""
    return float(np.nan_to_num(special.nctdtr(df, noncentrality, t)))


def correlation_power(effect: float, n: float, *, alpha: float = 0.05) -> float:
    """Two-sided test of a correlation in n independent points; effect = r, −1 to 1.

    Fisher's z with its bias r/(2(n − 1)) and the critical r of the t test, as in R's pwr. NaN
    with n < 4 and for |r| ≥ 1. Source: Cohen (1988), Statistical Power Analysis, chapter 3.
    """
    if n < 4 or not abs(effect) < 1:
        return np.nan
    t = float(stats.t.ppf(1 - alpha / 2, n - 2))
    critical = np.arctanh(t / np.sqrt(t**2 + n - 2))
    z = np.arctanh(effect) + effect / (2 * (n - 1))
    away = np.array([z - critical, -z - critical]) * np.sqrt(n - 3)
    return float(stats.norm.cdf(away).sum())


def tost_welch_power(
    effect: float, n: float, *, alpha: float = 0.05, difference: float = 0.0
) -> float:
    """Equivalence of two conditions with n participants each within ± `effect`, in SDs.

    `difference` is the true one. Two one-sided tests, each at alpha. By two noncentral t
    distributions, without Owen's Q: exact to about .001 where power is above .5, and too
    low (cut at 0) where it is small. NaN with n < 2. Sources: Schuirmann (1987), J.
    Pharmacokinet. Biopharm. 15:657; Phillips (1990), ibid. 18:137.
    """
    return _tost(effect, np.sqrt(2 / n), 2 * n - 2, alpha, difference) if n >= 2 else np.nan


def tost_paired_power(
    effect: float, n: float, *, alpha: float = 0.05, difference: float = 0.0
) -> float:
    """Equivalence in n pairs within ± `effect`, in SDs of the differences; as the above."""
    return _tost(effect, np.sqrt(1 / n), n - 1, alpha, difference) if n >= 2 else np.nan


def _tost(bound: float, se: float, df: float, alpha: float, difference: float) -> float:
    t = stats.t.ppf(1 - alpha, df)
    below_high = _below(-t, df, (difference - bound) / se)
    not_above_low = _below(t, df, (difference + bound) / se)
    return max(below_high - not_above_low, 0.0)


@dataclass(frozen=True, slots=True)
class Planned:
    """A test that can be planned, and what its effect and n are, in words."""

    power: Callable[..., float]
    effect: str
    n: str
    smallest_n: int
    largest_effect: float = LARGEST_EFFECT


TESTS = {
    "welch_t": Planned(welch_power, "difference in SDs", "participants a condition", 2),
    "paired_t": Planned(paired_power, "d_z, SDs of the differences", "participants", 2),
    "correlation": Planned(correlation_power, "r", "playlists", 4, 1 - 1e-9),
    "tost_welch_t": Planned(
        tost_welch_power, "bound in SDs, true difference 0", "participants a condition", 2
    ),
    "tost_paired_t": Planned(
        tost_paired_power, "bound in SDs of the differences, true difference 0", "participants", 2
    ),
}


# what is asked


def required_n(test: str, effect: float, target: float = 0.8, *, alpha: float = 0.05) -> float:
    """The n with which a test of `TESTS` has the target power; not rounded.

    NaN when more than ten million would be needed. Raises KeyError for an unknown test.
    """
    planned = TESTS[test]
    power_of_n = partial(_swapped, planned.power, effect, alpha)
    return _where(power_of_n, target, planned.smallest_n, MOST)


def detectable_effect(test: str, n: float, target: float = 0.8, *, alpha: float = 0.05) -> float:
    """The smallest effect that a test of `TESTS` finds with the target power.

    For equivalence, the smallest bound that can be shown. NaN with too few participants or
    points to find any. Raises KeyError for an unknown test.
    """
    planned = TESTS[test]
    power_of_effect = partial(planned.power, n=n, alpha=alpha)
    return _where(power_of_effect, target, SMALLEST_EFFECT, planned.largest_effect)


def _swapped(power: Callable[..., float], effect: float, alpha: float, n: float) -> float:
    return power(effect, n, alpha=alpha)


def _where(power: Callable[[float], float], target: float, low: float, most: float) -> float:
    """Where a rising power reaches the target: low if it is there already, NaN if never.

    The bracket doubles from below, as noncentral t has no values far beyond the target.
    """
    if power(low) >= target:
        return low
    high = low
    while not power(high) >= target:
        if high >= most:
            return np.nan
        low, high = high, min(2 * high, most)
    return float(optimize.brentq(lambda value: power(value) - target, low, high, xtol=1e-10))


def power(
    test: str,
    *,
    effect: float | None = None,
    n: float | None = None,
    target: float | None = None,
    ratings: int = 1,
    icc: float = 0.0,
    alpha: float = 0.05,
    outcome: str = "",
    condition_a: str = "",
    condition_b: str = "",
) -> pd.DataFrame:
    """One row of `POWER`: of effect, n and target power two are given, and the third is found.

    `effect` and `n` mean what `TESTS` says; the n found is rounded up, and `power` is the power
    that it has. With several `ratings` a participant (playlists, for a correlation) that are
    alike by `icc`, a condition's effect is in SDs of one rating, d·√(m/deff) of participants'
    means, and a correlation has n/deff independent points. Paired effects are of participants'
    means, and take one rating. Not estimable (see `status`) with an icc outside 0–1, with too
    few participants, or without any n or effect that suffices.
    Raises KeyError for an unknown test and ValueError when not exactly two are given, or
    for several ratings in pairs.
    """
    if ratings != 1 and "paired" in test:
        raise ValueError("a paired effect is of participants' means: it takes one rating")
    plan = _Plan(test, ratings, design_effect(ratings, icc), alpha)
    if effect is not None and n is not None and target is None:
        found = plan.achieved(effect, n)
    elif effect is not None and target is not None and n is None:
        found = plan.needed(effect, target)
    elif n is not None and target is not None and effect is None:
        found = plan.detected(n, target)
    else:
        raise ValueError("give two of effect, n and target")
    row: Fields = {
        "outcome": outcome,
        "condition_a": condition_a,
        "condition_b": condition_b,
        "test": test,
        "assumption": _assumption(TESTS[test], ratings, alpha),
        "effect": math.nan if effect is None else effect,
        "n": math.nan if n is None else n,
        "icc": icc,
        "design_effect": plan.deff,
        "status": OK,
        **(found if 0 <= icc <= 1 else not_estimable("no intraclass correlation from 0 to 1")),
    }
    return pd.DataFrame([row], columns=POWER)


def power_of_model(
    *,
    se: float,
    df: float,
    n: float,
    effect: float | None = None,
    target: float | None = None,
    equivalence: bool = False,
    alpha: float = 0.05,
) -> pd.DataFrame:
    """One row of `POWER` for a mixed model's t test, from its standard error and df: the power that
    an effect has, or the effect that has the target power.

    `se` and `effect` are in SDs of a single rating; noncentral t. With `equivalence` the effect is
    a bound, the true difference 0 and the test that of equivalence. `n` is not computed with.
    """
    if effect is None:
        share = partial(_t_power, df=df, alpha=alpha)
        effect = se * _where(share, target or math.nan, SMALLEST_EFFECT, LARGEST_EFFECT)
    found = _tost(abs(effect), se, df, alpha, 0.0) if equivalence else 0.0
    row: Fields = {
        "test": f"{'tost_' if equivalence else ''}{mixed_pair.TEST}",
        "assumption": f"effect: {OF_MODEL}; alpha {alpha:g}; by formula",
        "effect": effect,
        "n": n,
        "icc": 0.0,
        "design_effect": 1.0,
        "power": found if equivalence else _t_power(abs(effect) / se, df, alpha),
        "status": OK,
    }
    return pd.DataFrame([row], columns=POWER)


def _assumption(planned: Planned, ratings: int, alpha: float) -> str:
    several = f"; {ratings} ratings a participant" if ratings != 1 else ""
    return f"effect: {planned.effect}; n: {planned.n}; alpha {alpha:g}{several}; by formula"


@dataclass(frozen=True, slots=True)
class _Plan:
    """A test of clustered ratings, and the three questions about it."""

    test: str
    ratings: int
    deff: float
    alpha: float

    @property
    def worth(self) -> float:
        """Participants' means are less spread than ratings: by how much an effect grows."""
        return 1.0 if self.test == "correlation" else math.sqrt(self.ratings / self.deff)

    @property
    def points(self) -> float:
        """How many independent points one of n is worth."""
        return 1 / self.deff if self.test == "correlation" else 1.0

    def achieved(self, effect: float, n: float) -> Fields:
        planned = TESTS[self.test]
        if n * self.points < planned.smallest_n:
            return not_estimable(f"fewer than {planned.smallest_n} independent {planned.n}")
        found = planned.power(effect * self.worth, n * self.points, alpha=self.alpha)
        if math.isnan(found):
            return not_estimable("no such effect")
        return {"effect": effect, "n": n, "power": found}

    def needed(self, effect: float, target: float) -> Fields:
        needed = required_n(self.test, abs(effect) * self.worth, target, alpha=self.alpha)
        if math.isnan(needed):
            return not_estimable(f"no n up to {MOST:,} suffices")
        return self.achieved(effect, math.ceil(needed / self.points - ROUNDING))

    def detected(self, n: float, target: float) -> Fields:
        effect = detectable_effect(self.test, n * self.points, target, alpha=self.alpha)
        if math.isnan(effect):
            return not_estimable("no effect is large enough for so few")
        return self.achieved(effect / self.worth, n)
