"""Consistency: of a scale's items with each other, and of people with themselves."""

from collections.abc import Callable
from fractions import Fraction

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

from . import exact
from .bootstrap import BATCH, RESAMPLES
from .effects import NONE, Effect, Floats
from .rows import reliability

ALL_ITEMS = "all items"


# Cronbach's α


def cronbach(items: pd.DataFrame, *, scale: str = "", alpha: float = 0.05) -> pd.DataFrame:
    """Cronbach's α of participants × items, and what each item adds: 2k + 1 rows.

    statistic               variant    estimate
    cronbach_alpha          all items  α = k/(k − 1) · (1 − Σ item variances / variance of the sum)
    alpha_if_dropped        the item   α of the others (three items or more)
    item_rest_correlation   the item   Pearson's r with the sum of the others

    Reversed items must be scored first. At most 1; negative when items work against each other.
    Participants with a missing item are left out: `n_units` is the number used, `n_raters` the
    items. α has Feldt's interval, r Fisher's. Not estimable with fewer than two participants or
    items, or without variance. Sources: Cronbach (1951), Psychometrika 16:297; Feldt (1965),
    Psychometrika 30:357.
    """
    complete = items.astype(float).dropna()
    values, names = complete.to_numpy(dtype=np.float64), [str(name) for name in items.columns]
    whole = [_alpha_row(values, ALL_ITEMS, "cronbach_alpha", scale, alpha)]
    if len(names) < 2:
        return whole[0]
    rests = [(name, np.delete(values, i, axis=1)) for i, name in enumerate(names)]
    dropped = [_alpha_row(rest, name, "alpha_if_dropped", scale, alpha) for name, rest in rests]
    correlated = [
        _correlation_row(values[:, i], rest.sum(axis=1), name, len(names), scale, alpha)
        for i, (name, rest) in enumerate(rests)
    ]
    return pd.concat([*whole, *dropped, *correlated], ignore_index=True)


def _alpha_row(
    values: Floats, variant: str, statistic: str, scale: str, alpha: float
) -> pd.DataFrame:
    n, k = values.shape
    problem = _no_alpha(values)
    found = NONE if problem else _cronbach(values, alpha)
    return reliability(scale, statistic, [(variant, found)], n, k, problem)


def _no_alpha(values: Floats) -> str:
    n, k = values.shape
    if k < 2:
        return "fewer than two items"
    if n < 2:
        return "fewer than two participants with every item"
    constant = len(set(exact.whole(values).sum(axis=1))) == 1
    return "no variance between participants" if constant else ""


def _cronbach(values: Floats, alpha: float) -> Effect:
    n, k = values.shape
    items = exact.whole(values)
    parts, whole = (_squares(one).sum() for one in (items, items.sum(axis=1, keepdims=True)))
    error = float(Fraction(k * parts - whole, (k - 1) * whole))
    if error == 0:
        return Effect(1.0, np.nan, np.nan)
    low, high = stats.f.ppf([1 - alpha / 2, alpha / 2], n - 1, (n - 1) * (k - 1))
    return Effect(1 - error, 1 - error * float(low), 1 - error * float(high))


def _squares(whole: NDArray[np.object_]) -> NDArray[np.object_]:
    """n times the sum of squares of each column of whole numbers (n, m)."""
    return np.asarray(len(whole) * (whole**2).sum(axis=0) - whole.sum(axis=0) ** 2)


def _correlation_row(
    item: Floats, rest: Floats, name: str, k: int, scale: str, alpha: float
) -> pd.DataFrame:
    problem = _no_correlation(item, rest)
    found = NONE if problem else _correlation(item, rest, alpha)
    return reliability(scale, "item_rest_correlation", [(name, found)], len(item), k, problem)


def _no_correlation(item: Floats, rest: Floats) -> str:
    if len(item) < 4:
        return "fewer than four participants with every item"
    constant = exact.constant(item) or exact.constant(rest)
    return "no variance between participants" if constant else ""


def _correlation(x: Floats, y: Floats, alpha: float) -> Effect:
    found = stats.pearsonr(x, y)
    whole = exact.whole(np.column_stack([x, y]))
    a, b, c = _squares(np.column_stack([whole, whole.sum(axis=1)]))
    # (2 Σxy)² = 4 Σx² Σy² where all lie on a line.
    if (c - a - b) ** 2 == 4 * a * b:
        return Effect(float(np.sign(found.statistic)), np.nan, np.nan)
    low, high = found.confidence_interval(1 - alpha)
    return Effect(float(found.statistic), float(low), float(high))


# the same track rated twice


def repeated_ratings(
    frame: pd.DataFrame,
    first: str,
    again: str,
    *,
    scale: str = "",
    alpha: float = 0.05,
    seed: int = 1,
) -> pd.DataFrame:
    """How far people repeat themselves: three rows, from a track that each rated twice.

    statistic                 variant    estimate
    icc                       ICC(A,1)   two-way, absolute agreement, a single rating; ≤ 1
    weighted_kappa            quadratic  Cohen's κ with squared weights; ≤ 1
    mean_absolute_difference  points     mean of |first − again|, in scale points; ≥ 0

    `frame` has `participant_id` and the two ratings, a row a repeated track; rows that lack one
    are left out. `n_units` is the number of pairs, `n_raters` that of participants. Intervals
    resample participants with all their pairs (BCa bootstrap, 9,999 times with `seed`). Not
    estimable with fewer than two participants or without variance. Sources: McGraw & Wong
    (1996), Psychological Methods 1:30; Cohen (1968), Psychological Bulletin 70:213; Efron
    (1987), JASA 82:171.
    """
    pairs = frame[["participant_id", first, again]].dropna()
    sums = _sums_by_participant(pairs, first, again)
    parts = []
    for statistic, variant, formula in REPEATED:
        found, problem = _bootstrapped(sums, formula, alpha, seed)
        parts.append(
            reliability(scale, statistic, [(variant, found)], len(pairs), sums.shape[1], problem)
        )
    return pd.concat(parts, ignore_index=True)


def _sums_by_participant(pairs: pd.DataFrame, first: str, again: str) -> Floats:
    """n, Σx, Σy, Σx², Σy², Σxy, Σ|x − y| of each participant; shape (7, participants)."""
    x, y = pairs[first].astype(float), pairs[again].astype(float)
    each = pd.DataFrame(
        {0: 1.0, 1: x, 2: y, 3: x**2, 4: y**2, 5: x * y, 6: (x - y).abs()}, index=pairs.index
    )
    by_participant = each.groupby(pairs["participant_id"].astype(str)).sum().sort_index()
    return by_participant.to_numpy(dtype=np.float64).T


def _absolute_icc(*sums: Floats, axis: int = -1) -> Floats:
    n, x, y, xx, yy, _, _ = (part.sum(axis=axis) for part in sums)
    grand = (x + y) ** 2 / (2 * n)
    units = (xx + yy + 2 * sums[5].sum(axis=axis)) / 2 - grand
    raters = (x**2 + y**2) / n - grand
    error = (xx + yy - grand - units - raters) / (n - 1)
    units = units / (n - 1)
    with np.errstate(divide="ignore", invalid="ignore"):
        return (units - error) / (units + error + 2 * (raters - error) / n)


def _quadratic_kappa(*sums: Floats, axis: int = -1) -> Floats:
    n, x, y, xx, yy, xy, _ = (part.sum(axis=axis) for part in sums)
    # Squared weights need no table: both disagreements are sums of squares.
    with np.errstate(divide="ignore", invalid="ignore"):
        return 1 - (xx + yy - 2 * xy) / (xx + yy - 2 * x * y / n)


def _mean_difference(*sums: Floats, axis: int = -1) -> Floats:
    return sums[6].sum(axis=axis) / sums[0].sum(axis=axis)


Formula = Callable[..., Floats]
REPEATED: tuple[tuple[str, str, Formula], ...] = (
    ("icc", "ICC(A,1)", _absolute_icc),
    ("weighted_kappa", "quadratic", _quadratic_kappa),
    ("mean_absolute_difference", "points", _mean_difference),
)


def _bootstrapped(sums: Floats, formula: Formula, alpha: float, seed: int) -> tuple[Effect, str]:
    """The estimate with its BCa interval over participants, and why there is none."""
    people = sums.shape[1]
    if people < 2:
        return NONE, "fewer than two participants rated a track twice"
    estimate = float(formula(*sums))
    if not np.isfinite(estimate):
        return NONE, "all ratings are equal"
    if not sums[6].any():
        return Effect(estimate, np.nan, np.nan), ""
    low, high = stats.bootstrap(
        tuple(sums),
        formula,
        confidence_level=1 - alpha,
        n_resamples=RESAMPLES,
        batch=max(BATCH // sums.size, 1),
        paired=True,
        vectorized=True,
        method="BCa",
        rng=np.random.default_rng(seed),
    ).confidence_interval
    if not np.isfinite([low, high]).all():
        return Effect(estimate, np.nan, np.nan), "the bootstrap distribution is degenerate"
    return Effect(estimate, float(low), float(high)), ""
