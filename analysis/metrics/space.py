"""Metrics on probability vectors: how near a playlist's songs are in genre space.

Each is there for one playlist, of shape (n, K), and for many of equal length, of shape
(playlists, n, K), whose vectors are taken as checked.
"""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import entr

Floats = NDArray[np.float64]
Vector = Sequence[float]
Vectors = Sequence[Vector | None]

# A vector stored as float32 sums to 1 within about 1e-7; more than this is no rounding.
SUM_TOLERANCE = 1e-5


# validate


def check_probabilities(vectors: ArrayLike) -> Floats:
    """The vectors as float64 of shape (n, K), unchanged: never clipped, never renormalised.

    Raises ValueError for another shape, for values that are not finite or negative, and
    for vectors that do not sum to 1 within `SUM_TOLERANCE`.
    """
    array = np.asarray(vectors, dtype=np.float64)
    if array.ndim != 2:
        raise ValueError(f"expected vectors of shape (tracks, genres), got {array.shape}")
    if problem := problems_of(array[None])[0]:
        raise ValueError(problem)
    return array


def problems_of(vectors: Floats) -> list[str]:
    """Why the vectors of each playlist are no probabilities; empty where they are."""
    if vectors.shape[-1] == 0:
        said = f"expected vectors of shape (tracks, genres), got {vectors.shape[1:]}"
        return [said] * len(vectors)
    off = (np.abs(vectors.sum(axis=-1) - 1) > SUM_TOLERANCE).any(axis=-1)
    wrong = ~(np.isfinite(vectors) & (vectors >= 0)).all(axis=(-1, -2))
    found = np.where(off, "the probabilities of a track do not sum to 1", "")
    return np.where(wrong, "a probability is negative or not finite", found).tolist()


def are_probabilities(vectors: Floats) -> NDArray[np.bool_]:
    """Which rows are vectors of probabilities: of shape (n,), for vectors of shape (n, K)."""
    sums = np.abs(vectors.sum(axis=-1) - 1) <= SUM_TOLERANCE
    return np.asarray((np.isfinite(vectors) & (vectors >= 0)).all(axis=-1) & sums)


# metrics


def soft_entropy(vectors: ArrayLike) -> tuple[float, float, float]:
    """Genre entropy without hard labels, in bits: (within, total, divergence).

    `vectors` are p_i, shape (n, K). within = mean of H(p_i); total = H(mean p); both
    0–log₂K, NaN without a track. divergence = total − within, 0–min(log₂K, log₂n) = the
    Jensen–Shannon divergence of the tracks, the mutual information of track and genre (not
    its square root, which scipy's `jensenshannon` returns); NaN with fewer than two tracks.
    Raises as `check_probabilities`.
    Source: Lin (1991), Divergence measures based on the Shannon entropy, IEEE TIT 37:145.
    """
    p = check_probabilities(vectors)
    if not len(p):
        return math.nan, math.nan, math.nan
    within, total, divergence = (float(one[0]) for one in soft_entropies(p[None]))
    return within, total, divergence


def soft_entropies(p: Floats) -> tuple[Floats, Floats, Floats]:
    p = _in_order(p)
    within = entr(p).sum(axis=-1).mean(axis=-1) / math.log(2)
    total = entr(p.mean(axis=-2)).sum(axis=-1) / math.log(2)
    several = p.shape[-2] > 1
    return (
        within,
        total,
        np.maximum(total - within, 0.0) if several else np.full_like(total, np.nan),
    )


def diversity(vectors: ArrayLike) -> float:
    """Intra-list diversity: the mean pairwise Euclidean distance, Σ_{i<j} ‖p_i − p_j‖ / (n(n−1)/2).

    In units of genre space, 0–√2. `vectors` are p_i, shape (n, K). NaN with fewer than two
    tracks. Raises as `check_probabilities`. Source: Ziegler et al. (2005), Improving
    recommendation lists through topic diversification, WWW.
    """
    return float(diversities(check_probabilities(vectors)[None])[0])


def diversities(p: Floats) -> Floats:
    a, b = _pairs(p)
    return _mean(np.sqrt(((a - b) ** 2).sum(axis=-1)))


def cosine_diversity(vectors: ArrayLike) -> float:
    """Intra-list diversity by angle: 1 − the mean pairwise cosine, 0–1, no unit.

    The cosine is p_i·p_j / (‖p_i‖ ‖p_j‖). `vectors` are p_i, shape (n, K). NaN with fewer
    than two tracks. Raises as `check_probabilities`. Source: Smyth & McClave (2001),
    Similarity vs. diversity, ICCBR.
    """
    return float(cosine_diversities(check_probabilities(vectors)[None])[0])


def cosine_diversities(p: Floats) -> Floats:
    a, b = _pairs(p)
    lengths = np.sqrt((a * a).sum(axis=-1)) * np.sqrt((b * b).sum(axis=-1))
    return np.maximum(_mean(1 - np.minimum((a * b).sum(axis=-1) / lengths, 1.0)), 0.0)


def _pairs(p: Floats) -> tuple[Floats, Floats]:
    """Each two tracks of each playlist: twice (playlists, pairs, K)."""
    first, second = np.triu_indices(p.shape[-2], 1)
    # Not by an index, whose layout decides in which order numbers are summed.
    return p.take(first, axis=1), p.take(second, axis=1)


def _mean(values: Floats) -> Floats:
    """Over the last axis, whatever the order; NaN where there is nothing."""
    if not values.shape[-1]:
        return np.full(len(values), np.nan)
    return np.asarray(np.sort(values, axis=-1).mean(axis=-1))


def _in_order(p: Floats) -> Floats:
    """The tracks of each playlist sorted: the same songs have the same sums in every order."""
    order = np.lexsort(np.moveaxis(p, -1, 0)[::-1], axis=-1)
    return np.take_along_axis(p, order[..., None], axis=-2)


def compactness(vectors: ArrayLike) -> float:
    """Root mean square distance of the tracks to their centroid, √(Σ ‖p_i − p̄‖² / n).

    Small is compact. In units of genre space, 0–√(1 − 1/K) (.8165 for K = 3). `vectors`
    are p_i, shape (n, K). NaN with fewer than two tracks. Raises as `check_probabilities`.
    Source: the radius of gyration of a cluster (Zhang, Ramakrishnan & Livny 1996, BIRCH,
    SIGMOD, equation 2).
    """
    return float(compactnesses(check_probabilities(vectors)[None])[0])


def compactnesses(p: Floats) -> Floats:
    several = p.shape[-2] > 1
    return np.sqrt(_in_order(p).var(axis=-2).sum(axis=-1)) if several else np.full(len(p), np.nan)


def query_distances(vectors: ArrayLike, query: ArrayLike) -> Floats:
    """Each track's Euclidean distance to the query song, ‖p_i − q‖: shape (n,).

    In units of genre space, 0–√2. `vectors` are p_i, shape (n, K), `query` is q, shape (K,).
    Raises as `check_probabilities`, and ValueError when the numbers of genres differ.
    Source: the system's own ranking.
    """
    p, q = check_probabilities(vectors), check_probabilities(np.atleast_2d(query))
    if p.shape[-1] != q.shape[-1]:
        raise ValueError(f"{p.shape[-1]} genres in the vectors, {q.shape[-1]} in the query's")
    return distances_to_queries(p[None], q)[0]


def distances_to_queries(p: Floats, query: Floats) -> Floats:
    return np.sqrt(((p - query[:, None, :]) ** 2).sum(axis=-1))
