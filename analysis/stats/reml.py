"""Linear mixed models by restricted or plain maximum likelihood: the optimum, and how sure it is.

Arrays in, a `Fit` out. Tables and tests are in `mixed`; what is minimised is in `criterion`.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import linalg, optimize

from analysis.stats.blocks import Floats, Term, arrange
from analysis.stats.criterion import LEAST, Criterion

# Standard deviations of effects to begin from, in residual ones; the second and third only when the
# first leads nowhere.
STARTS = (0.5, 0.1, 3.0)
# Where a standard deviation gets here, the residual has none to speak of.
GREATEST = 1e4
# How far above its minimum the criterion may be, by a quadratic, to count as there.
TOLERANCE = 1e-6


@dataclass(frozen=True, slots=True)
class Fit:
    """A fitted model with p fixed effects.

    `beta` (p,), `cov` (p, p) and the residual's variance `sigma2` are in the outcome's unit;
    `covariances` has that of each term's effects (q, q). `criterion` is −2 log (restricted)
    likelihood. `cov_slopes` (r, p, p) are the derivatives of `cov` by the r parameters of the
    random part that are not on a bound, and `parameter_cov` (r, r) is the covariance of these.
    `converged`: the gradient is 0 where it should be, and no variance that is 0 would rather grow.
    """

    beta: Floats
    cov: Floats
    sigma2: float
    covariances: dict[str, Floats]
    criterion: float
    converged: bool
    cov_slopes: Floats
    parameter_cov: Floats


def fit(
    y: Floats,
    x: Floats,
    terms: Sequence[Term],
    *,
    slopes: Floats | None = None,
    restricted: bool = True,
) -> Fit:
    """Fit y (n,) = x (n, p) β + random effects of `terms` + residual.

    The effects of `slopes` (n, q − 1) vary by level of the first term, correlated with its
    intercept. x and the slopes with an intercept have full column rank, n > p, and y is not a
    combination of x's columns. The fit is made with orthonormal columns and the residuals of least
    squares in standard deviations, so that units and constants make no difference.
    """
    q, r = np.linalg.qr(x)
    rest = y - q @ (q.T @ y)
    unit = float(np.sqrt(rest @ rest / len(y)))
    effects, turn = (None, np.eye(1)) if slopes is None else _orthonormal(slopes)
    criterion = Criterion(arrange(rest / unit, q, terms, effects), restricted)
    theta, curvature, converged = _minimise(criterion)
    found, sigma2 = criterion.at(theta), unit**2 * criterion.sigma2(theta)
    back = linalg.solve_triangular(r, np.linalg.inv(found.precision))
    cov = sigma2 * linalg.solve_triangular(r, back.T)
    by_theta = [-sigma2 * back @ d @ back.T for d in criterion.precision_slopes(theta)]
    stretch = np.log(np.abs(np.diagonal(r))).sum() if restricted else 0.0
    return Fit(
        beta=linalg.solve_triangular(r, q.T @ y + unit * found.beta),
        cov=cov,
        sigma2=sigma2,
        covariances=_covariances(criterion, theta, sigma2, turn),
        criterion=criterion.value(theta) + 2 * float(stretch + criterion.df * np.log(unit)),
        converged=converged,
        cov_slopes=np.array([*by_theta, 2 * cov]),
        parameter_cov=2 * _pseudo_inverse(curvature),
    )


def _orthonormal(slopes: Floats) -> tuple[Floats, Floats]:
    """Columns that say what an intercept and the slopes say, and what turns their effects back."""
    n = len(slopes)
    q, r = np.linalg.qr(np.column_stack([np.ones(n), slopes]))
    return q * np.sqrt(n), np.linalg.inv(r) * np.sqrt(n)


def _covariances(c: Criterion, theta: Floats, sigma2: float, turn: Floats) -> dict[str, Floats]:
    found = {}
    for name, factor in zip(c.a.names, c.factors(theta), strict=True):
        turned = turn @ factor if factor.shape == turn.shape else factor
        found[name] = sigma2 * turned @ turned.T
    return found


def _minimise(c: Criterion) -> tuple[Floats, Floats, bool]:
    """θ at the minimum, the curvature there, and whether it is one."""
    found = []
    for start in STARTS:
        begin = np.array([start * (i == j) for _, i, j in c.places])
        theta, curvature, converged = _settle(c, _descend(c, begin))
        if converged:
            return theta, curvature, True
        found.append((theta, curvature))
    theta, curvature = min(found, key=lambda one: c.value(one[0]))
    return theta, curvature, False


def _descend(c: Criterion, theta: Floats) -> Floats:
    """Down by quasi-Newton steps, again from where a variance that got to 0 would rather grow."""
    for _ in range(4):
        theta = _without_traces(c, _down(c, theta))
        grown = _grown(c, theta)
        if grown is None:
            break
        theta = grown
    return theta


def _down(c: Criterion, theta: Floats) -> Floats:
    """L-BFGS-B, with θ in units that make the curvatures about equal."""
    if not len(theta):
        return theta
    traces = [m.trace / np.sqrt(m.levels) for m in c.at(theta).moments]
    unit = np.array([1 / (traces[term][i, i] * max(theta[0], 0.1)) for term, i, _ in c.places]) / 2
    lowest = np.full(len(theta), -GREATEST)
    lowest[c.diagonal] = 0
    found = optimize.minimize(
        lambda scaled: (c.value(scaled * unit), c.slope(scaled * unit) * unit),
        theta / unit,
        jac=True,
        method="L-BFGS-B",
        bounds=list(zip(lowest / unit, GREATEST / unit, strict=True)),
        options={
            "ftol": TOLERANCE / 10 / max(abs(c.value(theta)), 1.0),
            "gtol": 1e-5,
            "maxiter": 200,
        },
    )
    return found.x * unit


def _without_traces(c: Criterion, theta: Floats) -> Floats:
    """Variances that may as well be 0 set to 0."""
    for k in c.diagonal:
        if 0 < theta[k] < LEAST:
            trial = np.where(np.arange(len(theta)) == k, 0.0, theta)
            if c.value(trial) <= c.value(theta) + TOLERANCE:
                theta = trial
    return theta


def _grown(c: Criterion, theta: Floats) -> Floats | None:
    """θ after a step of ΛΛ′ down its own slope, where a term lacks variance in some direction and
    the criterion is lower there; None if it nowhere is.

    By Λ the slope is 0 where a variance is, whether it would rather grow or not.
    """
    for term, slope in enumerate(c.by_covariance(theta)):
        factors = c.factors(theta)
        now, moments = factors[term] @ factors[term].T, c.at(theta).moments[term]
        if np.linalg.eigvalsh(now)[0] > LEAST**6:
            continue
        # One over the curvature by ΛΛ′, roughly.
        step = (len(now) / np.trace(moments.trace)) ** 2 * moments.levels
        for share in (1.0, 0.1, 0.01):
            trial = _nearest(now - share * step * slope)
            if np.abs(trial - now).max() <= LEAST**4:
                break
            factors[term] = linalg.cholesky(trial + LEAST**4 * np.eye(len(trial)), lower=True)
            if c.value(c.theta(factors)) < c.value(theta) - TOLERANCE:
                return c.theta(factors)
    return None


def _nearest(matrix: Floats) -> Floats:
    """The nearest positive semidefinite matrix."""
    values, vectors = np.linalg.eigh(matrix)
    return (vectors * np.maximum(values, 0)) @ vectors.T


def _settle(c: Criterion, theta: Floats) -> tuple[Floats, Floats, bool]:
    """The last steps, by Newton: θ, the curvature there, and whether θ is a minimum."""
    for _ in range(4):
        curvature = c.curvature(theta)
        slope = np.append(c.slope(theta)[c.free(theta)], 0.0)
        step = -_pseudo_inverse(curvature) @ slope
        lowest = np.linalg.eigvalsh(_scaled(curvature)[0])[0]
        moved = _moved(c, theta, step[:-1])
        if -step @ slope / 2 <= TOLERANCE and lowest > -TOLERANCE:
            bounded = float(theta.max(initial=0)) < GREATEST
            return moved, curvature, bounded and _grown(c, moved) is None
        if moved is theta:
            break
        theta = moved
    return theta, curvature, False


def _moved(c: Criterion, theta: Floats, step: Floats) -> Floats:
    """θ after a step of its free parameters, or θ itself where that leads up or out of bounds."""
    moved = theta.copy()
    moved[c.free(theta)] += step
    up = moved[c.diagonal].min(initial=0) < 0 or c.value(moved) > c.value(theta) + TOLERANCE / 100
    return theta if up else moved


def _scaled(curvature: Floats) -> tuple[Floats, Floats]:
    """The matrix with its diagonal brought to ±1, and what its rows and columns were divided by."""
    size = np.sqrt(np.abs(np.diagonal(curvature)))
    size = np.where(size > 0, size, 1.0)
    return curvature / np.outer(size, size), size


def _pseudo_inverse(curvature: Floats) -> Floats:
    """The inverse, without the directions in which the criterion is flat."""
    scaled, size = _scaled(curvature)
    return np.linalg.pinv(scaled, rcond=1e-8, hermitian=True) / np.outer(size, size)
