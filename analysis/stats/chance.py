"""What playlists of random songs have on average: the level that a metric has by chance.

Exact, by counting, for songs drawn without repetition. For metrics without such a formula the
condition that draws at random shows it.
"""

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats
from scipy.spatial.distance import cdist

Floats = NDArray[np.float64]
_ROWS = 500


def expected_cohesion(sizes: ArrayLike) -> float:
    """Expected share of equal pairs, or of equal neighbours: Σ N_g(N_g−1) / (N(N−1)), 0–1.

    `sizes` are N_g, how many songs carry each label, shape (K,). NaN with fewer than two songs.
    Source: Simpson (1949), Measurement of diversity, Nature 163:688. (Σ q_g² is the same for songs
    drawn with repetition.)
    """
    n_g = np.asarray(sizes, dtype=np.float64)
    n = n_g.sum()
    return float((n_g * (n_g - 1)).sum() / (n * (n - 1))) if n > 1 else math.nan


def expected_entropy(sizes: ArrayLike, unlabelled: int, length: int) -> float:
    """Expected entropy of the labels of `length` random songs, in bits, 0–log₂K.

    `sizes` are N_g, shape (K,), and `unlabelled` songs have no label. Every n_g is hypergeometric,
    so that E[−Σ (n_g/n) log₂(n_g/n)] is a sum over each label alone; it has the same bias of short
    playlists as the entropy that it stands beside. Only playlists with two or more labels count.
    NaN where there are none, or fewer songs than `length`.
    Source: Shannon (1948); the bias: Miller (1955), Note on the bias of information estimates.
    """
    n_g = np.asarray(sizes, dtype=np.int64)
    labelled = int(n_g.sum())
    if labelled + unlabelled < length:
        return math.nan
    known = np.arange(2, length + 1)
    weights = stats.hypergeom.pmf(known, labelled + unlabelled, labelled, length)
    entropies = [_entropy(n_g, labelled, int(n)) if w else 0.0
                 for n, w in zip(known, weights, strict=True)]  # fmt: skip
    return float(weights @ entropies / weights.sum()) if weights.sum() > 0 else math.nan


def _entropy(n_g: NDArray[np.int64], labelled: int, n: int) -> float:
    k = np.arange(1, n + 1)
    parts = -(k / n) * np.log2(k / n)
    return float((stats.hypergeom.pmf(k, labelled, n_g[:, None], n) @ parts).sum())


def expected_coverage(n_library: int, length: int, n_queries: int) -> float:
    """Expected share of the library in `n_queries` random playlists, each for another song: 0–1.

    A song is in the playlist of another with p = length / (N − 1), never in its own:
    (n·(1 − (1−p)ⁿ⁻¹) + (N−n)·(1 − (1−p)ⁿ)) / N. NaN where a playlist needs more songs than there
    are, or without a query song.
    """
    if length >= n_library or not n_queries:
        return math.nan
    missed = (1 - length / (n_library - 1)) ** np.array([n_queries - 1, n_queries])
    return float(np.array([n_queries, n_library - n_queries]) @ (1 - missed) / n_library)


def expected_diversity(vectors: ArrayLike) -> float:
    """Mean Euclidean distance of all pairs of songs (N, K), in the vectors' unit; NaN below two."""
    points = np.asarray(vectors, dtype=np.float64)
    n = len(points)
    total = sum(cdist(points[i : i + _ROWS], points).sum() for i in range(0, n, _ROWS))
    return float(total / (n * (n - 1))) if n > 1 else math.nan


def expected_distances(vectors: ArrayLike, rows: ArrayLike) -> Floats:
    """Mean Euclidean distance of each song named by `rows` (n,) to all others (N, K): (n,)."""
    points, chosen = np.asarray(vectors, dtype=np.float64), np.asarray(rows, dtype=np.int64)
    if len(points) < 2:
        return np.full(len(chosen), np.nan)
    parts = [cdist(points[chosen[i : i + _ROWS]], points).sum(axis=1)
             for i in range(0, len(chosen), _ROWS)]  # fmt: skip
    return np.concatenate([*parts, np.empty(0)]) / (len(points) - 1)
