"""A compact fingerprint of a recording, to recognise the same recording in another file."""

import numpy as np
import numpy.typing as npt

from recommender.engine.constants import FINGERPRINT_BANDS, FINGERPRINT_COLUMNS
from recommender.engine.mel import log_mel

Bytes = npt.NDArray[np.uint8]

# Bands above 8 kHz are where codecs at low bit rates differ.
_LOWER_BANDS = 96
_STEPS_PER_DB = 4.0
_MIDDLE = 128.0

SAME_RECORDING = 0.9


def fingerprint(samples: npt.ArrayLike, sample_rate: int) -> Bytes:
    """How loud 16 bands get over 32 parts of the clip, each band against its own mean.

    Level and static equalisation drop out; the course of the music stays.

    Parameters
    ----------
    samples : (n,) mono, the first 30 s of the recording. sample_rate : Hz.

    Returns
    -------
    (512,) uint8: quarter decibels around 128, never all zero.

    Raises what `log_mel` raises.
    """
    levels = log_mel(samples, sample_rate)[:_LOWER_BANDS]
    bands = levels.reshape(FINGERPRINT_BANDS, -1, levels.shape[1]).mean(axis=1)
    starts = np.linspace(0, bands.shape[1], FINGERPRINT_COLUMNS, endpoint=False).astype(int)
    counts = np.diff(np.append(starts, bands.shape[1]))
    grid = np.add.reduceat(bands, starts, axis=1) / np.maximum(counts, 1)
    course = grid - grid.mean(axis=1, keepdims=True)
    steps = np.rint(course * _STEPS_PER_DB + _MIDDLE)
    return np.clip(steps, 1, 255).astype(np.uint8).reshape(-1)


def similarity(one: Bytes, other: Bytes) -> float:
    """Pearson correlation of two fingerprints, -1 to 1; 0 where one is unknown (zeros) or flat."""
    if not one.any() or not other.any():
        return 0.0
    a, b = one.astype(np.float64) - _MIDDLE, other.astype(np.float64) - _MIDDLE
    scale = float(np.sqrt((a @ a) * (b @ b)))
    return float(a @ b) / scale if scale else 0.0


def duplicates(one: Bytes, other: Bytes) -> bool:
    """Whether two fingerprints are of the same recording."""
    return similarity(one, other) >= SAME_RECORDING
