"""The likelihood of a cumulative logit model with participants' intercepts, and its exact gradient.

P(Y ≤ j) = 1 / (1 + exp(−(α_j − xβ − σv))), v standard normal, one for each participant. Their
intercepts are integrated out by adaptive Gauss–Hermite quadrature: nodes stand around the mode of
each participant's integrand, in the unit of its curvature. One node is Laplace's method. What is
maximised is in `cumulative`.

Sources: McCullagh (1980), Regression models for ordinal data, JRSS B 42:109; Pinheiro & Bates
(1995), Approximations to the log-likelihood function in the nonlinear mixed-effects model, JCGS
4:12.
"""

from dataclasses import dataclass

import numpy as np
from numpy.polynomial.hermite import hermgauss
from scipy.special import log_expit, logsumexp, softmax

from analysis.stats.blocks import Codes, Floats


@dataclass(frozen=True, slots=True)
class Data:
    """Ratings that are alike as one row each, `weights` of them; rows of a group are together, and
    begin at `starts`."""

    y: Codes
    x: Floats
    group: Codes
    starts: Codes
    weights: Floats
    points: int
    varying: bool


def alike(y: Codes, x: Floats, groups: Codes | None) -> Data:
    codes = np.zeros(len(y), np.intp) if groups is None else groups
    rows, weights = np.unique(np.column_stack([codes, y, x]), axis=0, return_counts=True)
    group = rows[:, 0].astype(np.intp)
    return Data(
        y=rows[:, 1].astype(np.intp),
        x=rows[:, 2:],
        group=group,
        starts=np.searchsorted(group, np.arange(group[-1] + 1)),
        weights=weights.astype(np.float64),
        points=int(y.max()) + 1,
        varying=groups is not None,
    )


@dataclass(frozen=True, slots=True)
class _Rows:
    """By row and node (rows, K): F(a) and F(b), a and b the thresholds above and below less the
    linear predictor, and the logarithm of the probability between them."""

    above: Floats
    below: Floats
    log_p: Floats

    @property
    def slope(self) -> Floats:
        """The derivative of `log_p` by the linear predictor; those by a and b are in `_pulls`."""
        return self.above + self.below - 1

    @property
    def densities(self) -> tuple[Floats, Floats]:
        """f(a) and f(b): the derivatives of `slope` by a and b."""
        return self.above * (1 - self.above), self.below * (1 - self.below)

    @property
    def bends(self) -> tuple[Floats, Floats]:
        """f′(a) and f′(b)."""
        f_above, f_below = self.densities
        return f_above * (1 - 2 * self.above), f_below * (1 - 2 * self.below)


def _rows(d: Data, alpha: Floats, predictor: Floats) -> _Rows:
    """log(F(a) − F(b)) = log F(a) + log F(−b) + log(1 − exp(b − a)), without a difference of nearly
    equal numbers."""
    ends = np.concatenate([[-np.inf], alpha, [np.inf]])
    log_above = log_expit(ends[d.y + 1][:, None] - predictor)
    log_not_below = log_expit(predictor - ends[d.y][:, None])
    between = np.log1p(-np.exp(ends[d.y] - ends[d.y + 1]))
    log_p = log_above + log_not_below + between[:, None]
    return _Rows(np.exp(log_above), 1 - np.exp(log_not_below), log_p)


def _sums(d: Data, values: Floats) -> Floats:
    """Σ over a group's ratings of values by row (rows, K): (groups, K)."""
    return np.add.reduceat(d.weights[:, None] * values, d.starts, axis=0)


def _modes(d: Data, alpha: Floats, fixed: Floats, sd: float) -> Floats:
    """v (groups,) at the top of each group's integrand: Newton's method between bounds, which are
    halved instead where a step did not halve the slope."""
    high = abs(sd) * _sums(d, np.ones((len(d.y), 1)))[:, 0]
    low, v, last = -high, np.zeros(len(high)), np.full(len(high), np.inf)
    for _ in range(200):
        rows = _rows(d, alpha, (fixed + sd * v[d.group])[:, None])
        slope = sd * _sums(d, rows.slope)[:, 0] - v
        step = slope / (1 + sd**2 * _sums(d, np.add(*rows.densities))[:, 0])
        away = np.abs(step) > 1e-11 * (1 + np.abs(v))
        if not away.any():
            break
        low, high = np.where(slope > 0, v, low), np.where(slope < 0, v, high)
        good = (v + step > low) & (v + step < high) & (np.abs(slope) < last / 2)
        last = np.abs(slope)
        v = np.where(away, np.where(good, v + step, (low + high) / 2), v)
    return v


@dataclass(frozen=True, slots=True)
class _Peaks:
    """Of each group (groups,): where its integrand is highest, the curvature c of its negative
    logarithm there, and what the derivatives of both are made of."""

    v: Floats
    curvature: Floats
    slope: Floats
    density: Floats
    bend: Floats
    rows: _Rows


def _peaks(d: Data, alpha: Floats, fixed: Floats, sd: float) -> _Peaks:
    v = _modes(d, alpha, fixed, sd)
    rows = _rows(d, alpha, (fixed + sd * v[d.group])[:, None])
    slope, density, bend = (
        _sums(d, values)[:, 0]
        for values in (rows.slope, np.add(*rows.densities), np.add(*rows.bends))
    )
    return _Peaks(v, 1 + sd**2 * density, slope, density, bend, rows)


def evaluate(d: Data, parameters: Floats, nodes: int) -> tuple[float, Floats]:
    """The log-likelihood at (α, β, σ), or (α, β), and its exact gradient."""
    log_likelihoods, scores = by_group(d, parameters, nodes)
    return float(log_likelihoods.sum()), scores.sum(axis=0)


def by_group(d: Data, parameters: Floats, nodes: int) -> tuple[Floats, Floats]:
    """Each group's log-likelihood (groups,) and its exact gradient (groups, parameters).

    As parameters change so do the modes and curvatures, and the nodes with them: by the implicit
    function theorem, v′ = h_vψ / c, where h is the logarithm of a group's integrand.
    """
    alpha, rest = np.split(parameters, [d.points - 1])
    beta, sd = (rest[:-1], float(rest[-1])) if d.varying else (rest, 0.0)
    fixed = d.x @ beta
    z, weights = hermgauss(nodes)
    peaks = _peaks(d, alpha, fixed, sd)
    unit = 1 / np.sqrt(peaks.curvature)
    v = peaks.v[:, None] + np.sqrt(2) * unit[:, None] * z
    rows = _rows(d, alpha, fixed[:, None] + sd * v[d.group])
    terms = np.log(weights) + z**2 + _sums(d, rows.log_p) - v**2 / 2
    log_likelihoods = np.log(unit) - np.log(np.pi) / 2 + logsumexp(terms, axis=1)
    share = softmax(terms, axis=1)

    slopes = _sums(d, rows.slope)
    rise = share * (sd * slopes - v)
    by_unit = 1 + np.sqrt(2) * unit * (rise @ z)
    by_curvature = -by_unit / (2 * peaks.curvature)
    by_mode = rise.sum(axis=1) - by_curvature * sd**3 * peaks.bend
    move = by_mode / peaks.curvature
    pulls = _pulls(d, alpha, rows, share)
    moves = zip(peaks.rows.densities, peaks.rows.bends, strict=True)
    shifts = [
        move[d.group] * sd * density[:, 0] + by_curvature[d.group] * sd**2 * bend[:, 0]
        for density, bend in moves
    ]
    above, below = (d.weights * (p + s) for p, s in zip(pulls, shifts, strict=True))
    chosen = np.eye(d.points)[d.y]
    by_alpha = above[:, None] * chosen[:, :-1] + below[:, None] * chosen[:, 1:]
    by_row = np.hstack([by_alpha, -(above + below)[:, None] * d.x])
    by_sd = (
        (share * v * slopes).sum(axis=1)
        + move * (peaks.slope - sd * peaks.v * peaks.density)
        + by_curvature * (2 * sd * peaks.density - sd**2 * peaks.v * peaks.bend)
    )
    scores = [np.add.reduceat(by_row, d.starts, axis=0), by_sd[:, None][:, : int(d.varying)]]
    return log_likelihoods, np.hstack(scores)


def _pulls(d: Data, alpha: Floats, rows: _Rows, share: Floats) -> tuple[Floats, Floats]:
    """The derivatives of the rows' log-probabilities by a and b, averaged over the nodes."""
    ends = np.concatenate([[-np.inf], alpha, [np.inf]])
    odds = 1 / np.expm1(ends[d.y + 1] - ends[d.y])
    by_row = share[d.group]
    return (by_row * (1 - rows.above)).sum(axis=1) + odds, -(by_row * rows.below).sum(axis=1) - odds
