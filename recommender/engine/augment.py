"""What is done to training crops so that the network hears the genre and not the recording chain.

Crops are (n, 64, 64) grids in 0–1, where 1/80 is a decibel. Every function takes its random
generator.
"""

from dataclasses import dataclass

import numpy as np

from recommender.engine.constants import BANDS, CROP_COLUMNS, TOP_DB
from recommender.engine.mel import Floats

Generator = np.random.Generator
_AXIS = np.linspace(-1.0, 1.0, BANDS)
_KNOTS = np.linspace(-1.0, 1.0, 6)


@dataclass(frozen=True, slots=True)
class Augmentation:
    """Strengths: standard deviations in decibels, and probabilities.

    tilt_db, curve_db : equaliser. low_pass, noise : shares of crops with a cut-off, with a noise
    floor.
    exchange : share whose bands' mean levels move towards another crop's, which is what MixStyle
    (Zhou et al. 2021) does inside a network. shift : share moved by up to two bands. masks : pairs
    of masks in time and frequency (SpecAugment, Park et al. 2019). mixup : Beta parameter, 0 for
    none (Zhang et al. 2018). smoothing : of the labels.
    """

    tilt_db: float = 6.0
    curve_db: float = 5.0
    low_pass: float = 0.3
    noise: float = 0.4
    exchange: float = 0.4
    shift: float = 0.3
    masks: int = 2
    mixup: float = 0.3
    smoothing: float = 0.05


def equalise(grids: Floats, rng: Generator, how: Augmentation) -> Floats:
    """Tilt, smooth curve, low-pass and noise floor, another for every item; any number of
    columns."""
    n = len(grids)
    tilt = rng.normal(0.0, how.tilt_db, (n, 1)) * _AXIS
    bends = rng.normal(0.0, how.curve_db, (n, len(_KNOTS)))
    curve = np.stack([np.interp(_AXIS, _KNOTS, bend) for bend in bends])
    gain = (tilt + curve + _low_pass(n, rng, how.low_pass)) / TOP_DB
    changed = grids + gain[:, :, None]
    # Decibels are relative to the loudest cell, so it is put back to 1 before the floor cuts in.
    changed += 1.0 - changed.max(axis=(1, 2), keepdims=True)
    floors = np.where(rng.random(n) < how.noise, rng.uniform(0.0, 0.4, n), 0.0)
    return np.maximum(changed, floors[:, None, None]).astype(np.float32)


def _low_pass(n: int, rng: Generator, share: float) -> np.ndarray:
    cut = rng.uniform(-0.2, 1.0, (n, 1))
    slope_db = rng.uniform(20.0, 160.0, (n, 1))
    loss = -slope_db * np.maximum(0.0, _AXIS - cut)
    return np.where(rng.random((n, 1)) < share, loss, 0.0)


def exchange_bands(cut: Floats, rng: Generator, share: float) -> Floats:
    """Move each chosen crop's mean level a band towards that of another crop of the batch."""
    means = cut.mean(axis=2, keepdims=True)
    weight = rng.beta(0.5, 0.5, (len(cut), 1, 1)) * (rng.random((len(cut), 1, 1)) < share)
    other = means[rng.permutation(len(cut))]
    return np.maximum(cut + weight * (other - means), 0.0).astype(np.float32)


def shift_bands(cut: Floats, rng: Generator, share: float) -> Floats:
    """Transpose some crops by one or two bands (each about 0.8 mel); edges are repeated."""
    steps = rng.integers(-2, 3, len(cut)) * (rng.random(len(cut)) < share)
    rows = np.clip(np.arange(BANDS)[None, :] + steps[:, None], 0, BANDS - 1)
    return np.take_along_axis(cut, rows[:, :, None], axis=1)


def mask(inputs: Floats, rng: Generator, pairs: int) -> Floats:
    """Blank up to 10 bands and up to 12 columns of the network's input, `pairs` times."""
    for item in inputs:
        for _ in range(pairs):
            size, start = rng.integers(0, 11), rng.integers(0, BANDS - 10)
            item[start : start + size] = 0.0
            size, start = rng.integers(0, 13), rng.integers(0, CROP_COLUMNS - 12)
            item[:, start : start + size] = 0.0
    return inputs


def mix(inputs: Floats, targets: Floats, rng: Generator, beta: float) -> tuple[Floats, Floats]:
    """Mixup: each item blended with another, and their labels likewise."""
    if not beta:
        return inputs, targets
    weight = rng.beta(beta, beta, len(inputs)).astype(np.float32)
    weight = np.maximum(weight, 1.0 - weight)
    other = rng.permutation(len(inputs))
    x = weight[:, None, None, None]
    y = weight[:, None]
    return x * inputs + (1 - x) * inputs[other], y * targets + (1 - y) * targets[other]
