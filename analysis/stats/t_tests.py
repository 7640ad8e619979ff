"""Student's t on arrays: Welch's, paired, and two one-sided tests of equivalence."""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from . import exact
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


NONE = TTest(*[np.nan] * 7)


def welch_t(a: ArrayLike, b: ArrayLike, *, alpha: float = 0.05) -> TTest:
    """mean a − mean b with Welch's t test, which does not take the variances for equal.

    In the values' unit; NaN with fewer than two values on a side or without any variance.
    Source: Welch (1947), Biometrika 34:28.
    """
    x, y = array(a), array(b)
    if min(len(x), len(y)) < 2 or (exact.constant(x) and exact.constant(y)):
        return NONE
    se = float(np.hypot(stats.sem(x), stats.sem(y)))
    return _row(x.mean() - y.mean(), se, stats.ttest_ind(x, y, equal_var=False), alpha)


def paired_t(a: ArrayLike, b: ArrayLike, *, alpha: float = 0.05) -> TTest:
    """The mean of the differences a − b with the paired t test; pairs in the same order.

    In the values' unit; a pair with a missing value is left out. NaN with fewer than two
    pairs or when all differences are equal. Source: Student (1908), Biometrika 6:1.
    """
    difference = differences(a, b)
    if len(difference) < 2 or exact.constant(difference):
        return NONE
    se = float(stats.sem(difference))
    return _row(difference.mean(), se, stats.ttest_1samp(difference, 0), alpha)


def _row(estimate: float, se: float, test: Any, alpha: float) -> TTest:
    ends = test.confidence_interval(1 - alpha)
    found = (estimate, se, test.statistic, test.df, test.pvalue, ends.low, ends.high)
    return TTest(*map(float, found))


def tost(estimate: float, se: float, df: float, bound: float) -> float:
    """p of the equivalence test: the larger of the two one-sided p-values, 0–1.

    Below alpha, the difference lies between −`bound` and +`bound` (in the estimate's unit).
    NaN for a NaN estimate. Source: Schuirmann (1987), J. Pharmacokinet. Biopharm. 15:657.
    """
    above_low, below_high = (estimate + bound) / se, (bound - estimate) / se
    return float(max(stats.t.sf(above_low, df), stats.t.sf(below_high, df)))
