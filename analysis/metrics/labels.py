"""Metrics on labels: how many of a playlist's tracks carry the same one."""

import itertools
import math
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import entr

from .space import check_probabilities

Labels = Sequence[str | None]


# validate


def known(labels: Labels) -> Labels:
    """The labels with None for each that is blank."""
    return [label if label and label.strip() else None for label in labels]


def counts(labels: Labels) -> tuple[int, ...]:
    """How many tracks carry each known label, in the labels' alphabetical order."""
    return sizes_of(known(labels))


# metrics; those of known labels, or of their counts, take these as checked


def sizes_of(names: Labels) -> tuple[int, ...]:
    found = Counter(name for name in names if name is not None)
    return tuple(found[name] for name in sorted(found))


def pairwise_cohesion(labels: Labels) -> float:
    """Semantic cohesion: the share of pairs of tracks that carry the same label.

    Σ_g n_g(n_g−1) / (n(n−1)) over the n known labels; 0–1, no unit. It is the unbiased
    estimate of Simpson's concentration. NaN with fewer than two known labels.
    Source: Simpson (1949), Measurement of diversity, Nature 163:688.
    """
    return pairwise(counts(labels))


@lru_cache(4096)
def pairwise(sizes: tuple[int, ...]) -> float:
    n = sum(sizes)
    return sum(size * (size - 1) for size in sizes) / (n * (n - 1)) if n > 1 else math.nan


def adjacent_cohesion(labels: Labels) -> float:
    """Semantic cohesion of the order: the share of neighbours that carry the same label.

    Equal neighbours / pairs of neighbours, 0–1, no unit. A pair with a missing label is
    left out; tracks on either side of a gap are not made neighbours. NaN without a pair.
    Source: the platform's definition; equal steps of a sequence, as in a lag-1 join count
    (Moran 1948, The interpretation of statistical maps, JRSS B 10:243).
    """
    return adjacent(known(labels))


def adjacent(names: Labels) -> float:
    of_two = itertools.pairwise(names)
    equal = [a == b for a, b in of_two if a is not None and b is not None]
    return sum(equal) / len(equal) if equal else math.nan


def query_cohesion(labels: Labels, query: str | None) -> float:
    """Semantic cohesion to the query song: the share of known labels equal to its label.

    0–1, no unit; the query song itself is not among `labels`. NaN when its label is
    missing, or with fewer than two known labels. Source: the genre precision at n of
    content-based retrieval (Logan & Salomon 2001, A music similarity function, ICME).
    """
    return to_query(known(labels), *known([query]))


def to_query(names: Labels, query: str | None) -> float:
    n = len(names) - names.count(None)
    return math.nan if n < 2 or query is None else names.count(query) / n


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
    return float(entr(np.array(sizes) / sum(sizes)).sum() / math.log(2)) if sizes else 0.0


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
