"""How far raters agree, and how much of the ratings is the participants' or the tracks'.

Rows of `RELIABILITY`. A wide frame has one row a unit (a track, say) and one column a rater.
Intervals hold with confidence 1 − `alpha`; what can't be estimated is empty and `status` says
why. Reliability of scales and of repeated ratings is in `consistency.py`.
"""

from collections.abc import Iterator
from typing import Literal, get_args

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

from . import exact
from .bootstrap import BATCH, RESAMPLES
from .consistency import cronbach, repeated_ratings
from .effects import NONE, Effect, Floats
from .rows import OK, RELIABILITY, reliability

__all__ = [
    "RELIABILITY",
    "cronbach",
    "icc",
    "icc_from_components",
    "krippendorff",
    "repeated_ratings",
]

Level = Literal["nominal", "ordinal", "interval", "ratio"]
ICCS = ("ICC(1,1)", "ICC(2,1)", "ICC(3,1)", "ICC(1,k)", "ICC(2,k)", "ICC(3,k)")
RESIDUAL = "residual"


# intraclass correlation of units × raters


def icc(ratings: pd.DataFrame, *, scale: str = "", alpha: float = 0.05) -> pd.DataFrame:
    """Six intraclass correlations: the share of the ratings' variance that is the units'.

    (1, ·) each unit has its own raters; (2, ·) the raters are a sample and count for absolute
    agreement; (3, ·) these raters only, for consistency. (·, 1) a single rating, (·, k) the
    mean of all k. At most 1, below 0 when units differ less than raters disagree. Units with
    a missing rating are left out; `n_units` says how many were used. Intervals come from F.
    Sources: Shrout & Fleiss (1979), Psychological Bulletin 86:420; McGraw & Wong (1996),
    Psychological Methods 1:30.
    """
    values = ratings.astype(float).dropna().to_numpy(dtype=np.float64)
    n, k = values.shape
    problem = _too_poor(values)
    found = [NONE] * len(ICCS) if problem else _iccs(_MeanSquares(values), alpha)
    parts = [
        reliability(scale, "icc", [(name, one)], n, k, problem or _undefined(one))
        for name, one in zip(ICCS, found, strict=True)
    ]
    return pd.concat(parts, ignore_index=True)


def _too_poor(values: Floats) -> str:
    n, k = values.shape
    if n < 2:
        return "fewer than two units with every rating"
    if k < 2:
        return "fewer than two raters"
    return "all ratings are equal" if exact.constant(values) else ""


def _undefined(found: Effect) -> str:
    return "" if np.isfinite(found.estimate) else "the variances it divides by come to nothing"


class _MeanSquares:
    """The mean squares of a two-way layout with one rating a cell."""

    def __init__(self, values: Floats) -> None:
        self.n, self.k = values.shape
        # n·k times the sums of squares, of whole numbers: what is 0 is 0.
        whole = exact.whole(values)
        everything = whole.sum() ** 2
        units = self.n * (whole.sum(axis=1) ** 2).sum() - everything
        raters = self.k * (whole.sum(axis=0) ** 2).sum() - everything
        total = self.n * self.k * (whole**2).sum() - everything
        within, error = total - units, total - units - raters
        self.units, self.raters = float(units) / (self.n - 1), float(raters) / (self.k - 1)
        self.within = float(within) / (self.n * (self.k - 1))
        self.error = float(error) / ((self.n - 1) * (self.k - 1))


def _iccs(ms: _MeanSquares, alpha: float) -> list[Effect]:
    single = [
        _one_error(ms.units, ms.within, ms.n - 1, ms.n * (ms.k - 1), ms.k, alpha),
        _absolute(ms, alpha),
        _one_error(ms.units, ms.error, ms.n - 1, (ms.n - 1) * (ms.k - 1), ms.k, alpha),
    ]
    return single + [Effect(*(_of_mean(value, ms.k) for value in effect)) for effect in single]


def _of_mean(single: float, k: int) -> float:
    """Spearman & Brown: the reliability of the mean of k ratings; NaN (−∞) from −1/(k − 1) down."""
    spread = 1 + (k - 1) * single
    return np.nan if not spread > 0 else k * single / spread


def _one_error(units: float, error: float, df1: int, df2: int, k: int, alpha: float) -> Effect:
    """(units − error)/(units + (k − 1) error), with the interval of F = units/error."""
    spread = units + (k - 1) * error
    if spread == 0:
        return NONE
    estimate = (units - error) / spread
    if error == 0:
        return Effect(estimate, np.nan, np.nan)
    f = units / error
    low = f / float(stats.f.ppf(1 - alpha / 2, df1, df2))
    high = f * float(stats.f.ppf(1 - alpha / 2, df2, df1))
    return Effect(estimate, (low - 1) / (low + k - 1), (high - 1) / (high + k - 1))


def _absolute(ms: _MeanSquares, alpha: float) -> Effect:
    """ICC(2,1), with Satterthwaite's degrees of freedom (Shrout & Fleiss 1979, p. 424)."""
    n, k = ms.n, ms.k
    whole = n * (ms.units + (k - 1) * ms.error) + k * (ms.raters - ms.error)
    if whole == 0:
        return NONE
    estimate = n * (ms.units - ms.error) / whole
    if ms.error == 0:
        return Effect(estimate, np.nan, np.nan)
    ratio = k * estimate * ms.raters / ms.error
    rest = n * (1 + (k - 1) * estimate) - k * estimate
    df = (n - 1) * (k - 1) * (ratio + rest) ** 2 / ((n - 1) * ratio**2 + rest**2)
    spread = k * ms.raters + (k * n - k - n) * ms.error
    below = float(stats.f.ppf(1 - alpha / 2, n - 1, df))
    above = float(stats.f.ppf(1 - alpha / 2, df, n - 1))
    low = n * (ms.units - below * ms.error) / (below * spread + n * ms.units)
    high = n * (above * ms.units - ms.error) / (spread + n * above * ms.units)
    return Effect(estimate, low, high)


# intraclass correlation where participants hear different tracks


def icc_from_components(
    components: pd.DataFrame,
    *,
    n_obs: int | None = None,
    scale: str = "",
    alpha: float = 0.05,
) -> pd.DataFrame:
    """Each variance component's share of the total: how alike two ratings with it in common are.

    `components` has `component` ("participant_id", "track_id", …, "residual") and `variance`,
    as `variance_components` of a mixed model. The participants' row is the ICC that the design
    effect needs. A component that can't be told from another is in that one, and its `status` says
    so. 0–1. With `n_levels` in the frame and `n_obs`, the number of ratings, it has
    the interval of a one-way ICC(1) with n_obs/n_levels ratings each: an approximation, as the
    other components count as error. Without, the interval is empty. There is no row for
    the residual. Source: Donner & Wells (1986), Biometrics 42:401, for the interval.
    """
    variances = components["variance"].astype(float)
    known = variances.notna()
    residual = bool(known[components["component"] == RESIDUAL].all())
    usable = residual and bool((variances[known] >= 0).all() and variances.sum() > 0)
    problem = "an interval needs the numbers of ratings and levels" if usable else "no variances"
    parts = [pd.DataFrame(columns=RELIABILITY)]
    for _, part in components[components["component"] != RESIDUAL].iterrows():
        levels = float(part.get("n_levels", np.nan))
        share = float(part["variance"]) / float(variances.sum()) if usable else np.nan
        found = [(str(part["component"]), _one_way(share, levels, n_obs, alpha))]
        why = str(part.get("status", OK)).removeprefix("not_estimable: ")
        why = problem if why == OK else why
        parts.append(reliability(scale, "icc_from_components", found, levels, np.nan, why))
    return pd.concat(parts[1:] or parts, ignore_index=True)


def _one_way(share: float, levels: float, n_obs: int | None, alpha: float) -> Effect:
    """The F interval of ICC(1) that gave this estimate with equally many ratings a level."""
    if n_obs is None or not 2 <= levels < n_obs or not share < 1:
        return Effect(share, np.nan, np.nan)
    each = n_obs / levels
    f = 1 + each * share / (1 - share)
    low = f / float(stats.f.ppf(1 - alpha / 2, levels - 1, n_obs - levels))
    high = f * float(stats.f.ppf(1 - alpha / 2, n_obs - levels, levels - 1))
    ends = ((end - 1) / (end + each - 1) for end in (low, high))
    return Effect(share, *(max(end, 0.0) for end in ends))


# Krippendorff's α


def krippendorff(
    ratings: pd.DataFrame,
    level: Level,
    *,
    scale: str = "",
    alpha: float = 0.05,
    seed: int = 1,
) -> pd.DataFrame:
    """Krippendorff's α = 1 − observed/expected disagreement of units × raters, gaps allowed.

    1 is agreement, 0 what chance gives, negative is worse. `level` says how far two values
    disagree: "nominal" 0 or 1; "ordinal" by the ranks between; "interval" (a − b)²; "ratio"
    ((a − b)/(a + b))². Units with fewer than two ratings tell nothing and are left out:
    `n_units` is the number used. The interval is the percentile bootstrap over units, 9,999
    times with `seed`. Not estimable when all ratings are equal or, for "ratio", one is
    negative; without any disagreement α is 1 and has no interval. Raises ValueError for an
    unknown level. Source: Krippendorff (2019), Content Analysis, 4th edition, chapter 12.
    """
    if level not in get_args(Level):
        raise ValueError(f"unknown level: {level}")
    numbers = ratings.astype(float)
    numbers = numbers[numbers.notna().sum(axis=1) >= 2]
    n_raters = int(numbers.notna().any().sum())
    values = numbers.to_numpy(dtype=np.float64)
    points = np.unique(values[~np.isnan(values)])
    problem = _no_alpha(len(values), points, level)
    found = NONE if problem else _alpha(_counts(values, points), points, level, alpha, seed)
    return reliability(
        scale, "krippendorff_alpha", [(level, found)], len(values), n_raters, problem
    )


def _no_alpha(n_units: int, points: Floats, level: str) -> str:
    if n_units < 2:
        return "fewer than two units with two ratings"
    if len(points) == 1:
        return "all ratings are equal"
    negative = level == "ratio" and points.min() < 0
    return "a negative rating has no ratio" if negative else ""


def _counts(values: Floats, points: Floats) -> Floats:
    """How often each unit was given each point: units × points."""
    counts = np.zeros((len(values), len(points)))
    units, raters = np.nonzero(~np.isnan(values))
    np.add.at(counts, (units, np.searchsorted(points, values[units, raters])), 1)
    return counts


def _alpha(counts: Floats, points: Floats, level: str, alpha: float, seed: int) -> Effect:
    if not ((counts > 0).sum(axis=1) > 1).any():
        return Effect(1.0, np.nan, np.nan)
    # Units that were rated alike are drawn together: there are few ways to be rated by few.
    ways, sizes = np.unique(counts, axis=0, return_counts=True)
    estimate = float(_alphas(sizes[None, :], ways, points, level)[0])
    drawn = [_alphas(w, ways, points, level) for w in _resamples(sizes, ways.shape[1], seed)]
    # A resample in which all ratings are equal has no α.
    low, high = np.nanquantile(np.concatenate(drawn), [alpha / 2, 1 - alpha / 2])
    return Effect(estimate, float(low), float(high))


def _resamples(sizes: NDArray[np.int64], points: int, seed: int) -> Iterator[NDArray[np.int64]]:
    """How often units of each way are drawn: resamples × ways, in batches that fit in memory."""
    rng, n = np.random.default_rng(seed), int(sizes.sum())
    size = max(BATCH // max(len(sizes), points), 1)
    for start in range(0, RESAMPLES, size):
        yield rng.multinomial(n, sizes / n, size=min(size, RESAMPLES - start))


def _alphas(weights: NDArray, counts: Floats, points: Floats, level: str) -> Floats:
    """α for each row of weights (resamples × units).

    Pairs within a unit of m ratings count 1/(m − 1) each, so that every rating counts once.
    """
    of_points = weights @ counts
    pairable = counts / np.sqrt(counts.sum(axis=1, keepdims=True) - 1)
    total = of_points.sum(axis=1)
    if level == "ordinal":
        # (g … h) of Krippendorff's ordinal metric is the difference of middle ranks.
        ranks = np.cumsum(of_points, axis=1) - of_points / 2
        observed = (weights * _spread(pairable, ranks)).sum(axis=1)
        expected = _spread_of_each(of_points, ranks)
    else:
        distance = _distances(points, level)
        observed = weights @ ((pairable @ distance) * pairable).sum(axis=1)
        expected = ((of_points @ distance) * of_points).sum(axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        return 1 - (total - 1) * observed / expected


def _distances(points: Floats, level: str) -> Floats:
    apart = np.subtract.outer(points, points) ** 2
    if level == "nominal":
        return (apart > 0).astype(float)
    if level == "interval":
        return apart
    sums = np.add.outer(points, points) ** 2
    return np.divide(apart, sums, out=np.zeros_like(apart), where=sums > 0)


def _spread(counts: Floats, values: Floats) -> Floats:
    """Σ n_c n_k (v_c − v_k)² of each unit, for each row of values: rows × units."""
    size = counts.sum(axis=1)
    return 2 * ((values**2 @ counts.T) * size - (values @ counts.T) ** 2)


def _spread_of_each(counts: Floats, values: Floats) -> Floats:
    """Σ n_c n_k (v_c − v_k)², for each row of counts with its own row of values."""
    size = counts.sum(axis=1)
    return 2 * ((counts * values**2).sum(axis=1) * size - (counts * values).sum(axis=1) ** 2)
