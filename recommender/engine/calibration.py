"""Whether probabilities mean what they say: bins, calibration error, and what chance alone gives.

Of a clip's probabilities only the highest counts here (its confidence), as in Guo et al. 2017.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from recommender.engine.intervals import wilson

ECE_BINS = 10
DRAWS = 1_000
_SEED = 20_200


@dataclass(frozen=True, slots=True)
class Bin:
    """Clips with a confidence in (low, high]. confidence, accuracy : means, None without clips.
    accuracy_ci : Wilson 95 %."""

    low: float
    high: float
    n: int
    confidence: float | None
    accuracy: float | None
    accuracy_ci: tuple[float, float] | None


@dataclass(frozen=True, slots=True)
class Expected:
    """The calibration error that a perfectly calibrated model would show with these confidences at
    this n. mean; interval : its 2.5th and 97.5th percentile over the draws."""

    mean: float
    interval: tuple[float, float]
    draws: int
    seed: int


def calibration_error(
    probabilities: npt.NDArray[Any], true: Sequence[int], bins: int = ECE_BINS
) -> float:
    """Expected calibration error (Naeini et al. 2015; Guo et al. 2017): Σ (n_b / n)·|accuracy_b −
    confidence_b| over equal-width bins of the highest probability, (0, .1], (.1, .2] … (.9, 1].

    probabilities (n, K) with rows that sum to 1. 0 is perfect. Raises ValueError if n = 0.
    """
    confidence, correct = _confidence(probabilities, true)
    return _error(confidence, correct, _bin_of(confidence, bins), bins)


def expected_error(
    probabilities: npt.NDArray[Any], bins: int = ECE_BINS, draws: int = DRAWS, seed: int = _SEED
) -> Expected:
    """`calibration_error` when the labels are drawn from the probabilities themselves: it is never
    0 at a finite n (Bröcker & Smith 2007, "Increasing the reliability of reliability diagrams").

    probabilities (n, K) with rows that sum to 1. Raises ValueError if n = 0.
    """
    confidence, _ = _confidence(probabilities, [0] * len(probabilities))
    at = _bin_of(confidence, bins)
    rng = np.random.default_rng(seed)
    # The answer is right with just its own probability, so the other labels need no drawing.
    errors = [
        _error(confidence, rng.random(len(confidence)) < confidence, at, bins) for _ in range(draws)
    ]
    low, high = np.percentile(errors, [2.5, 97.5])
    return Expected(float(np.mean(errors)), (float(low), float(high)), draws, seed)


def reliability(
    probabilities: npt.NDArray[Any], true: Sequence[int], bins: int = ECE_BINS
) -> list[Bin]:
    """The bins of `calibration_error`, for a reliability diagram (DeGroot & Fienberg 1983).

    probabilities (n, K) with rows that sum to 1. Raises ValueError if n = 0.
    """
    confidence, correct = _confidence(probabilities, true)
    at = _bin_of(confidence, bins)
    return [_bin(i, bins, confidence[at == i], correct[at == i]) for i in range(bins)]


def _bin(i: int, bins: int, confidence: npt.NDArray[Any], correct: npt.NDArray[Any]) -> Bin:
    n = len(confidence)
    edges = (i / bins, (i + 1) / bins)
    if not n:
        return Bin(*edges, 0, None, None, None)
    hits = int(correct.sum())
    return Bin(*edges, n, float(confidence.mean()), hits / n, wilson(hits, n))


def _confidence(
    probabilities: npt.NDArray[Any], true: Sequence[int]
) -> tuple[npt.NDArray[Any], npt.NDArray[np.bool_]]:
    if not len(probabilities):
        raise ValueError("calibration needs at least one clip")
    return probabilities.max(axis=1), probabilities.argmax(axis=1) == np.asarray(true)


def _bin_of(confidence: npt.NDArray[Any], bins: int) -> npt.NDArray[np.int64]:
    # The tiny step back keeps a rounded .3 in (.2, .3], whatever its last bit.
    return np.clip(np.ceil(confidence * bins - 1e-6).astype(np.int64) - 1, 0, bins - 1)


def _error(
    confidence: npt.NDArray[Any],
    correct: npt.NDArray[np.bool_],
    at: npt.NDArray[np.int64],
    bins: int,
) -> float:
    gaps = np.bincount(at, weights=correct - confidence, minlength=bins)
    return float(np.abs(gaps).sum() / len(confidence))
