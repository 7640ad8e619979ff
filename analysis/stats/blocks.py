"""Ratings arranged in blocks, as the exact likelihood of a linear mixed model needs them.

One term owns the blocks (participants, as a rule): what is nested in it (their playlists) stands in
the same block, and no rating is in two. The other terms (tracks) are left for one dense matrix, as
wide as these have levels; of terms that are nested in each other it has only the finest's. Nothing
of the size ratings × ratings is ever formed. What is computed from the blocks is in `likelihood`.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import prod

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.floating]
Codes = NDArray[np.intp]

# Columns of the dense matrix that a block meets are counted in such steps, so that blocks of nearly
# the same shape are one batch.
ROUND = 8
# Levels nested in one, at the most, whose effects are taken for one effect with a covariance.
MOST_NESTED = 64


@dataclass(frozen=True, slots=True, eq=False)
class Term:
    """A random effect: `codes` (n,) say which of the `levels` each rating has, all of them used."""

    name: str
    codes: Codes
    levels: int

    def within(self, other: "Term") -> bool:
        """Whether each level stands within one of the other's."""
        return bool((self.parents(other)[self.codes] == other.codes).all())

    def parents(self, other: "Term") -> Codes:
        """The level of the other that each level stands in (levels,)."""
        found = np.zeros(self.levels, np.intp)
        found[self.codes] = other.codes
        return found


@dataclass(frozen=True, slots=True)
class Batch:
    """B blocks of one shape: m effects inside, k columns of the cross-products that they meet.

    `zz` (B, m, m) and `zt` (B, m, k) are cross-products of the effects inside with themselves and
    with these columns, of which the last p + 1 are [X y]. Where k is more than a block meets, the
    rest are any, with zeros in `zt`. `cells` (B, k, k) are the places of pairs of columns in the
    cross-products laid flat; None where every block has all columns, in their order. `sizes` counts
    a block's levels of each nested term.
    """

    zz: Floats
    zt: Floats
    cells: Codes | None
    sizes: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Arrangement:
    """Cross-products of n ratings with p fixed effects.

    `inner` names the owner of the blocks, with `q` effects a level, and what is nested in it;
    `outer` the terms of the dense matrix. Its columns are the levels of the terms in which no other
    one is nested: of each term `levels` says which of its levels a column stands for (width,), −1
    for none. `together` holds columns that share a level of any term, (blocks, size) for each size.
    `products` (width + p + 1,) × 2 are the cross-products of the columns and of [X y].
    """

    n: int
    p: int
    q: int
    inner: tuple[str, ...]
    outer: tuple[str, ...]
    levels: tuple[Codes, ...]
    together: tuple[Codes, ...]
    batches: tuple[Batch, ...]
    products: Floats

    @property
    def names(self) -> tuple[str, ...]:
        return self.inner + self.outer

    @property
    def width(self) -> int:
        return len(self.products) - self.p - 1


@dataclass(frozen=True, slots=True)
class _Entries:
    """Which columns of a matrix each rating is in (n, J), and the values there (n, J)."""

    columns: Codes
    values: Floats

    def __getitem__(self, rows: Codes) -> "_Entries":
        return _Entries(self.columns[rows], self.values[rows])

    def beside(self, others: "_Entries", width: int) -> "_Entries":
        """With other columns behind the `width` of these."""
        columns = np.hstack([self.columns, others.columns + width])
        return _Entries(columns, np.hstack([self.values, others.values]))


def arrange(
    y: Floats, x: Floats, terms: Sequence[Term], effects: Floats | None = None
) -> Arrangement:
    """The cross-products of y (n,), x (n, p) and the terms.

    `effects` (n, q) are columns whose effects vary by level of the first term, which then owns the
    blocks; else there are only intercepts, and the owner is the term that leaves the dense matrix
    narrowest.
    """
    n, p = x.shape
    inner, outer = _roles(terms, owned_by_first=effects is not None)
    owner = inner[0] if inner else Term("", np.zeros(n, np.intp), 1)
    if effects is None:
        effects = np.ones((n, min(len(inner), 1)))
    inside, sizes = _inside(owner, inner[1:], effects)
    chains = _chains(outer)
    finest = [chain[0] for chain in chains]
    tracks, width = _outside(finest, n), sum(term.levels for term in finest)
    fixed = _Entries(np.tile(np.arange(p + 1), (n, 1)), np.column_stack([x, y]))
    everything = tracks.beside(fixed, width)
    shape = (1, width + p + 1, width + p + 1)
    return Arrangement(
        n=n,
        p=p,
        q=effects.shape[1],
        inner=tuple(term.name for term in inner),
        outer=tuple(term.name for chain in chains for term in chain),
        levels=tuple(_columns(term, chain[0], finest) for chain in chains for term in chain),
        together=tuple(_together([_columns(chain[-1], chain[0], finest) for chain in chains])),
        batches=tuple(_batches(owner, inside, sizes, tracks, fixed, width)),
        products=_products(np.zeros(n, np.intp), everything, everything, shape)[0],
    )


def widest(terms: Sequence[Term], *, owned_by_first: bool = False) -> int:
    """How wide the widest matrix of these terms will be: memory grows with its square."""
    inner, outer = _roles(terms, owned_by_first=owned_by_first)
    return max(_sizes(inner).max(), _width(outer)) if inner else 0


def _roles(terms: Sequence[Term], *, owned_by_first: bool) -> tuple[list[Term], list[Term]]:
    """The owner of the blocks with what is nested in it, and the terms left for the rest: the
    choice that takes the least work."""
    choices = []
    for owner in terms[:1] if owned_by_first else terms:
        others = [term for term in terms if term is not owner]
        nested = [term for term in others if term.within(owner)]
        choices.append(([owner, *nested], [term for term in others if term not in nested]))
    return min(choices, key=_work, default=([], []))


def _work(choice: tuple[list[Term], list[Term]]) -> float:
    inner, outer = choice
    return float((_sizes(inner).astype(np.float64) ** 3).sum() + float(_width(outer)) ** 3)


def _chains(outer: Sequence[Term]) -> list[list[Term]]:
    """The terms, each behind the finer ones that are nested in it."""
    chains: list[list[Term]] = []
    for term in sorted(outer, key=lambda one: -one.levels):
        chain = next((one for one in chains if all(_nested(finer, term) for finer in one)), None)
        if chain is None:
            chains.append([term])
        else:
            chain.append(term)
    return chains


def _nested(term: Term, other: Term) -> bool:
    if term.levels <= other.levels or not term.within(other):
        return False
    return int(np.bincount(term.parents(other)).max()) <= MOST_NESTED


def _width(outer: Sequence[Term]) -> int:
    return sum(chain[0].levels for chain in _chains(outer))


def _columns(term: Term, finest: Term, every: Sequence[Term]) -> Codes:
    """Which level of a term, in a chain with the finest, each column stands for; −1 for none."""
    parts = [
        one.parents(term) if one is finest else np.full(one.levels, -1, np.intp) for one in every
    ]
    return np.concatenate(parts)


def _together(coarsest: Sequence[Codes]) -> Iterator[Codes]:
    """Columns that share a level, of as many at a time: (blocks, size)."""
    for levels in coarsest:
        columns = np.flatnonzero(levels >= 0)
        columns = columns[np.argsort(levels[columns], kind="stable")]
        sizes = np.bincount(levels[columns])
        for size in np.unique(sizes):
            yield columns[np.repeat(sizes == size, sizes)].reshape(-1, size)


def _sizes(inner: Sequence[Term]) -> Codes:
    """How many effects each block has inside."""
    owner, *nested = inner
    sizes = np.ones(owner.levels, np.intp)
    for term in nested:
        sizes += np.bincount(term.parents(owner), minlength=owner.levels)
    return sizes


def _inside(owner: Term, nested: Sequence[Term], effects: Floats) -> tuple[_Entries, Codes]:
    """Each rating's effects inside its block, and each block's number of levels a nested term."""
    n, q = effects.shape
    columns, ends = [np.tile(np.arange(q), (n, 1))], np.full(owner.levels, q)
    sizes = np.zeros((owner.levels, len(nested)), np.intp)
    for i, term in enumerate(nested):
        parents = term.parents(owner)
        order = np.argsort(parents, kind="stable")
        sizes[:, i] = np.bincount(parents, minlength=owner.levels)
        firsts = np.cumsum(sizes[:, i]) - sizes[:, i]
        ranks = np.empty(term.levels, np.intp)
        ranks[order] = np.arange(term.levels) - firsts[parents[order]]
        columns.append((ends[owner.codes] + ranks[term.codes])[:, None])
        ends = ends + sizes[:, i]
    return _Entries(np.hstack(columns), np.hstack([effects, np.ones((n, len(nested)))])), sizes


def _outside(outer: Sequence[Term], n: int) -> _Entries:
    """Each rating's columns of the dense matrix."""
    firsts = np.cumsum([0, *(term.levels for term in outer)])[:-1]
    columns = [(term.codes + first)[:, None] for term, first in zip(outer, firsts, strict=True)]
    return _Entries(np.hstack([np.zeros((n, 0), np.intp), *columns]), np.ones((n, len(outer))))


def _batches(
    owner: Term, inside: _Entries, sizes: Codes, tracks: _Entries, fixed: _Entries, width: int
) -> Iterator[Batch]:
    """Blocks of one shape together: as many levels inside, as many columns of the dense matrix."""
    local, met, columns = _met(owner, tracks)
    firsts, wide = np.cumsum(met) - met, fixed.columns.shape[1]
    rounded = np.minimum(-(-met // ROUND) * ROUND, width)
    shapes, shape_of = np.unique(np.column_stack([sizes, rounded]), axis=0, return_inverse=True)
    for i, (*levels, k) in enumerate(shapes.tolist()):
        blocks = np.flatnonzero(shape_of.ravel() == i)
        position = np.full(owner.levels, -1, np.intp)
        position[blocks] = np.arange(len(blocks))
        rows = np.flatnonzero(position[owner.codes] >= 0)
        at, z, size = position[owner.codes[rows]], inside[rows], len(blocks)
        m = z.columns.shape[1] - len(levels) + sum(levels)
        beside = (tracks if k == width else local)[rows].beside(fixed[rows], k)
        yield Batch(
            zz=_products(at, z, z, (size, m, m)),
            zt=_products(at, z, beside, (size, m, k + wide)),
            cells=None if k == width else _cells(columns, firsts[blocks], k, width, wide),
            sizes=tuple(levels),
        )


def _met(owner: Term, tracks: _Entries) -> tuple[_Entries, Codes, Codes]:
    """Columns of the dense matrix numbered anew within each block; how many a block meets; and
    which they are, block after block."""
    width = int(tracks.columns.max(initial=0)) + 1
    keys, number = np.unique(owner.codes[:, None] * width + tracks.columns, return_inverse=True)
    met = np.bincount(keys // width, minlength=owner.levels)
    local = number.reshape(tracks.columns.shape) - (np.cumsum(met) - met)[owner.codes][:, None]
    return _Entries(local, tracks.values), met, keys % width


def _cells(columns: Codes, firsts: Codes, k: int, width: int, wide: int) -> Codes:
    """Where pairs of a block's columns, [X y] last, are in the cross-products laid flat."""
    near = columns[np.minimum(firsts[:, None] + np.arange(k), len(columns) - 1)]
    own = np.hstack([near, np.tile(width + np.arange(wide), (len(firsts), 1))])
    return own[:, :, None] * (width + wide) + own[:, None, :]


def _products(at: Codes, left: _Entries, right: _Entries, shape: tuple[int, int, int]) -> Floats:
    """Σ over ratings of left ⊗ right, each rating's added to block `at`."""
    index = (at[:, None, None] * shape[1] + left.columns[:, :, None]) * shape[2]
    index = index + right.columns[:, None, :]
    weights = left.values[:, :, None] * right.values[:, None, :]
    sums = np.bincount(index.ravel(), weights.ravel(), minlength=prod(shape))
    return sums.astype(np.float64, copy=False).reshape(shape)
