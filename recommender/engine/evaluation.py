"""How good a classifier is: figures from labels and probabilities. No network and no files here."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.special import ndtri

ECE_BINS = 10


@dataclass(frozen=True, slots=True)
class Evaluation:
    """accuracy_ci: Wilson 95 %. recall, precision: by genre, None where undefined (no such clip, no
    such answer). confusion[true][predicted]: counts in the order of `genres`. ece: see
    `calibration_error`. misclassified: name, true and predicted genre, and its probability."""

    n: int
    accuracy: float
    accuracy_ci: tuple[float, float]
    genres: tuple[str, ...]
    recall: dict[str, float | None]
    precision: dict[str, float | None]
    confusion: list[list[int]]
    ece: float
    ece_bins: int
    misclassified: list[dict[str, Any]]


def wilson(successes: int, n: int, level: float = 0.95) -> tuple[float, float]:
    """Score interval of a share (Wilson 1927; method 3 in Newcombe 1998).

    Raises ValueError if n < 1.
    """
    if n < 1 or not 0 <= successes <= n:
        raise ValueError("a share needs n ≥ 1 and 0 ≤ successes ≤ n")
    z = float(ndtri(0.5 + level / 2.0))
    share = successes / n
    middle = share + z * z / (2 * n)
    half = z * np.sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    low, high = ((middle + sign * half) / (1 + z * z / n) for sign in (-1, 1))
    return max(0.0, float(low)), min(1.0, float(high))


def confusion_matrix(
    true: Sequence[int], predicted: Sequence[int], k: int
) -> npt.NDArray[np.int64]:
    """Counts (k, k): rows are true classes, columns predicted ones."""
    matrix = np.zeros((k, k), dtype=np.int64)
    np.add.at(matrix, (np.asarray(true, dtype=int), np.asarray(predicted, dtype=int)), 1)
    return matrix


def calibration_error(
    probabilities: npt.NDArray[Any], true: Sequence[int], bins: int = ECE_BINS
) -> float:
    """Expected calibration error (Naeini et al. 2015; Guo et al. 2017): Σ (n_b / n)·|accuracy_b −
    confidence_b| over equal-width bins of the highest probability, (0, .1], (.1, .2] … (.9, 1].

    probabilities (n, K) with rows that sum to 1. 0 is perfect. Raises ValueError if n = 0.
    """
    if not len(probabilities):
        raise ValueError("calibration needs at least one clip")
    confidence = probabilities.max(axis=1)
    correct = probabilities.argmax(axis=1) == np.asarray(true)
    # The tiny step back keeps a rounded .3 in (.2, .3], whatever its last bit.
    bin_of = np.clip(np.ceil(confidence * bins - 1e-6).astype(int) - 1, 0, bins - 1)
    gaps = np.bincount(bin_of, weights=correct - confidence, minlength=bins)
    return float(np.abs(gaps).sum() / len(confidence))


def evaluate(
    names: Sequence[str],
    labels: Sequence[str],
    probabilities: npt.ArrayLike,
    genres: Sequence[str],
) -> Evaluation:
    """All figures for n clips.

    Parameters
    ----------
    names, labels : (n,), every label one of `genres`. probabilities : (n, K), columns as `genres`.

    Raises
    ------
    ValueError : no clips, lengths that differ, an unknown label, rows that do not sum to 1.
    """
    table = np.asarray(probabilities, dtype=np.float64)
    true = _indices(names, labels, table, genres)
    predicted = table.argmax(axis=1)
    matrix = confusion_matrix(true, predicted.tolist(), len(genres))
    hits = int(np.trace(matrix))
    return Evaluation(
        n=len(true),
        accuracy=hits / len(true),
        accuracy_ci=wilson(hits, len(true)),
        genres=tuple(genres),
        recall=_shares(matrix.diagonal(), matrix.sum(axis=1), genres),
        precision=_shares(matrix.diagonal(), matrix.sum(axis=0), genres),
        confusion=matrix.tolist(),
        ece=calibration_error(table, true),
        ece_bins=ECE_BINS,
        misclassified=[
            {
                "name": names[i],
                "true": genres[true[i]],
                "predicted": genres[int(predicted[i])],
                "probability": round(float(table[i].max()), 4),
            }
            for i in range(len(true))
            if predicted[i] != true[i]
        ],
    )


def _indices(
    names: Sequence[str],
    labels: Sequence[str],
    table: npt.NDArray[np.float64],
    genres: Sequence[str],
) -> list[int]:
    if not len(labels):
        raise ValueError("there are no clips to evaluate")
    if table.shape != (len(labels), len(genres)) or len(names) != len(labels):
        raise ValueError("names, labels and probabilities differ in length")
    if not np.allclose(table.sum(axis=1), 1.0, atol=1e-4) or (table < 0).any():
        raise ValueError("the probabilities of a clip must be at least 0 and sum to 1")
    unknown = sorted(set(labels) - set(genres))
    if unknown:
        raise ValueError(f"unknown genres: {', '.join(unknown)}")
    place = {genre: i for i, genre in enumerate(genres)}
    return [place[label] for label in labels]


def _shares(
    hits: npt.NDArray[np.int64], totals: npt.NDArray[np.int64], genres: Sequence[str]
) -> dict[str, float | None]:
    return {
        genre: float(hit / total) if total else None
        for genre, hit, total in zip(genres, hits, totals, strict=True)
    }
