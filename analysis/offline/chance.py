"""The level that each metric has by chance, for the query songs of an evaluation."""

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from analysis.data.playlist_metrics import Label, cnn_labels, metadata_labels
from analysis.stats.chance import (
    expected_cohesion,
    expected_coverage,
    expected_distances,
    expected_diversity,
    expected_entropy,
)
from analysis.stats.offline import COVERAGE

from .design import Design

ARTISTS = "artists"


@dataclass(frozen=True, slots=True)
class Labelled:
    """The labels of all songs, how many songs carry each, and how many labels there can be."""

    labels: Mapping[int, Label]
    sizes: Counter[Label]
    n_labels: int

    def without(self, label: Label) -> tuple[Counter[Label], int]:
        """How many songs carry each label, and none, when one with this label is left out."""
        sizes = self.sizes.copy()
        sizes[label] -= 1
        unlabelled = sizes.pop(None, 0)
        return sizes, unlabelled


@dataclass(frozen=True, slots=True)
class Chance:
    """What random playlists of the library have; a query song is never in its own.

    `labelled` is by source, artists among them; `distances` has each query song's mean distance to
    all others.
    """

    labelled: Mapping[str, Labelled]
    distances: Mapping[int, float]
    diversity: float

    def level(self, metric: str, source: str, length: int, queries: Sequence[int]) -> float:
        """The mean over query songs; NaN for metrics without a formula, and where none has it."""
        if metric == COVERAGE:
            return expected_coverage(len(self.labelled[ARTISTS].labels), length, len(queries))
        if metric == "query_distance":
            return _mean((self.distances[query], 1) for query in queries)
        if length < 2:
            return math.nan
        if metric == "diversity":
            return self.diversity
        of = self.labelled[ARTISTS if metric == "cohesion_artist_pair" else source]
        queried = Counter(of.labels[query] for query in queries)
        return _mean((_level(metric, of, label, length), n) for label, n in queried.items())


def _level(metric: str, of: Labelled, query: Label, length: int) -> float:
    """For query songs with this label."""
    sizes, unlabelled = of.without(query)
    match metric:
        case "cohesion_genre_query":
            known = query is not None and sizes.total() > 0
            return sizes[query] / sizes.total() if known else math.nan
        case "cohesion_artist_pair" | "cohesion_genre_pair" | "cohesion_genre_adjacent":
            return expected_cohesion(list(sizes.values()))
        case "entropy_bits":
            return expected_entropy(list(sizes.values()), unlabelled, length)
        case "entropy_normalised" if of.n_labels > 1:
            bits = expected_entropy(list(sizes.values()), unlabelled, length)
            return bits / math.log2(of.n_labels)
    return math.nan


def chance(of: Design) -> Chance:
    """What is needed of the library, counted and measured once."""
    library = of.labelled()
    sources = {
        "metadata": metadata_labels(library),
        "cnn": cnn_labels(library, of.model.pk),
    }
    labelled = {
        name: Labelled(labels.genres, Counter(labels.genres.values()), len(labels.shares))
        for name, labels in sources.items()
    }
    labelled[ARTISTS] = Labelled(library.artists, Counter(library.artists.values()), 0)
    vectors = np.asarray(of.library.probabilities, dtype=np.float64)
    away = expected_distances(vectors, [of.library.row(query) for query in of.queries])
    distances = dict(zip(of.queries, away.tolist(), strict=True))
    return Chance(labelled, distances, expected_diversity(vectors))


def _mean(values: Iterable[tuple[float, int]]) -> float:
    """Of (value, how often), without those that are NaN."""
    known = [(value, n) for value, n in values if not math.isnan(value)]
    total = sum(n for _, n in known)
    return sum(value * n for value, n in known) / total if total else math.nan
