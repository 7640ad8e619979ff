"""The network's input: spectrograms of any origin on one grid of 64 bands and 0.234-s columns.

The training data exist only as images with one sampled column each 0.234 s; so audio is sampled the
same way, at several phases, and predictions are averaged over the phases.
"""

from functools import lru_cache

import numpy as np
import numpy.typing as npt

from recommender.engine.constants import (
    BANDS,
    COLUMN_SECONDS,
    COLUMNS,
    CROP_COLUMNS,
    HOP,
    N_MELS,
    PHASES,
    SAMPLE_RATE,
    TOP_DB,
    TOP_HZ,
)
from recommender.engine.mel import Doubles, Floats, hz_to_mel

_SPREAD_FLOOR = 0.02  # of the 80-dB range: a crop flatter than this is not blown up


@lru_cache(maxsize=4)
def band_weights(top_hz: float) -> Doubles:
    """Weights (BANDS, N_MELS) that bring bands up to `top_hz` to the network's: overlapping
    triangles of equal width in mel, as wide as the coarser of both grids, so no band is skipped."""
    spacing = float(hz_to_mel(top_hz)) / (N_MELS + 1)
    source = np.arange(1, N_MELS + 1) * spacing
    width = float(hz_to_mel(TOP_HZ)) / BANDS
    target = (np.arange(BANDS) + 0.5) * width
    gaps = np.abs(target[:, None] - source[None, :])
    triangles = np.maximum(0.0, 1.0 - gaps / max(width, spacing))
    weights: Doubles = triangles / triangles.sum(axis=1, keepdims=True)
    return weights


def from_image(image: npt.NDArray[np.uint8], top_hz: float) -> Floats:
    """An archived spectrogram image on the grid.

    Parameters
    ----------
    image : (128, T) uint8, value / 255 is decibels from the quietest (0) to the loudest (1), T a
        multiple of 128 columns over 30 s. top_hz : upper edge of the bands.

    Returns
    -------
    (T / 128, 64, 128) float32 in 0–1: one grid for each phase of sampling.
    """
    if image.shape[0] != N_MELS or image.shape[1] % COLUMNS:
        raise ValueError(f"a spectrogram image must be 128 × a multiple of 128, not {image.shape}")
    grid = band_weights(top_hz) @ (image / 255.0)
    return grid.reshape(BANDS, COLUMNS, -1).transpose(2, 0, 1).astype(np.float32)


def from_levels(levels: Floats) -> Floats:
    """A log-mel-spectrogram on the grid.

    levels : (128, frames) dB in [-80, 0], as `log_mel` gives them.

    Returns
    -------
    (4, 64, columns) float32 in 0–1, columns = 128 for 30 s and fewer for less.
    """
    frames = levels.shape[1]
    step = COLUMN_SECONDS * SAMPLE_RATE / HOP
    columns = int(np.clip(round(frames / step), 1, COLUMNS))
    phases = (np.arange(PHASES)[:, None] + 0.5) / PHASES
    at = np.rint((np.arange(columns)[None, :] + phases) * step).astype(int)
    sampled = 1.0 + levels[:, np.minimum(at, frames - 1).ravel()] / TOP_DB
    grid = band_weights(SAMPLE_RATE / 2) @ sampled
    return grid.reshape(BANDS, PHASES, columns).transpose(1, 0, 2).astype(np.float32)


def crops(grids: Floats) -> Floats:
    """Three overlapping 15-s crops of every phase: (n, 64, 64). Shorter clips are repeated to 15
    s."""
    columns = grids.shape[2]
    if columns < CROP_COLUMNS:
        grids = grids[:, :, np.arange(CROP_COLUMNS) % columns]
        columns = CROP_COLUMNS
    starts = sorted({0, (columns - CROP_COLUMNS) // 2, columns - CROP_COLUMNS})
    return np.concatenate([grids[:, :, start : start + CROP_COLUMNS] for start in starts])


def channels(cut: Floats) -> Floats:
    """Crops (n, 64, 64) as the network's input (n, 64, 64, 2).

    The first channel is standardised over the crop: timbre. In the second each band's mean over
    time is removed, so an equaliser cannot be seen in it: movement.
    """
    both = np.empty((*cut.shape, 2), np.float32)
    for channel, removed in enumerate(((1, 2), (2,))):
        part = cut - cut.mean(axis=removed, keepdims=True)
        # The mean is zero, so this is the standard deviation.
        spread = np.sqrt(np.square(part).mean(axis=(1, 2), keepdims=True))
        np.divide(part, np.maximum(spread, _SPREAD_FLOOR), out=both[..., channel])
    return both
