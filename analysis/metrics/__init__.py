"""Playlist metrics: how alike a playlist's songs are, how mixed, how far from the query song.

Pure functions on labels and probability vectors, in the order validate → metrics →
evaluate. What can't be estimated is NaN, never 0 or 1; `evaluate` says why in `flags`.
"""

from .evaluation import Measured, evaluate, in_space, with_labels
from .labels import (
    adjacent_cohesion,
    chance_level,
    counts,
    genre_entropy,
    known,
    normalised_entropy,
    pairwise_cohesion,
    query_cohesion,
)
from .library import coverage, novelties, novelty
from .space import (
    are_probabilities,
    check_probabilities,
    compactness,
    cosine_diversity,
    diversity,
    query_distances,
    soft_entropy,
)

__all__ = [
    "Measured",
    "adjacent_cohesion",
    "are_probabilities",
    "chance_level",
    "check_probabilities",
    "compactness",
    "cosine_diversity",
    "counts",
    "coverage",
    "diversity",
    "evaluate",
    "genre_entropy",
    "in_space",
    "known",
    "normalised_entropy",
    "novelties",
    "novelty",
    "pairwise_cohesion",
    "query_cohesion",
    "query_distances",
    "soft_entropy",
    "with_labels",
]
