"""Student's t on arrays: Welch's, paired, and two one-sided tests of equivalence."""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from .effects import array, differences


class TTest(NamedTuple):
    """A mean difference with its standard error, t test and interval; NaN without variance."""

    estimate: float
    se: float
    statistic: float
    df: float
    p: float
    low: float
    high: float


def welch_t(a: ArrayLike, b: ArrayLike, *, alpha: float = 0.05) -> TTest:
    """mean a − mean b with Welch's t test, which does not take the variances for equal.

    In the values' unit; NaN with fewer than two values on a side or without any variance.
    Source: Welch (1947), Biometrika 34:28.
    """
    x, y = array(a), array(b)
    if min(len(x), len(y)) < 2:
        return TTest(*[np.nan] * 7)
    parts = np.array([x.var(ddof=1) / len(x), y.var(ddof=1) / len(y)])
    if np.ptp(x) + np.ptp(y) == 0:
        return TTest(*[np.nan] * 7)
    df = parts.sum() ** 2 / (parts**2 / (np.array([len(x), len(y)]) - 1)).sum()
    return _t_test(x.mean() - y.mean(), float(np.sqrt(parts.sum())), df, alpha)


def paired_t(a: ArrayLike, b: ArrayLike, *, alpha: float = 0.05) -> TTest:
    """The mean of the differences a − b with the paired t test; pairs in the same order.

    In the values' unit; a pair with a missing value is left out. NaN with fewer than two
    pairs or when all differences are equal. Source: Student (1908), Biometrika 6:1.
    """
    difference = differences(a, b)
    if len(difference) < 2 or np.ptp(difference) == 0:
        return TTest(*[np.nan] * 7)
    n = len(difference)
    return _t_test(difference.mean(), float(difference.std(ddof=1) / np.sqrt(n)), n - 1, alpha)


def _t_test(estimate: float, se: float, df: float, alpha: float) -> TTest:
    t, half = estimate / se, stats.t.ppf(1 - alpha / 2, df) * se
    p = 2 * stats.t.sf(abs(t), df)
    return TTest(*map(float, (estimate, se, t, df, p, estimate - half, estimate + half)))


def tost(estimate: float, se: float, df: float, bound: float) -> float:
    """p of the equivalence test: the larger of the two one-sided p-values, 0–1.

    Below alpha, the difference lies between −`bound` and +`bound` (in the estimate's unit).
    NaN for a NaN estimate. Source: Schuirmann (1987), J. Pharmacokinet. Biopharm. 15:657.
    """
    above_low, below_high = (estimate + bound) / se, (bound - estimate) / se
    return float(max(stats.t.sf(above_low, df), stats.t.sf(below_high, df)))
