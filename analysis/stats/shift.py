"""By how much one condition lies above another, robustly: Hodges–Lehmann estimates in raw units.

Their intervals are the shifts that the rank test does not reject: exact where the test is.
"""

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from .effects import NONE, Effect, Floats, array

# R's limit for exact p-values of rank tests: below this, and without ties.
SMALL = 50


def between(a: ArrayLike, b: ArrayLike, *, exact: bool, alpha: float = 0.05) -> Effect:
    """The median of all differences a − b, with the interval of the Mann–Whitney test.

    In the values' unit; NaN without a value on a side. `exact` uses the exact distribution
    without ties, else the normal one with continuity correction. Sources: Hodges & Lehmann
    (1963), AMS 34:598; Hollander, Wolfe & Chicken (2014), Nonparametric Statistical Methods.
    """
    x, y = array(a), array(b)
    if not len(x) or not len(y):
        return NONE
    m, n = len(x), len(y)
    spread = np.sqrt(m * n * (m + n + 1) / 12)
    below = _exact_rank(rank_sum_counts(m, n), alpha) if exact else _rank(m * n, spread, alpha)
    return _of_sorted(np.sort(np.subtract.outer(x, y), axis=None), below)


def within(difference: ArrayLike, *, exact: bool, alpha: float = 0.05) -> Effect:
    """The pseudomedian of differences, with the interval of the Wilcoxon signed-rank test.

    The median of all averages of two differences (each with itself too), in their unit. Zero
    differences must be out already, as in the test. NaN without a difference. Sources: as
    `between`.
    """
    values = array(difference)
    n = len(values)
    if not n:
        return NONE
    averages = (values[:, None] + values)[np.triu_indices(n)] / 2
    spread = np.sqrt(n * (n + 1) * (2 * n + 1) / 24)
    below = (
        _exact_rank(sign_rank_counts(n), alpha) if exact else _rank(len(averages), spread, alpha)
    )
    return _of_sorted(np.sort(averages), below)


def _of_sorted(values: Floats, below: int) -> Effect:
    """The median and the ends that leave out `below` values on each side."""
    return Effect(
        float(np.median(values)), float(values[below]), float(values[len(values) - 1 - below])
    )


def _rank(count: int, spread: float, alpha: float) -> int:
    """How many values lie outside on a side: statistics so small are rejected (normal)."""
    limit = count / 2 - 0.5 - stats.norm.ppf(1 - alpha / 2) * spread
    return min(max(int(np.ceil(limit)) - 1, 0), (count - 1) // 2)


def _exact_rank(counts: Floats, alpha: float) -> int:
    """As `_rank`, from the exact distribution: the last whose tail is below alpha/2."""
    tail = np.cumsum(counts) / counts.sum()
    return max(int(np.searchsorted(tail, alpha / 2)) - 1, 0)


def rank_sum_counts(m: int, n: int) -> Floats:
    """In how many ways Mann–Whitney's U is 0 … m·n when there are no ties; shape (m·n + 1,).

    The Gaussian binomial coefficient: a product of (1 − qⁿ⁺ⁱ)/(1 − qⁱ) over i = 1 … m.
    """
    counts = np.zeros(m * n + 1)
    counts[0] = 1
    for i in range(1, m + 1):
        if n + i <= m * n:
            counts[n + i :] -= counts[: -(n + i)].copy()
        for start in range(i):
            counts[start::i] = np.cumsum(counts[start::i])
    return counts


def sign_rank_counts(n: int) -> Floats:
    """In how many ways Wilcoxon's T₊ is 0 … n(n+1)/2 when there are no ties."""
    counts = np.zeros(n * (n + 1) // 2 + 1)
    counts[0] = 1
    for rank in range(1, n + 1):
        counts[rank:] += counts[:-rank].copy()
    return counts
