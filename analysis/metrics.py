"""Playlist metrics: how alike a playlist's songs are, how mixed, how far from the query song.

Pure functions on labels and probability vectors, in the order validate → metrics →
evaluate. What can't be estimated is NaN, never 0 or 1; `evaluate` says why in `flags`.
"""

import math
from collections.abc import Collection, Mapping, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.spatial.distance import cdist, pdist
from scipy.special import entr

Labels = Sequence[str | None]
Floats = NDArray[np.float64]

# A vector stored as float32 sums to 1 within about 1e-7; more than this is no rounding.
SUM_TOLERANCE = 1e-5


# validate


def known(labels: Labels) -> NDArray[np.bool_]:
    """Which labels are known: neither None nor blank. Shape (n,)."""
    return np.array([bool(label and label.strip()) for label in labels], dtype=bool)


def counts(labels: Labels) -> NDArray[np.int64]:
    """How many tracks carry each known label. Shape (distinct labels,)."""
    return np.unique(_known_labels(labels), return_counts=True)[1].astype(np.int64)


def check_probabilities(vectors: ArrayLike) -> Floats:
    """The vectors as float64 of shape (n, K), unchanged: never clipped, never renormalised.

    Raises ValueError for another shape, for values that are not finite or negative, and
    for vectors that do not sum to 1 within `SUM_TOLERANCE`.
    """
    array = np.asarray(vectors, dtype=np.float64)
    if array.ndim != 2 or array.shape[1] == 0:
        raise ValueError(f"expected vectors of shape (tracks, genres), got {array.shape}")
    if not np.isfinite(array).all() or (array < 0).any():
        raise ValueError("a probability is negative or not finite")
    if (np.abs(array.sum(axis=1) - 1) > SUM_TOLERANCE).any():
        raise ValueError("the probabilities of a track do not sum to 1")
    return array


def _known_labels(labels: Labels) -> NDArray[np.str_]:
    return np.array([str(label) for label in labels if label and label.strip()], dtype=str)


# metrics on labels


def pairwise_cohesion(labels: Labels) -> float:
    """Semantic cohesion: the share of pairs of tracks that carry the same label.

    Σ_g n_g(n_g−1) / (n(n−1)) over the n known labels; 0–1, no unit. It is the unbiased
    estimate of Simpson's concentration. NaN with fewer than two known labels.
    Source: Simpson (1949), Measurement of diversity, Nature 163:688.
    """
    sizes = counts(labels)
    n = int(sizes.sum())
    return float((sizes * (sizes - 1)).sum() / (n * (n - 1))) if n > 1 else math.nan


def adjacent_cohesion(labels: Labels) -> float:
    """Semantic cohesion of the order: the share of neighbours that carry the same label.

    Equal neighbours / pairs of neighbours, 0–1, no unit. A pair with a missing label is
    left out; tracks on either side of a gap are not made neighbours. NaN without a pair.
    Source: the platform's definition; equal steps of a sequence, as in a lag-1 join count
    (Moran 1948, The interpretation of statistical maps, JRSS B 10:243).
    """
    mask, names = known(labels), np.array([label or "" for label in labels], dtype=str)
    pairs = mask[:-1] & mask[1:]
    return float((names[:-1] == names[1:])[pairs].mean()) if pairs.any() else math.nan


def query_cohesion(labels: Labels, query: str | None) -> float:
    """Semantic cohesion to the query song: the share of known labels equal to its label.

    0–1, no unit; the query song itself is not among `labels`. NaN when its label is
    missing, or with fewer than two known labels. Source: the genre precision at n of
    content-based retrieval (Logan & Salomon 2001, A music similarity function, ICME).
    """
    names = _known_labels(labels)
    if len(names) < 2 or not (query and query.strip()):
        return math.nan
    return float(np.mean(names == query))


def chance_level(shares: ArrayLike) -> float:
    """The pairwise cohesion that random playlists would have: Σ q_g², 1/K–1, no unit.

    `shares` are the library's label shares, shape (K,); NaN when there are none. Raises
    ValueError when they are negative or do not sum to 1. Source: Simpson (1949).
    """
    q = np.asarray(shares, dtype=np.float64)
    return float((check_probabilities(q[None, :]) ** 2).sum()) if q.size else math.nan


def genre_entropy(labels: Labels) -> float:
    """Shannon entropy of the labels in bits: −Σ (n_g/n) log₂(n_g/n), 0–log₂K.

    0·log 0 = 0; 0 with fewer than two known labels (`evaluate` flags it). Biased low for
    few tracks, by about (K−1) / (2n ln 2) bits (.14 for 10 tracks and 3 genres): compare
    playlists of equal length only. Source: Shannon (1948), A mathematical theory of
    communication; the bias: Miller (1955), Note on the bias of information estimates.
    """
    sizes = counts(labels)
    return float(entr(sizes / sizes.sum()).sum() / math.log(2)) if sizes.size else 0.0


def normalised_entropy(labels: Labels, n_genres: int) -> float:
    """Genre entropy divided by its maximum log₂K: 0–1, no unit (Pielou's evenness).

    `n_genres` is K, the genres there are, not only those in the playlist. NaN for K < 2.
    Biased low as `genre_entropy` is; with 10 tracks and K = 3 it is .991 at most. Raises
    ValueError when the labels name more than K genres.
    Source: Pielou (1966), The measurement of diversity, J. Theor. Biol. 13:131.
    """
    if len(counts(labels)) > n_genres:
        raise ValueError(f"{len(counts(labels))} genres in the labels, but K is {n_genres}")
    return genre_entropy(labels) / math.log2(n_genres) if n_genres > 1 else math.nan


# metrics on probability vectors


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
    within = float(entr(p).sum(axis=1).mean() / math.log(2))
    total = float(entr(p.mean(axis=0)).sum() / math.log(2))
    return within, total, max(total - within, 0.0) if len(p) > 1 else math.nan


def diversity(vectors: ArrayLike) -> float:
    """Intra-list diversity: the mean pairwise Euclidean distance, Σ_{i<j} ‖p_i − p_j‖ / (n(n−1)/2).

    In units of genre space, 0–√2. `vectors` are p_i, shape (n, K). NaN with fewer than two
    tracks. Raises as `check_probabilities`. Source: Ziegler et al. (2005), Improving
    recommendation lists through topic diversification, WWW.
    """
    p = check_probabilities(vectors)
    return float(pdist(p).mean()) if len(p) > 1 else math.nan


def cosine_diversity(vectors: ArrayLike) -> float:
    """Intra-list diversity by angle: 1 − the mean pairwise cosine, 0–1, no unit.

    The cosine is p_i·p_j / (‖p_i‖ ‖p_j‖). `vectors` are p_i, shape (n, K). NaN with fewer
    than two tracks. Raises as `check_probabilities`. Source: Smyth & McClave (2001),
    Similarity vs. diversity, ICCBR.
    """
    p = check_probabilities(vectors)
    return max(float(pdist(p, "cosine").mean()), 0.0) if len(p) > 1 else math.nan


def compactness(vectors: ArrayLike) -> float:
    """Root mean square distance of the tracks to their centroid, √(Σ ‖p_i − p̄‖² / n).

    Small is compact. In units of genre space, 0–√(1 − 1/K) (.8165 for K = 3). `vectors`
    are p_i, shape (n, K). NaN with fewer than two tracks. Raises as `check_probabilities`.
    Source: the radius of gyration of a cluster (Zhang, Ramakrishnan & Livny 1996, BIRCH,
    SIGMOD, equation 2).
    """
    p = check_probabilities(vectors)
    return float(np.sqrt(p.var(axis=0).sum())) if len(p) > 1 else math.nan


def query_distances(vectors: ArrayLike, query: ArrayLike) -> Floats:
    """Each track's Euclidean distance to the query song, ‖p_i − q‖: shape (n,).

    In units of genre space, 0–√2. `vectors` are p_i, shape (n, K), `query` is q, shape (K,).
    Raises as `check_probabilities`, and ValueError when the numbers of genres differ.
    Source: the system's own ranking.
    """
    p, q = check_probabilities(vectors), check_probabilities(np.atleast_2d(query))
    return np.asarray(cdist(p, q)[:, 0], dtype=np.float64)


# metrics on the library


def novelty(listens: ArrayLike, total: int, n_library: int) -> float:
    """Mean −log₂ of the tracks' shares of all listens, add-one smoothed, in bits, ≥ 0.

    A track's share is (listens + 1) / (total + n_library); `listens` has shape (n,). NaN
    without a track. Raises ValueError for negative counts or more listens than `total`.
    Source: Zhou et al. (2010), PNAS 107:4511; Castells, Vargas & Wang (2011), DiveRS.
    """
    heard = np.asarray(listens, dtype=np.float64)
    if (heard < 0).any() or heard.sum() > total or len(heard) > n_library:
        raise ValueError("listens must be counts of tracks of the library, at most the total")
    return float(-np.log2((heard + 1) / (total + n_library)).mean()) if len(heard) else math.nan


def coverage(shown: Collection[int], n_library: int) -> float:
    """Distinct tracks shown / tracks in the library: 0–1, no unit. NaN without a library.

    Raises ValueError when more tracks were shown than there are. Source: Ge,
    Delgado-Battenfeld & Jannach (2010), Beyond accuracy, RecSys (catalogue coverage).
    """
    distinct = len(set(shown))
    if distinct > n_library:
        raise ValueError(f"{distinct} tracks shown, but the library has {n_library}")
    return distinct / n_library if n_library else math.nan


# evaluate


def evaluate(
    *,
    genres: Labels,
    artists: Labels,
    vectors: Sequence[Sequence[float] | None],
    query_genre: str | None,
    query_vector: Sequence[float] | None,
    library: Mapping[str, float],
) -> dict[str, float | int | str]:
    """Every metric of one playlist, in playing order, as one row of `playlist_metrics`.

    `vectors` holds None where a track has none; `library` maps genres to their shares.
    Raises nothing for poor data: what is missing or refused is NaN and named in `flags`.
    """
    n_known = int(known(genres).sum())
    return {
        "n_tracks": len(genres),
        "n_known": n_known,
        "coverage": n_known / len(genres) if genres else math.nan,
        "cohesion_artist_pair": pairwise_cohesion(artists),
        "cohesion_genre_pair": pairwise_cohesion(genres),
        "cohesion_genre_adjacent": adjacent_cohesion(genres),
        "cohesion_genre_query": query_cohesion(genres, query_genre),
        "chance": chance_level(list(library.values())),
        "entropy_bits": genre_entropy(genres),
        "entropy_normalised": normalised_entropy(genres, len(library)),
        **_space(vectors, query_vector),
        "flags": ";".join(_flags(genres, artists, vectors, query_genre, query_vector, library)),
    }


def _space(
    vectors: Sequence[Sequence[float] | None], query: Sequence[float] | None
) -> dict[str, float]:
    names = ("soft_entropy_within_bits", "soft_entropy_total_bits", "soft_entropy_divergence_bits")
    present = [vector for vector in vectors if vector is not None]
    if not present or _refused([*present, query]):
        return dict.fromkeys((*names, "diversity", "diversity_cosine", "compactness"), math.nan) | {
            "query_distance": math.nan
        }
    return dict(zip(names, soft_entropy(present), strict=True)) | {
        "diversity": diversity(present),
        "diversity_cosine": cosine_diversity(present),
        "compactness": compactness(present),
        "query_distance": float(query_distances(present, query).mean()) if query else math.nan,
    }


def _refused(vectors: Sequence[Sequence[float] | None]) -> str:
    present = [vector for vector in vectors if vector is not None]
    try:
        check_probabilities(present or [[1.0]])
    except ValueError as problem:  # NumPy's own words for vectors of different lengths
        return "different numbers of genres" if "inhomogeneous" in str(problem) else str(problem)
    return ""


def _flags(
    genres: Labels,
    artists: Labels,
    vectors: Sequence[Sequence[float] | None],
    query_genre: str | None,
    query_vector: Sequence[float] | None,
    library: Mapping[str, float],
) -> list[str]:
    missing, refused = sum(v is None for v in vectors), _refused([*vectors, query_vector])
    found = {
        "no_tracks": not genres,
        "one_track": len(genres) == 1,
        "fewer_than_two_known_genres": known(genres).sum() < 2,
        "fewer_than_two_known_artists": known(artists).sum() < 2,
        "query_genre_unknown": not (query_genre and query_genre.strip()),
        "one_genre_in_library": len(library) < 2,
        f"vectors_missing: {missing}": missing > 0,
        "query_vector_missing": query_vector is None,
        f"vectors_refused: {refused}": bool(refused),
    }
    return [name for name, holds in found.items() if holds]
