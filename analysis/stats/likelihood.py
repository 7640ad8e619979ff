"""The exact likelihood of a linear mixed model with crossed and nested effects.

The model, in units of the residual's standard deviation, is y = Xβ + Zb + e, where the effects of
each level of a term have covariance ΛΛ′ (Λ is the term's relative covariance factor), so that
V = I + Σ Z ΛΛ′ Z′. The blocks of `blocks` are eliminated one by one, as batches of small matrices;
then what is left, dense, by Cholesky.

Sources: Bates, Mächler, Bolker & Walker (2015), Fitting linear mixed-effects models using lme4,
J. Stat. Softw. 67(1), for the parametrisation and the profiled criterion (equations 34, 39, 41);
Searle, Casella & McCulloch (1992), Variance Components, section 6.6, for the derivatives.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import linalg

from analysis.stats.blocks import Arrangement, Batch, Codes, Floats


@dataclass(frozen=True, slots=True)
class Moments:
    """Sums over the `levels` of a term, each with design Z (n, q): `trace` is Z′V⁻¹Z (q, q),
    `spread` Z′V⁻¹X times itself (q, q, p, p), `pull` Z′V⁻¹(y − Xβ) times itself (q, q)."""

    levels: int
    trace: Floats
    spread: Floats
    pull: Floats

    def __add__(self, other: "Moments") -> "Moments":
        return Moments(
            self.levels + other.levels,
            self.trace + other.trace,
            self.spread + other.spread,
            self.pull + other.pull,
        )


@dataclass(frozen=True, slots=True)
class Evaluation:
    """The likelihood at one Λ: log|V|, β (p,), `precision` = X′V⁻¹X (p, p), `residual` =
    (y − Xβ)′V⁻¹(y − Xβ), and what derivatives are made of, by term."""

    log_v: float
    beta: Floats
    precision: Floats
    residual: float
    moments: list[Moments]


@dataclass(frozen=True, slots=True)
class _Step:
    """A batch after its elimination: K = Λ(Λ′Z′ZΛ + I)⁻¹Λ′, K Z′T and K Z′[X y]."""

    batch: Batch
    kernel: Floats
    tracks: Floats
    fixed: Floats


@dataclass(frozen=True, slots=True)
class _Rest:
    """What the blocks leave of the dense cross-products, S and S[X y], and U = Λ(Λ′SΛ + I)⁻¹Λ′."""

    s: Floats
    sx: Floats
    scale: Floats
    inverse: Floats
    u: Floats
    ux: Floats


def evaluate(a: Arrangement, factors: Sequence[Floats]) -> Evaluation:
    """The likelihood at Λ, a lower triangular matrix for each of `a.names`.

    Only the owner of the blocks has more than one effect a level. Raises LinAlgError where X′V⁻¹X
    is singular.
    """
    scale = np.array([factor.item() for factor in factors[len(a.inner) :]])[a.owners]
    log_v, steps = _eliminate(a, factors[: len(a.inner)])
    s, sx, xx = _left(a, steps)
    log_dense, inverse = _inverse(scale[:, None] * s * scale + np.eye(a.width))
    u = scale[:, None] * inverse * scale
    rest = _Rest(s, sx, scale, inverse, u, ux=u @ sx)
    xx = xx - sx.T @ rest.ux
    precision, cross = xx[:-1, :-1], xx[:-1, -1]
    beta = np.linalg.solve(precision, cross)
    moments = [*_of_blocks(a, steps, rest, beta), *_of_rest(a, rest, beta)]
    residual = float(xx[-1, -1] - cross @ beta)
    return Evaluation(log_v + log_dense, beta, precision, residual, moments)


def _eliminate(a: Arrangement, factors: Sequence[Floats]) -> tuple[float, list[_Step]]:
    log_v, steps = 0.0, []
    for batch in a.batches:
        factor = _block_factor(factors, batch.sizes)
        inside = factor.T @ batch.zz @ factor + np.eye(len(factor))
        roots = np.linalg.cholesky(inside)
        log_v += 2 * float(np.log(np.diagonal(roots, axis1=1, axis2=2)).sum())
        kernel = factor @ np.linalg.inv(inside) @ factor.T
        steps.append(_Step(batch, kernel, kernel @ batch.zt, kernel @ batch.zx))
    return log_v, steps


def _block_factor(factors: Sequence[Floats], sizes: Sequence[int]) -> Floats:
    """Λ of a whole block: the owner's, then each nested term's once a level."""
    q = len(factors[0]) if factors else 0
    scales = [np.full(size, one.item()) for one, size in zip(factors[1:], sizes, strict=True)]
    factor = np.diag(np.concatenate([np.zeros(q), *scales]))
    if q:
        factor[:q, :q] = factors[0]
    return factor


def _left(a: Arrangement, steps: Sequence[_Step]) -> tuple[Floats, Floats, Floats]:
    """The dense cross-products less what the blocks explain."""
    fixed = np.arange(a.p + 1)
    cells = [step.batch.columns[:, :, None] * (a.p + 1) + fixed for step in steps]
    return (
        a.tt - _summed(steps, [s.batch.cells for s in steps], "tracks", a.tt.shape),
        a.tx - _summed(steps, cells, "fixed", a.tx.shape),
        a.xx - sum((_turned(s.batch.zx) @ s.fixed).sum(axis=0) for s in steps),
    )


def _summed(
    steps: Sequence[_Step], cells: Sequence[Codes], other: str, shape: tuple[int, ...]
) -> Floats:
    """Σ over blocks of T′Z K Z′(T or [X y]), each added to its cells."""
    values = [_turned(step.batch.zt) @ getattr(step, other) for step in steps]
    flat = np.concatenate([cell.ravel() for cell in cells])
    weights = np.concatenate([value.ravel() for value in values])
    sums = np.bincount(flat, weights, minlength=shape[0] * shape[1])
    return sums.astype(np.float64, copy=False).reshape(shape)


def _inverse(matrix: Floats) -> tuple[float, Floats]:
    """The logarithm of the determinant and the inverse of a positive definite matrix."""
    if not len(matrix):
        return 0.0, matrix
    root = linalg.cholesky(matrix, lower=True, check_finite=False)
    lower = np.tril(linalg.lapack.dpotri(root, lower=True)[0])
    log_det = 2 * float(np.log(np.diagonal(root)).sum())
    return log_det, lower + np.tril(lower, -1).T


def _turned(matrices: Floats) -> Floats:
    return matrices.transpose(0, 2, 1)


def _of_blocks(a: Arrangement, steps: Sequence[_Step], rest: _Rest, beta: Floats) -> list[Moments]:
    """The moments of the terms inside blocks."""
    by_batch = [_of_batch(step, a.q, rest, beta) for step in steps]
    return [sum(terms[1:], terms[0]) for terms in zip(*by_batch, strict=True)]


def _of_batch(step: _Step, q: int, rest: _Rest, beta: Floats) -> list[Moments]:
    batch, columns = step.batch, step.batch.columns
    zt = batch.zt - batch.zz @ step.tracks
    zu = zt @ rest.u.ravel()[batch.cells]
    zz = batch.zz - batch.zz @ step.kernel @ batch.zz - zu @ _turned(zt)
    zx = batch.zx - batch.zz @ step.fixed - zt @ rest.ux[columns]
    if not q:
        return []
    found = [_moments(zz[:, :q, :q].sum(axis=0), zx[:, :q], beta)]
    for start, size in zip(q + np.cumsum([0, *batch.sizes]), batch.sizes, strict=False):
        own = slice(start, start + size)
        trace = np.trace(zz[:, own, own].sum(axis=0))
        found.append(_moments(trace, zx[:, own].reshape(-1, 1, zx.shape[2]), beta))
    return found


def _of_rest(a: Arrangement, rest: _Rest, beta: Floats) -> Iterator[Moments]:
    """The moments of the terms in the dense matrix."""
    zx = rest.sx - rest.s @ rest.ux
    for i in range(len(a.outer)):
        own = a.owners == i
        yield _moments(_trace(rest, own), zx[own][:, None, :], beta)


def _trace(rest: _Rest, own: NDArray[np.bool_]) -> float:
    """Σ of Z′V⁻¹Z over the columns of one term: the diagonal of S − SUS, which is that of
    Λ⁻¹(Λ′SΛ + I)⁻¹ΛS where Λ is not 0; so there is no difference of nearly equal numbers."""
    s = rest.s[own]
    if (scale := rest.scale[own][0]) == 0:
        return float(np.trace(s[:, own]) - np.einsum("ij,jk,ik->", s, rest.u, s, optimize=True))
    return float((rest.inverse[own] * s @ rest.scale).sum() / scale)


def _moments(trace: Floats | float, zx: Floats, beta: Floats) -> Moments:
    """From Z′V⁻¹[X y] (levels, q, p + 1)."""
    levels, q, p = zx[..., :-1].shape
    flat = zx[..., :-1].reshape(-1, q * p)
    spread = (flat.T @ flat).reshape(q, p, q, p).transpose(0, 2, 1, 3)
    pulled = zx[..., -1] - zx[..., :-1] @ beta
    return Moments(levels, np.reshape(trace, (q, q)), spread, pulled.T @ pulled)
