"""Effect sizes with their intervals, on arrays: how large a difference is, not whether one is.

Every function takes values that are independent of each other (participants' means), the first
condition minus the second, and gives an `Effect`. What can't be estimated is NaN; nothing raises.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special, stats

from . import exact

Floats = NDArray[np.float64]


class Effect(NamedTuple):
    """An estimate and the ends of its interval, in the same unit."""

    estimate: float
    low: float
    high: float


NONE = Effect(np.nan, np.nan, np.nan)


def array(values: ArrayLike) -> Floats:
    """The values as float64 of shape (n,), without those that are missing."""
    numbers = np.asarray(values, dtype=np.float64).ravel()
    return numbers[~np.isnan(numbers)]


# differences of means, standardised


def correction(df: float) -> float:
    """Hedges' J = Γ(df/2) / (√(df/2) Γ((df−1)/2)), which takes the bias out of d; below 1.

    The exact form; 1 − 3/(4 df − 1) approximates it. Source: Hedges (1981), JES 6:107.
    """
    half = df / 2
    return float(np.exp(special.gammaln(half) - special.gammaln(half - 0.5)) / np.sqrt(half))


def cohen_d(a: ArrayLike, b: ArrayLike, *, alpha: float = 0.05) -> Effect:
    """d = (mean a − mean b) / pooled SD, in standard deviations.

    The interval comes from the noncentral t distribution with n_a + n_b − 2 degrees of freedom:
    exact for normal values of equal variance, approximate otherwise. NaN with fewer than two
    values on a side or without variance. Source: Cumming & Finch (2001), EPM 61:532.
    """
    x, y = array(a), array(b)
    if min(len(x), len(y)) < 2 or (exact.constant(x) and exact.constant(y)):
        return NONE
    df = len(x) + len(y) - 2
    pooled = np.sqrt(((len(x) - 1) * x.var(ddof=1) + (len(y) - 1) * y.var(ddof=1)) / df)
    scale = np.sqrt(1 / len(x) + 1 / len(y))
    return _from_t((x.mean() - y.mean()) / pooled / scale, df, scale, alpha)


def hedges_g(a: ArrayLike, b: ArrayLike, *, alpha: float = 0.05) -> Effect:
    """g = J·d: Cohen's d and its interval, both times the correction for small samples.

    In standard deviations; NaN as `cohen_d`. Sources: Hedges (1981), JES 6:107; Borenstein
    et al. (2009), Introduction to Meta-Analysis, chapter 4; Goulet-Pelletier & Cousineau
    (2018), TQMP 14:242, for the interval.
    """
    d = cohen_d(a, b, alpha=alpha)
    if np.isnan(d.estimate):
        return NONE
    j = correction(array(a).size + array(b).size - 2)
    return Effect(*(j * value for value in d))


def d_av(a: ArrayLike, b: ArrayLike, *, alpha: float = 0.05) -> Effect:
    """d_av = mean difference / √((s_a² + s_b²)/2), for pairs, in standard deviations.

    `a` and `b` hold the pairs in the same order; a pair with a missing value is left out. Not
    corrected for small samples. The interval is the noncentral one of the paired t, rescaled.
    NaN with fewer than two pairs, and when all differences are equal (no paired t).
    Sources: Cumming (2012), Understanding the New Statistics, chapter 11; Algina & Keselman
    (2003), EPM 63:537, for the interval.
    """
    x, y = pairs(a, b)
    difference = differences(a, b)
    if len(x) < 2 or exact.constant(difference):
        return NONE
    standard = np.sqrt((x.var(ddof=1) + y.var(ddof=1)) / 2)
    error = difference.std(ddof=1) / np.sqrt(len(x))
    return _from_t(difference.mean() / error, len(x) - 1, error / standard, alpha)


def pairs(a: ArrayLike, b: ArrayLike) -> tuple[Floats, Floats]:
    """The complete pairs: two arrays of the same shape (n,)."""
    x, y = np.asarray(a, dtype=np.float64), np.asarray(b, dtype=np.float64)
    complete = ~(np.isnan(x) | np.isnan(y))
    return x[complete], y[complete]


def differences(a: ArrayLike, b: ArrayLike) -> Floats:
    """a − b of the complete pairs, shape (n,): equal ones are equal floats (3.3 − 2.3 and 1)."""
    return exact.differences(*pairs(a, b))


def _from_t(t: float, df: float, scale: float, alpha: float) -> Effect:
    """The effect t·scale; its ends are the noncentralities under which t is just extreme."""
    low = special.nctdtrinc(df, 1 - alpha / 2, t) * scale
    high = special.nctdtrinc(df, alpha / 2, t) * scale
    return Effect(float(t * scale), float(low), float(high))


# dominance: how often one value lies above another


def _above(x: Floats, y: Floats) -> tuple[Floats, Floats]:
    """For each x, the shares of y below it and above it; both of shape (n_x,)."""
    ordered = np.sort(y)
    below = np.searchsorted(ordered, x, "left")
    above = len(y) - np.searchsorted(ordered, x, "right")
    return below / len(y), above / len(y)


def cliff_delta(a: ArrayLike, b: ArrayLike, *, alpha: float = 0.05) -> Effect:
    """Cliff's δ = P(a > b) − P(a < b), −1 to 1, no unit; 0 without a difference.

    The interval is the asymmetric one on the unbiased variance, with Student's t, as in R's
    effsize; when no value of one side lies within the other, so that the variance vanishes,
    the near end is (n − z²)/(n + z²), n the smaller sample. NaN with fewer than two values on
    a side. Sources: Cliff (1996), Ordinal Methods for Behavioral Data Analysis, chapter 5;
    Feng & Cliff (2004), JMASM 3:322.
    """
    x, y = array(a), array(b)
    if min(len(x), len(y)) < 2:
        return NONE
    below, above = _above(x, y)
    rows, columns = below - above, np.subtract(*_above(y, x)[::-1])
    delta = float(rows.mean())
    if abs(delta) == 1:
        return _separated(delta, min(len(x), len(y)), alpha)
    variance = _delta_variance(delta, rows, columns, float((below + above).mean()))
    return _asymmetric(delta, variance, len(x) + len(y) - 2, alpha)


def _delta_variance(delta: float, rows: Floats, columns: Floats, untied: float) -> float:
    """The unbiased variance of δ, never below what it can be (Cliff 1996, p. 138)."""
    m, n = len(rows), len(columns)
    by_row = n**2 * ((rows - delta) ** 2).sum() + m**2 * ((columns - delta) ** 2).sum()
    single = m * n * (untied - delta**2)
    return float(max((by_row - single) / (m * n * (m - 1) * (n - 1)), (1 - delta**2) / (m * n - 1)))


def _asymmetric(delta: float, variance: float, df: int, alpha: float) -> Effect:
    """The interval that Feng & Cliff (2004) give, which keeps within −1 and 1."""
    t = float(stats.t.ppf(1 - alpha / 2, df))
    half = t * np.sqrt(variance * ((1 - delta**2) ** 2 + t**2 * variance))
    middle, scale = delta - delta**3, 1 - delta**2 + t**2 * variance
    low, high = (middle - half) / scale, (middle + half) / scale
    return Effect(delta, max(float(low), -1.0), min(float(high), 1.0))


def _separated(delta: float, n: int, alpha: float) -> Effect:
    z2 = float(stats.norm.ppf(1 - alpha / 2)) ** 2
    near = (n - z2) / (n + z2)
    return Effect(delta, near, 1.0) if delta > 0 else Effect(delta, -1.0, -near)


class Superiority(NamedTuple):
    """The probability of superiority with the Brunner–Munzel test of one half."""

    effect: Effect
    statistic: float
    df: float
    p: float


def superiority(a: ArrayLike, b: ArrayLike, *, alpha: float = 0.05) -> Superiority:
    """P(a > b) + ½ P(a = b), 0–1, no unit, and the Brunner–Munzel test that it is .5.

    The statistic has the effect's direction and Student's t distribution with Satterthwaite's
    degrees of freedom; p is two-sided; the interval is cut at 0 and 1. All but the estimate is
    NaN when its variance is 0, as when no value of one side lies within the other; everything
    with fewer than two values on a side. Source: Brunner & Munzel (2000), Biom. J. 42:17.
    """
    x, y = array(a), array(b)
    if min(len(x), len(y)) < 2:
        return Superiority(NONE, np.nan, np.nan, np.nan)
    placements = [(1 + np.subtract(*_above(*sides))) / 2 for sides in ((x, y), (y, x))]
    share = float(placements[0].mean())
    parts = np.array([placed.var(ddof=1) / len(placed) for placed in placements])
    if all(exact.constant(placed) for placed in placements):
        return Superiority(Effect(share, np.nan, np.nan), np.nan, np.nan, np.nan)
    error = float(np.sqrt(parts.sum()))
    df = float(parts.sum() ** 2 / (parts**2 / (np.array([len(x), len(y)]) - 1)).sum())
    t, half = (share - 0.5) / error, float(stats.t.ppf(1 - alpha / 2, df)) * error
    effect = Effect(share, max(share - half, 0.0), min(share + half, 1.0))
    return Superiority(effect, t, df, float(2 * stats.t.sf(abs(t), df)))


def rank_biserial(a: ArrayLike, b: ArrayLike, *, alpha: float = 0.05) -> Effect:
    """Matched-pairs rank-biserial r = (T₊ − T₋)/(T₊ + T₋), −1 to 1, no unit.

    T are the rank sums of the positive and negative differences a − b; zero differences are
    left out before ranking, as Wilcoxon did. r is also how much more often the mean of two
    differences is positive than negative, so that the interval takes the variance of such a
    U-statistic in the form of Cliff's δ. (Fisher's z with the standard error of no difference,
    as in R's effectsize, covered a true .84 in 70–77 % of simulated studies; this one in
    90–98 %.) NaN without a difference.
    Sources: Kerby (2014), Comprehensive Psychology 3:1; Hoeffding (1948), AMS 19:293, for the
    variance; Feng & Cliff (2004), JMASM 3:322, for the interval.
    """
    difference = differences(a, b)
    signed = difference[difference != 0]
    n = len(signed)
    if n == 0:
        return NONE
    total = n * (n + 1) / 2
    r = float((stats.rankdata(np.abs(signed)) * np.sign(signed)).sum() / total)
    if abs(r) == 1:
        return _separated(r, n, alpha)
    # For each difference, how often its mean with another one is positive less negative.
    rows = (n * np.subtract(*_above(signed, -signed)) - np.sign(signed)) / (n - 1)
    pairwise = 4 * (n - 2) * rows.var(ddof=1) + 2 * (1 - rows.mean() ** 2)
    variance = max(float(pairwise) / (n * (n - 1)), (1 - r**2) / (total - 1))
    return _asymmetric(r, variance, n - 1, alpha)


# several conditions


def eta_squared(f: float, df1: float, df2: float, *, alpha: float = 0.05) -> Effect:
    """Partial η² = F·df1/(F·df1 + df2), 0–1: the share of variance that goes with condition.

    The interval comes from the noncentral F distribution, λ/(λ + df1 + df2 + 1); its low end
    is 0 when F is not extreme. Biased upwards in small samples. Source: Steiger (2004),
    Psychological Methods 9:164.
    """
    if not np.isfinite([f, df1, df2]).all():
        return NONE
    ends = (_noncentrality(f, df1, df2, p) for p in (1 - alpha / 2, alpha / 2))
    low, high = (lam / (lam + df1 + df2 + 1) for lam in ends)
    return Effect(f * df1 / (f * df1 + df2), low, high)


def _noncentrality(f: float, df1: float, df2: float, p: float) -> float:
    """The noncentrality under which a share p of F lies below f; 0 when none is that small."""
    return 0.0 if stats.f.cdf(f, df1, df2) < p else float(special.ncfdtrinc(df1, df2, p, f))
