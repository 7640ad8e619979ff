"""The exact likelihood of a linear mixed model with crossed and nested effects.

The model, in units of the residual's standard deviation, is y = Xβ + Zb + e, where the effects of
each level of a term have covariance ΛΛ′ (Λ is the term's relative covariance factor), so that
V = I + Σ Z ΛΛ′ Z′. The blocks of `blocks` are eliminated one by one, as batches of small matrices;
then what is left, dense, by Cholesky.

Sources: Bates, Mächler, Bolker & Walker (2015), Fitting linear mixed-effects models using lme4,
J. Stat. Softw. 67(1), for the parametrisation and the profiled criterion (equations 34, 39, 41);
Searle, Casella & McCulloch (1992), Variance Components, section 6.6, for the derivatives.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import linalg, sparse

from analysis.stats.blocks import Arrangement, Batch, Codes, Floats

# Of the residual's mean square, of outcomes with mean square 1.
NOTHING = 1e-13
# Of a covariance's largest variance in any direction: the smallest is none.
SINGULAR = 1e-13


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
    """What the blocks leave of the dense cross-products: U = R(RSR + I)⁻¹R and U S[X y], where S
    are the columns' and RR the covariance of their effects; Z′V⁻¹[X y], Z being the columns; and
    Z′V⁻¹Z for columns that belong together, (blocks, size, size) as in `Arrangement.together`."""

    u: Floats
    ux: Floats
    zx: Floats
    zz: list[Floats]


def evaluate(a: Arrangement, factors: Sequence[Floats]) -> Evaluation:
    """The likelihood at Λ, a lower triangular matrix for each of `a.names`.

    Only the owner of the blocks has more than one effect a level. Raises LinAlgError where X′V⁻¹X
    is singular.
    """
    w = a.width
    log_v, steps = _eliminate(a, factors[: len(a.inner)])
    left = _left(a, steps)
    log_dense, rest = _rest(a, left, [factor.item() for factor in factors[len(a.inner) :]])
    xx = left[w:, w:] - left[:w, w:].T @ rest.ux
    precision, cross = xx[:-1, :-1], xx[:-1, -1]
    beta = np.linalg.solve(precision, cross)
    moments = [*_of_blocks(a, steps, rest, beta), *_of_rest(a, rest, beta)]
    # Rounding must not leave less than nothing where the effects explain everything.
    residual = max(float(xx[-1, -1] - cross @ beta), NOTHING * a.n)
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


def _rest(a: Arrangement, left: Floats, scales: Sequence[float]) -> tuple[float, _Rest]:
    """log|RSR + I|, and what is left.

    R has blocks of columns that belong together: R Z′V⁻¹Z = (RSR + I)⁻¹RS, of which only the same
    blocks are wanted, and no two matrices of full size are multiplied.
    """
    s, sx = left[: a.width, : a.width], left[: a.width, a.width :]
    found = [_square_root(_covariance(a, columns, scales)) for columns in a.together]
    roots = [blocks for blocks, _ in found]
    by_root = _left_by(a, roots)
    rs = by_root(s)
    matrix = by_root(rs.T)
    matrix[np.arange(a.width), np.arange(a.width)] += 1
    log_det, inverse = _inverse(matrix)
    zz = [_blocks_of(inverse, rs, columns) for columns in a.together]
    del rs, matrix
    u = by_root(by_root(inverse).T)
    ux = u @ sx
    for i, (columns, (blocks, regular)) in enumerate(zip(a.together, found, strict=True)):
        if regular:
            zz[i] = zz[i] / blocks if blocks.shape[1] == 1 else np.linalg.solve(blocks, zz[i])
        else:
            # S − SUS: slower, and a difference, but a variance of 0 has no R⁻¹.
            places = (columns[:, :, None], columns[:, None, :])
            zz[i] = s[places] - _blocks_of(s @ u, s, columns)
    return log_det, _Rest(u, ux, sx - s @ ux, zz)


def _covariance(a: Arrangement, columns: Codes, scales: Sequence[float]) -> Floats:
    """Of the effects of columns that belong together (blocks, size, size)."""
    found = np.zeros((*columns.shape, columns.shape[1]))
    for levels, scale in zip(a.levels, scales, strict=True):
        found += scale**2 * _shared(levels[columns])
    return found


def _shared(levels: Codes) -> NDArray[np.bool_]:
    """Which two of (blocks, size) levels are one and the same."""
    return np.asarray((levels[:, :, None] == levels[:, None, :]) & (levels[:, :, None] >= 0))


def _square_root(covariances: Floats) -> tuple[Floats, bool]:
    """Symmetric roots (blocks, size, size), and whether one can be divided by them."""
    if covariances.shape[1] == 1:
        return np.sqrt(covariances), bool(covariances[0] > 0)
    values, vectors = np.linalg.eigh(covariances)
    roots = (vectors * np.sqrt(np.maximum(values, 0))[:, None, :]) @ _turned(vectors)
    return roots, bool((values[:, 0] > SINGULAR * values[:, -1]).all())


def _left_by(a: Arrangement, blocks: Sequence[Floats]) -> Callable[[Floats], Floats]:
    """What multiplies a matrix by these blocks from the left."""
    if all(one.shape[1] == 1 for one in blocks):
        scale = np.zeros((a.width, 1))
        for columns, one in zip(a.together, blocks, strict=True):
            scale[columns[:, 0]] = one[:, 0]
        return lambda matrix: scale * matrix
    below, across = (
        np.concatenate(
            [
                np.broadcast_to(np.expand_dims(columns, axis), one.shape).ravel()
                for columns, one in zip(a.together, blocks, strict=True)
            ]
        )
        for axis in (2, 1)
    )
    values = np.concatenate([one.ravel() for one in blocks])
    root = sparse.csr_array((values, (below, across)), shape=(a.width, a.width))
    return lambda matrix: np.asarray(root @ np.ascontiguousarray(matrix))


def _blocks_of(left: Floats, right: Floats, columns: Codes) -> Floats:
    """The blocks of a product of square matrices (blocks, size, size), and nothing else of it."""
    turned = np.ascontiguousarray(right.T)
    size = columns.shape[1]
    found = np.empty((*columns.shape, size))
    for i, j in np.ndindex(size, size):
        found[:, i, j] = np.einsum("bw,bw->b", left[columns[:, i]], turned[columns[:, j]])
    return found


def _inverse(matrix: Floats) -> tuple[float, Floats]:
    """The logarithm of the determinant and the inverse of a positive definite matrix."""
    if not len(matrix):
        return 0.0, matrix
    root, failed = linalg.lapack.dpotrf(matrix.T, lower=True, clean=True, overwrite_a=True)
    if failed:
        raise np.linalg.LinAlgError("the matrix is not positive definite")
    diagonal = np.arange(len(matrix))
    log_det = 2 * float(np.log(root[diagonal, diagonal]).sum())
    lower = linalg.lapack.dpotri(root, lower=True, overwrite_c=True)[0]
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
    if batch.cells is None:
        near, nearest = rest.u, rest.ux
    else:
        # Cells are of the matrix with [X y].
        met = batch.cells[:, 0, :k] % (a.width + a.p + 1)
        near, nearest = rest.u[met[:, :, None], met[:, None, :]], rest.ux[met]
    zu = zt[:, :, :k] @ near
    zz = batch.zz - batch.zz @ step.kernel @ batch.zz - zu @ _turned(zt[:, :, :k])
    zx = zt[:, :, k:] - zt[:, :, :k] @ nearest
    found = [_moments(zz[:, :q, :q].sum(axis=0), zx[:, :q], beta)]
    for start, size in zip(q + np.cumsum([0, *batch.sizes]), batch.sizes, strict=False):
        own = slice(start, start + size)
        trace = np.trace(zz[:, own, own].sum(axis=0))
        found.append(_moments(trace, zx[:, own].reshape(-1, 1, zx.shape[2]), beta))
    return found


def _of_rest(a: Arrangement, rest: _Rest, beta: Floats) -> Iterator[Moments]:
    """The moments of the terms in the dense matrix."""
    for levels in a.levels:
        own = levels >= 0
        zx = np.zeros((levels.max() + 1, rest.zx.shape[1]))
        np.add.at(zx, levels[own], rest.zx[own])
        trace = sum(
            float(zz[_shared(levels[columns])].sum())
            for columns, zz in zip(a.together, rest.zz, strict=True)
        )
        yield _moments(trace, zx[:, None, :], beta)


def _moments(trace: Floats | float, zx: Floats, beta: Floats) -> Moments:
    """From Z′V⁻¹[X y] (levels, q, p + 1)."""
    levels, q, p = zx[..., :-1].shape
    flat = zx[..., :-1].reshape(-1, q * p)
    spread = (flat.T @ flat).reshape(q, p, q, p).transpose(0, 2, 1, 3)
    pulled = zx[..., -1] - zx[..., :-1] @ beta
    return Moments(levels, np.reshape(trace, (q, q)), spread, pulled.T @ pulled)
