"""Cumulative logit models with an intercept for each participant: arrays in, a `Fit` out.

The likelihood is in `quadrature`, tables and reasons are in `ordinal`. Signs and scale are those of
clm and clmm in R's ordinal (Christensen 2018): a positive effect moves ratings up.
"""

from dataclasses import dataclass

import numpy as np
from scipy import optimize
from scipy.special import logit

from analysis.stats.blocks import Codes, Floats
from analysis.stats.quadrature import Data, alike, by_group, evaluate
from analysis.stats.threads import on_one_thread

NODES = 15
# How far beneath its maximum the log-likelihood may be, by a quadratic, to count as there.
TOLERANCE = 1e-6
# A standard deviation of intercepts beneath SMALL is tried as 0; beyond GREAT it has no end.
SMALL, GREAT = 0.02, 50.0
# The share of what is known that is taken for one participant's at most: nearer to 1, what the fit
# left over of theirs would be scaled up to anything.
MOST = 0.98


@dataclass(frozen=True, slots=True)
class Fit:
    """Thresholds α (J − 1,), effects β (p,) and the participants' standard deviation σ, on the
    logit scale; `cov` is the inverse of the observed information of (α, β, σ), without σ where the
    model has none or it is 0."""

    thresholds: Floats
    beta: Floats
    sd: float
    cov: Floats
    log_likelihood: float
    converged: bool


@on_one_thread
def fit(y: Codes, x: Floats, groups: Codes | None = None, *, nodes: int = NODES) -> Fit:
    """Fit categories y (n,), 0 … J − 1 and each of them used, to x (n, p) without an intercept.

    `groups` (n,) are participants, 0 … and each used, or None for a model without their intercepts.
    x has no constant among its columns' combinations, and y is not `separated` by them.
    """
    data = alike(y, x, groups)
    plain = _maximise(alike(y, x, None), _start(y, x), 1)
    if groups is None:
        return plain
    begin = np.concatenate([plain.thresholds, plain.beta, [1.0]])
    found = _maximise(data, begin, nodes)
    if found.sd < SMALL and plain.log_likelihood >= found.log_likelihood - TOLERANCE:
        return plain
    return found


@on_one_thread
def clustered(y: Codes, x: Floats, people: Codes, found: Fit, *, nodes: int = NODES) -> Floats:
    """The covariance of (α, β) of a fit, whatever it is that makes ratings of one person alike.

    The sandwich of the participants' scores s, each scaled up by as much as the fit has followed
    the participant: V = Σ d dᵀ, d = I^−½ (1 − I^−½ I_g I^−½)^−½ I^−½ s_g, where I_g is the
    participant's part of the information I. The model's own covariance, `found.cov`, holds only if
    its intercepts are all there is. Nobody's share of the information counts as more than `MOST`.
    Source: Bell & McCaffrey (2002), Survey Methodology 28:169
    (CR2), for linear models; I and s take the places of XᵀX and Xᵀe.
    """
    data, size = alike(y, x, people), len(found.cov)
    parameters = np.concatenate([found.thresholds, found.beta, [found.sd]])
    scores = by_group(data, parameters, nodes)[1][:, :size]
    information = _informations(data, parameters, nodes)[:, :size, :size]
    values, vectors = np.linalg.eigh(information.sum(axis=0))
    root = vectors / np.sqrt(values) @ vectors.T
    own, turn = _shares(root @ information @ root)
    scaled = np.einsum("gji,gj->gi", turn, scores @ root) / np.sqrt(1 - np.minimum(own, MOST))
    steps = np.einsum("gij,gj->gi", turn, scaled) @ root
    known = len(parameters) - 1
    return np.asarray(steps[:, :known].T @ steps[:, :known])


def _shares(parts: Floats) -> tuple[Floats, Floats]:
    """Each participant's share of the information, 0 to 1, along the directions of theirs: values
    and vectors of (G, k, k), which add up to 1.

    What speaks against the others' information in a direction counts as none: with it, the others'
    may come to less than one participant's, and a share to more than 1.
    """
    values, vectors = np.linalg.eigh(parts)
    parts = (vectors * np.maximum(values, 0)[:, None, :]) @ vectors.transpose(0, 2, 1)
    values, vectors = np.linalg.eigh(parts.sum(axis=0))
    root = vectors / np.sqrt(values) @ vectors.T
    shares: tuple[Floats, Floats] = np.linalg.eigh(root @ parts @ root)
    return shares


def separated(y: Codes, x: Floats) -> bool:
    """Whether the likelihood has no maximum, but grows along some effects without end.

    That is so when thresholds and effects can be changed together so that no rating becomes less
    probable, whatever the intercepts, and some become more so. Sources: Albert & Anderson (1984),
    Biometrika 71:1; Konis (2007), who asks it as a linear programme.
    """
    rows = np.unique(np.column_stack([y, x]), axis=0)
    codes, columns = rows[:, 0].astype(np.intp), rows[:, 1:]
    thresholds = np.eye(codes.max() + 2, codes.max(), -1)
    above = np.hstack([thresholds[codes + 1], -columns])[codes < codes.max()]
    below = np.hstack([-thresholds[codes], columns])[codes > 0]
    gains = np.vstack([above, below])
    best = optimize.linprog(
        -gains.sum(axis=0), A_ub=-gains, b_ub=np.zeros(len(gains)), bounds=(-1, 1)
    )
    return bool(best.fun < -TOLERANCE)


def _start(y: Codes, x: Floats) -> Floats:
    """The thresholds of a model without effects."""
    shares = np.cumsum(np.bincount(y))[:-1] / len(y)
    return np.concatenate([logit(shares), np.zeros(x.shape[1])])


def _maximise(d: Data, begin: Floats, nodes: int) -> Fit:
    """Up by quasi-Newton steps, with thresholds kept in order, then by Newton's."""
    size = d.points - 1

    def down(free: Floats) -> tuple[float, Floats]:
        parameters = _ordered(free, size)
        value, gradient = evaluate(d, parameters, nodes)
        by_alpha = np.cumsum(gradient[:size][::-1])[::-1]
        by_alpha[1:] *= np.exp(free[1:size])
        return -value, -np.concatenate([by_alpha, gradient[size:]])

    free = begin.copy()
    free[1:size] = np.log(np.diff(begin[:size]))
    found = optimize.minimize(down, free, jac=True, method="BFGS", options={"gtol": 1e-4})
    parameters = _ordered(found.x, size)
    if d.varying:
        # The likelihood is the same for −σ.
        parameters[-1] = abs(parameters[-1])
    return _settled(d, parameters, nodes)


def _settled(d: Data, parameters: Floats, nodes: int) -> Fit:
    """The last steps, by Newton's method, and the covariance there."""
    for _ in range(5):
        value, gradient = evaluate(d, parameters, nodes)
        information = _information(d, parameters, nodes)
        positive = bool(np.linalg.eigvalsh(information)[0] > 0)
        step = np.linalg.pinv(information, hermitian=True) @ gradient
        distance = step @ gradient / 2
        if not positive or distance < TOLERANCE**2:
            break
        moved = parameters + step
        ordered = bool((np.diff(moved[: d.points - 1]) > 0).all())
        if not ordered or evaluate(d, moved, nodes)[0] < value - TOLERANCE**2:
            break
        parameters = moved
    alpha, rest = np.split(parameters, [d.points - 1])
    beta, sd = (rest[:-1], abs(float(rest[-1]))) if d.varying else (rest, 0.0)
    converged = positive and bool(abs(distance) < TOLERANCE) and sd <= GREAT
    return Fit(alpha, beta, sd, np.linalg.pinv(information, hermitian=True), value, converged)


def _information(d: Data, parameters: Floats, nodes: int) -> Floats:
    return np.asarray(_informations(d, parameters, nodes).sum(axis=0))


def _informations(d: Data, parameters: Floats, nodes: int) -> Floats:
    """Minus the second derivatives by group: central differences of the exact gradient."""
    rows = []
    for step in 1e-4 * np.eye(len(parameters)):
        ends = [by_group(d, parameters + sign * step, nodes)[1] for sign in (1, -1)]
        rows.append((ends[1] - ends[0]) / 2e-4)
    found = np.stack(rows, axis=1)
    return (found + found.transpose(0, 2, 1)) / 2


def _ordered(free: Floats, size: int) -> Floats:
    """(α, β, σ) from the first threshold, the logarithms of the steps from it, and the rest."""
    steps = np.concatenate([free[:1], np.exp(free[1:size])])
    return np.concatenate([np.cumsum(steps), free[size:]])
