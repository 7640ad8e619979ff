"""Metrics on labels: how many of a playlist's tracks carry the same one.

Each is there for one playlist's labels, in playing order, and for many playlists' codes: shape
(playlists, n), each label's place in the alphabet, −1 where it is unknown or the playlist is over.
"""

import math
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .space import Floats, check_probabilities

Labels = Sequence[str | None]
Codes = NDArray[np.int64]
UNKNOWN = -1


# validate


def known(labels: Labels) -> list[bool]:
    """Which labels are known: neither None nor blank."""
    return [bool(label and label.strip()) for label in labels]


def encoded(playlists: Sequence[Labels], queries: Labels = ()) -> tuple[Codes, Codes]:
    """The labels of playlists as codes, (playlists, n), and the query songs', (queries,)."""
    found = list({*queries, *(label for labels in playlists for label in labels)})
    names = sorted(str(label) for label in found if all(known([label])))
    code = dict.fromkeys(found, UNKNOWN) | {name: place for place, name in enumerate(names)}
    width = max(map(len, playlists), default=0)
    rows = [
        [code[label] for label in labels] + [UNKNOWN] * (width - len(labels))
        for labels in playlists
    ]
    table = np.array(rows, dtype=np.int64).reshape(len(playlists), width)
    return table, np.array([code[label] for label in queries], dtype=np.int64)


def counts(labels: Labels) -> tuple[int, ...]:
    """How many tracks carry each known label, in the labels' alphabetical order."""
    return sizes(encoded([labels])[0])[0]


def sizes(codes: Codes) -> list[tuple[int, ...]]:
    n_labels = int(codes.max(initial=UNKNOWN)) + 1
    places = (codes + n_labels * np.arange(len(codes))[:, None])[codes != UNKNOWN]
    table = np.bincount(places, minlength=n_labels * len(codes)).reshape(len(codes), n_labels)
    return [tuple(filter(None, row)) for row in table.tolist()]


# metrics


def pairwise_cohesion(labels: Labels) -> float:
    """Semantic cohesion: the share of pairs of tracks that carry the same label.

    Σ_g n_g(n_g−1) / (n(n−1)) over the n known labels; 0–1, no unit. It is the unbiased
    estimate of Simpson's concentration. NaN with fewer than two known labels.
    Source: Simpson (1949), Measurement of diversity, Nature 163:688.
    """
    return float(pairwise(encoded([labels])[0])[0])


def pairwise(codes: Codes) -> Floats:
    first, second = np.triu_indices(codes.shape[-1], 1)
    a, b = codes.take(first, axis=1), codes.take(second, axis=1)
    n = (codes != UNKNOWN).sum(axis=-1)
    return _shares(2 * ((a == b) & (a != UNKNOWN)).sum(axis=-1), n * (n - 1))


def _shares(part: Codes, whole: Codes) -> Floats:
    """NaN where the whole is nothing."""
    return np.divide(part, whole, out=np.full(len(whole), np.nan), where=whole > 0)


def adjacent_cohesion(labels: Labels) -> float:
    """Semantic cohesion of the order: the share of neighbours that carry the same label.

    Equal neighbours / pairs of neighbours, 0–1, no unit. A pair with a missing label is
    left out; tracks on either side of a gap are not made neighbours. NaN without a pair.
    Source: the platform's definition; equal steps of a sequence, as in a lag-1 join count
    (Moran 1948, The interpretation of statistical maps, JRSS B 10:243).
    """
    return float(adjacent(encoded([labels])[0])[0])


def adjacent(codes: Codes) -> Floats:
    a, b = codes[:, :-1], codes[:, 1:]
    both = (a != UNKNOWN) & (b != UNKNOWN)
    return _shares((both & (a == b)).sum(axis=-1), both.sum(axis=-1))


def query_cohesion(labels: Labels, query: str | None) -> float:
    """Semantic cohesion to the query song: the share of known labels equal to its label.

    0–1, no unit; the query song itself is not among `labels`. NaN when its label is
    missing, or with fewer than two known labels. Source: the genre precision at n of
    content-based retrieval (Logan & Salomon 2001, A music similarity function, ICME).
    """
    return float(to_query(*encoded([labels], [query]))[0])


def to_query(codes: Codes, queries: Codes) -> Floats:
    n = (codes != UNKNOWN).sum(axis=-1)
    alike = (codes == queries[:, None]) & (codes != UNKNOWN)
    return _shares(alike.sum(axis=-1), np.where((n > 1) & (queries != UNKNOWN), n, 0))


def chance_level(shares: ArrayLike) -> float:
    """The pairwise cohesion that random playlists would have: Σ q_g², 1/K–1, no unit.

    `shares` are the library's label shares, shape (K,); NaN when there are none. Raises
    ValueError when they are negative or do not sum to 1. Source: Simpson (1949).
    """
    return chance(tuple(np.asarray(shares, dtype=np.float64).tolist()))


@lru_cache(64)
def chance(shares: tuple[float, ...]) -> float:
    return float((check_probabilities([shares]) ** 2).sum()) if shares else math.nan


def genre_entropy(labels: Labels) -> float:
    """Shannon entropy of the labels in bits: −Σ (n_g/n) log₂(n_g/n), 0–log₂K.

    0·log 0 = 0; 0 with fewer than two known labels (`evaluate` flags it). Biased low for
    few tracks, by about (K−1) / (2n ln 2) bits (.14 for 10 tracks and 3 genres): compare
    playlists of equal length only. Source: Shannon (1948), A mathematical theory of
    communication; the bias: Miller (1955), Note on the bias of information estimates.
    """
    return entropy(counts(labels))


@lru_cache(4096)
def entropy(sizes: tuple[int, ...]) -> float:
    # Sorted, so that five rock and three jazz songs are as many bits as three and five.
    # Here, because exports know these metrics and load no statistics.
    from scipy import stats

    return float(stats.entropy(sorted(sizes), base=2)) if sizes else 0.0


def normalised_entropy(labels: Labels, n_genres: int) -> float:
    """Genre entropy divided by its maximum log₂K: 0–1, no unit (Pielou's evenness).

    `n_genres` is K, the genres there are, not only those in the playlist. NaN for K < 2.
    Biased low as `genre_entropy` is; with 10 tracks and K = 3 it is .991 at most. Raises
    ValueError when the labels name more than K genres.
    Source: Pielou (1966), The measurement of diversity, J. Theor. Biol. 13:131.
    """
    return normalised(counts(labels), n_genres)


def normalised(sizes: tuple[int, ...], n_genres: int) -> float:
    if len(sizes) > n_genres:
        raise ValueError(f"{len(sizes)} genres in the labels, but K is {n_genres}")
    return entropy(sizes) / math.log2(n_genres) if n_genres > 1 else math.nan
