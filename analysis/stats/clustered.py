"""Spearman's correlation when rows come in clusters: arrays in, numbers out.

Ratings of one participant hang together, so that what is resampled is the participant.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats

Floats = NDArray[np.float64]

# Draws of participants behind an interval.
RESAMPLES = 1999
# Numbers held in memory at once: 16 MB an array.
BATCH = 2_000_000
# Sums of squares of ranks below this are rounding.
TINY = 1e-9


@dataclass(frozen=True, slots=True)
class Sample:
    """Pairs of values in the order of their clusters; strata as 0/1 columns.

    x, y: (n,); starts: where each cluster begins, (G,); strata: (n, K), each row one 1.
    """

    x: Floats
    y: Floats
    starts: NDArray[np.intp]
    strata: Floats

    @property
    def clusters(self) -> int:
        return len(self.starts)

    @property
    def sizes(self) -> NDArray[np.intp]:
        return np.diff(self.starts, append=len(self.x))

    def sums(self, rows: Floats) -> Floats:
        """The rows of each cluster added up: (n, …) → (G, …)."""
        return np.asarray(np.add.reduceat(rows, self.starts, axis=0))


@dataclass(frozen=True, slots=True)
class Inference:
    """A correlation, its interval, its p, and the p that it is as large as a bound; NaN = none."""

    r: float
    low: float = np.nan
    high: float = np.nan
    p: float = np.nan
    df: float = np.nan
    tost_p: float = np.nan


def sample(x: ArrayLike, y: ArrayLike, clusters: ArrayLike, strata: ArrayLike) -> Sample:
    """Sorts rows by cluster, then by values, so that the order handed in never matters."""
    columns = [np.asarray(values) for values in (y, x, clusters)]
    order = np.lexsort(columns)
    codes = np.unique(np.asarray(strata)[order], return_inverse=True)[1]
    starts = np.unique(columns[2][order], return_index=True)[1]
    return Sample(
        columns[1][order].astype(np.float64),
        columns[0][order].astype(np.float64),
        starts,
        np.eye(codes.max(initial=-1) + 1)[codes],
    )


def infer(data: Sample, *, bound: float | None, alpha: float, seed: int) -> Inference:
    """The correlation of ranks within strata, with participants as clusters.

    r is Pearson's correlation of mid-ranks after the strata's means are taken off: with one
    stratum Spearman's, with several the partial Spearman given the strata. All ranks are
    taken over all rows.

    The interval is the symmetric bootstrap-t of Fisher's z: participants are drawn with all
    their rows, ranks taken anew, and |z* − z| / se* of the draws says how many standard
    errors belong on either side. `tost_p` (two one-sided tests of |ρ| ≥ `bound`) is read off
    the same draws. Sources: Cameron, Gelbach & Miller (2008), Rev. Econ. Stat. 90:414;
    Schuirmann (1987), J. Pharmacokin. Biopharm. 15:657.

    p is Student's t of r / its jackknife error, r taken anew without each participant, with
    `effective_clusters` − 1 degrees of freedom.

    r, or what can't be had of the rest, is NaN: everything when x or y is constant within
    the strata; p when they are without one of the participants; the interval when |r| = 1
    and when more than alpha of the draws have no spread, as with three participants.
    """
    r, error = (float(value[0]) for value in _fit(data, np.ones((data.clusters, 1))))
    if np.isnan(r):
        return Inference(r)
    p, df = _p(data, r)
    if abs(r) > 1 - TINY:
        return Inference(r, p=p, df=df)
    z, error = float(np.arctanh(r)), error / (1 - r**2)
    draws = _studentised_draws(data, z, seed)
    margin = error * float(np.quantile(draws, 1 - alpha, method="higher"))
    if not np.isfinite(margin):
        return Inference(r, p=p, df=df)
    tost_p = _tost(z, error, float(np.arctanh(bound)), draws) if bound else np.nan
    return Inference(r, float(np.tanh(z - margin)), float(np.tanh(z + margin)), p, df, tost_p)


def _tost(z: float, error: float, bound: float, draws: Floats) -> float:
    """The larger p of the two one-sided tests, from the draws of |t|."""
    inside = (bound - abs(z)) / error
    beyond = (np.count_nonzero(draws >= abs(inside)) + 1) / (len(draws) + 1) / 2
    return float(beyond if inside > 0 else 1 - beyond)


def _studentised_draws(data: Sample, z: float, seed: int) -> Floats:
    """|z* − z| / se* of each draw of participants; infinite where the draw has no spread."""
    rng, found = np.random.default_rng(seed), []
    for size in _batches(RESAMPLES, len(data.x)):
        even = np.full(data.clusters, 1 / data.clusters)
        times = rng.multinomial(data.clusters, even, size=size).T.astype(np.float64)
        r, error = _fit(data, times)
        inner = np.clip(r, TINY - 1, 1 - TINY)
        with np.errstate(divide="ignore", invalid="ignore"):
            found.append(np.abs(np.arctanh(inner) - z) / (error / (1 - inner**2)))
    draws = np.concatenate(found)
    return np.where(np.isnan(draws), np.inf, draws)


def _fit(data: Sample, times: Floats) -> tuple[Floats, Floats]:
    """r and its cluster standard error when cluster g counts times[g]: (G, B) → (B,), (B,).

    The error is that of Pearson's correlation of ranks taken as given; it need not be exact,
    since the interval uses it only to make draws comparable.
    """
    weights = np.repeat(times, data.sizes, axis=0)
    a, b = (_residual_ranks(values, data.strata, weights) for values in (data.x, data.y))
    aa, bb = ((weights * ranks**2).sum(axis=0) for ranks in (a, b))
    aa, bb = (np.where(total > TINY * len(a), total, np.nan) for total in (aa, bb))
    scale = np.sqrt(aa * bb)
    r = (weights * a * b).sum(axis=0) / scale
    influence = data.sums(a * b / scale - r / 2 * (a**2 / aa + b**2 / bb))
    return r, np.sqrt((times * influence**2).sum(axis=0))


def _residual_ranks(values: Floats, strata: Floats, weights: Floats) -> Floats:
    """Mid-ranks under the weights, less the mean of their stratum: (n, B)."""
    ranks = _ranks(values, weights)
    totals, sizes = strata.T @ (weights * ranks), strata.T @ weights
    return ranks - strata @ np.divide(totals, sizes, out=np.zeros_like(totals), where=sizes > 0)


def _ranks(values: Floats, weights: Floats) -> Floats:
    """The weight below each value and half of the weight at it: mid-ranks less a half."""
    _, place = np.unique(values, return_inverse=True)
    order = np.argsort(place, kind="stable")
    first = np.searchsorted(place[order], np.arange(place.max(initial=-1) + 1))
    at = np.add.reduceat(weights[order], first, axis=0)
    return np.asarray((at.cumsum(axis=0) - at / 2)[place])


def _p(data: Sample, r: float) -> tuple[float, float]:
    """Two-sided p of no correlation and its degrees of freedom; NaN where there is none."""
    without = np.concatenate([_fit(data, rest)[0] for rest in _leave_one_out(data)])
    error = np.sqrt((data.clusters - 1) / data.clusters * ((without - r) ** 2).sum())
    df = effective_clusters(data) - 1
    if np.isnan(error) or df < TINY:
        return np.nan, np.nan
    return float(2 * stats.t.sf(abs(r) / max(error, TINY), df)), df


def _leave_one_out(data: Sample) -> Iterator[Floats]:
    """Every cluster once but one of them: columns of (G, B), G columns in all."""
    start = 0
    for size in _batches(data.clusters, len(data.x)):
        yield 1 - np.eye(data.clusters, size, -start)
        start += size


def effective_clusters(data: Sample) -> float:
    """How many clusters of equal weight carry as much: (Σ s)² / Σ s², between 1 and G.

    s is a cluster's sum of squared residual ranks of x. Four participants who alone heard a
    condition count for more than sixteen who heard the other, and fewer count in all.
    """
    even = np.ones((len(data.x), 1))
    shares = data.sums(_residual_ranks(data.x, data.strata, even) ** 2)
    return float(shares.sum() ** 2 / (shares**2).sum())


def _batches(total: int, rows: int) -> Iterator[int]:
    """How many columns to make at once, so that no array holds more than `BATCH` numbers."""
    size = max(BATCH // max(rows, 1), 1)
    for start in range(0, total, size):
        yield min(size, total - start)
