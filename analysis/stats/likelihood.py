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

from analysis.stats.blocks import Arrangement, Batch, Floats


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
    """A batch after its elimination: K = Λ(Λ′Z′ZΛ + I)⁻¹Λ′ and K Z′[T X y]."""

    batch: Batch
    kernel: Floats
    kept: Floats


@dataclass(frozen=True, slots=True)
class _Rest:
    """What the blocks leave of the dense cross-products, S, and S[X y]; (Λ′SΛ + I)⁻¹, and
    U = Λ(Λ′SΛ + I)⁻¹Λ′ beside U S[X y]."""

    s: Floats
    sx: Floats
    scale: Floats
    inverse: Floats
    u: Floats


def evaluate(a: Arrangement, factors: Sequence[Floats]) -> Evaluation:
    """The likelihood at Λ, a lower triangular matrix for each of `a.names`.

    Only the owner of the blocks has more than one effect a level. Raises LinAlgError where X′V⁻¹X
    is singular.
    """
    w = a.width
    scale = np.array([factor.item() for factor in factors[len(a.inner) :]])[a.owners]
    log_v, steps = _eliminate(a, factors[: len(a.inner)])
    left = _left(a, steps)
    s, sx = left[:w, :w], left[:w, w:]
    log_dense, inverse = _inverse(scale[:, None] * s * scale + np.eye(w))
    u = scale[:, None] * inverse * scale
    rest = _Rest(s, sx, scale, inverse, np.hstack([u, u @ sx]))
    xx = left[w:, w:] - sx.T @ rest.u[:, w:]
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
        log_v += float(np.linalg.slogdet(inside)[1].sum())
        kernel = factor @ np.linalg.inv(inside) @ factor.T
        steps.append(_Step(batch, kernel, kernel @ batch.zt))
    return log_v, steps


def _block_factor(factors: Sequence[Floats], sizes: Sequence[int]) -> Floats:
    """Λ of a whole block: the owner's, then each nested term's once a level."""
    q = len(factors[0]) if factors else 0
    scales = [np.full(size, one.item()) for one, size in zip(factors[1:], sizes, strict=True)]
    factor = np.diag(np.concatenate([np.zeros(q), *scales]))
    if q:
        factor[:q, :q] = factors[0]
    return factor


def _left(a: Arrangement, steps: Sequence[_Step]) -> Floats:
    """The cross-products of the dense matrix and [X y] less what the blocks explain."""
    left, cells, values = a.products.copy(), [], []
    for step in steps:
        if step.batch.cells is None:
            k = len(left)
            left -= step.batch.zt.reshape(-1, k).T @ step.kept.reshape(-1, k)
        else:
            cells.append(step.batch.cells.ravel())
            values.append((_turned(step.batch.zt) @ step.kept).ravel())
    if cells:
        sums = np.bincount(np.concatenate(cells), np.concatenate(values), left.size)
        left -= sums.reshape(left.shape)
    return left


def _inverse(matrix: Floats) -> tuple[float, Floats]:
    """The logarithm of the determinant and the inverse of a positive definite matrix."""
    if not len(matrix):
        return 0.0, matrix
    root, failed = linalg.lapack.dpotrf(matrix, lower=True, clean=True)
    if failed:
        raise np.linalg.LinAlgError("the matrix is not positive definite")
    diagonal = np.arange(len(matrix))
    log_det = 2 * float(np.log(root[diagonal, diagonal]).sum())
    lower = linalg.lapack.dpotri(root, lower=True)[0]
    inverse = lower + lower.T
    inverse[diagonal, diagonal] /= 2
    return log_det, inverse


def _turned(matrices: Floats) -> Floats:
    return matrices.transpose(0, 2, 1)


def _of_blocks(a: Arrangement, steps: Sequence[_Step], rest: _Rest, beta: Floats) -> list[Moments]:
    """The moments of the terms inside blocks."""
    by_batch = [_of_batch(step, a, rest, beta) for step in steps] if a.inner else []
    return [sum(terms[1:], terms[0]) for terms in zip(*by_batch, strict=True)]


def _of_batch(step: _Step, a: Arrangement, rest: _Rest, beta: Floats) -> list[Moments]:
    batch, q, k = step.batch, a.q, step.kept.shape[2] - a.p - 1
    zt = batch.zt - batch.zz @ step.kept
    near = rest.u if batch.cells is None else rest.u.ravel()[batch.cells[:, :k]]
    zu = zt[:, :, :k] @ near
    zz = batch.zz - batch.zz @ step.kernel @ batch.zz - zu[:, :, :k] @ _turned(zt[:, :, :k])
    zx = zt[:, :, k:] - zu[:, :, k:]
    found = [_moments(zz[:, :q, :q].sum(axis=0), zx[:, :q], beta)]
    for start, size in zip(q + np.cumsum([0, *batch.sizes]), batch.sizes, strict=False):
        own = slice(start, start + size)
        trace = np.trace(zz[:, own, own].sum(axis=0))
        found.append(_moments(trace, zx[:, own].reshape(-1, 1, zx.shape[2]), beta))
    return found


def _of_rest(a: Arrangement, rest: _Rest, beta: Floats) -> Iterator[Moments]:
    """The moments of the terms in the dense matrix."""
    zx = rest.sx - rest.s @ rest.u[:, a.width :]
    for i in range(len(a.outer)):
        own = a.owners == i
        yield _moments(_trace(rest, own), zx[own][:, None, :], beta)


def _trace(rest: _Rest, own: NDArray[np.bool_]) -> float:
    """Σ of Z′V⁻¹Z over the columns of one term: the diagonal of S − SUS, which is that of
    Λ⁻¹(Λ′SΛ + I)⁻¹ΛS where Λ is not 0; so there is no difference of nearly equal numbers."""
    s = rest.s[own]
    if (scale := rest.scale[own][0]) == 0:
        u = rest.u[:, : len(rest.u)]
        return float(np.trace(s[:, own]) - np.einsum("ij,jk,ik->", s, u, s, optimize=True))
    return float((rest.inverse[own] * s @ rest.scale).sum() / scale)


def _moments(trace: Floats | float, zx: Floats, beta: Floats) -> Moments:
    """From Z′V⁻¹[X y] (levels, q, p + 1)."""
    levels, q, p = zx[..., :-1].shape
    flat = zx[..., :-1].reshape(-1, q * p)
    spread = (flat.T @ flat).reshape(q, p, q, p).transpose(0, 2, 1, 3)
    pulled = zx[..., -1] - zx[..., :-1] @ beta
    return Moments(levels, np.reshape(trace, (q, q)), spread, pulled.T @ pulled)
