"""How good a classifier is: figures from labels and probabilities. No network and no files here."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from recommender.engine.calibration import (
    ECE_BINS,
    Bin,
    Expected,
    calibration_error,
    expected_error,
    reliability,
)
from recommender.engine.intervals import wilson


@dataclass(frozen=True, slots=True)
class Evaluation:
    """accuracy_ci, recall_ci, precision_ci : Wilson 95 %. recall, precision : by genre, None where
    undefined (no such clip, no such answer). clips, answers : by genre, what recall and precision
    are shares of. confusion[true][predicted] : counts in the order of `genres`. ece : see
    `calibration_error`, with its bins and what perfect calibration would show. misclassified :
    name, true and predicted genre, and its probability."""

    n: int
    accuracy: float
    accuracy_ci: tuple[float, float]
    genres: tuple[str, ...]
    clips: dict[str, int]
    answers: dict[str, int]
    recall: dict[str, float | None]
    recall_ci: dict[str, tuple[float, float] | None]
    precision: dict[str, float | None]
    precision_ci: dict[str, tuple[float, float] | None]
    confusion: list[list[int]]
    ece: float
    ece_bins: int
    ece_if_calibrated: Expected
    reliability: list[Bin]
    misclassified: list[dict[str, Any]]


def confusion_matrix(
    true: Sequence[int], predicted: Sequence[int], k: int
) -> npt.NDArray[np.int64]:
    """Counts (k, k): rows are true classes, columns predicted ones."""
    matrix = np.zeros((k, k), dtype=np.int64)
    np.add.at(matrix, (np.asarray(true, dtype=int), np.asarray(predicted, dtype=int)), 1)
    return matrix


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
    right, clips, answers = matrix.diagonal(), matrix.sum(axis=1), matrix.sum(axis=0)
    hits = int(right.sum())
    return Evaluation(
        n=len(true),
        accuracy=hits / len(true),
        accuracy_ci=wilson(hits, len(true)),
        genres=tuple(genres),
        clips=dict(zip(genres, clips.tolist(), strict=True)),
        answers=dict(zip(genres, answers.tolist(), strict=True)),
        recall=_shares(right, clips, genres),
        recall_ci=_intervals(right, clips, genres),
        precision=_shares(right, answers, genres),
        precision_ci=_intervals(right, answers, genres),
        confusion=matrix.tolist(),
        ece=calibration_error(table, true),
        ece_bins=ECE_BINS,
        ece_if_calibrated=expected_error(table),
        reliability=reliability(table, true),
        misclassified=_misclassified(names, true, table, genres),
    )


def _misclassified(
    names: Sequence[str],
    true: Sequence[int],
    table: npt.NDArray[np.float64],
    genres: Sequence[str],
) -> list[dict[str, Any]]:
    predicted = table.argmax(axis=1)
    return [
        {
            "name": names[i],
            "true": genres[true[i]],
            "predicted": genres[int(predicted[i])],
            "probability": round(float(table[i].max()), 4),
        }
        for i in range(len(true))
        if predicted[i] != true[i]
    ]


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


def _intervals(
    hits: npt.NDArray[np.int64], totals: npt.NDArray[np.int64], genres: Sequence[str]
) -> dict[str, tuple[float, float] | None]:
    return {
        genre: wilson(int(hit), int(total)) if total else None
        for genre, hit, total in zip(genres, hits, totals, strict=True)
    }
