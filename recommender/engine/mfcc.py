"""MFCC statistics of a recording: the classic description of timbre, without a network."""

from functools import lru_cache

import numpy as np

from recommender.engine.constants import N_MELS
from recommender.engine.mel import Doubles, Floats

COEFFICIENTS = 20


@lru_cache(maxsize=1)
def cosines() -> Doubles:
    """The first rows of the orthonormal DCT-II over the bands, (20, 128)."""
    k, n = np.arange(COEFFICIENTS)[:, None], np.arange(N_MELS)[None, :]
    basis: Doubles = np.sqrt(2.0 / N_MELS) * np.cos(np.pi * k * (2 * n + 1) / (2 * N_MELS))
    basis[0] /= np.sqrt(2.0)
    return basis


def mfcc_statistics(levels: Floats) -> Floats:
    """Means, then standard deviations, of 20 mel-frequency cepstral coefficients over time.

    The coefficients are librosa 0.11's `mfcc` (DCT-II, orthonormal, of the log-mel-spectrogram), as
    Logan (2000, "Mel frequency cepstral coefficients for music modeling") brought them to music;
    one mean and deviation each are the timbral features of Tzanetakis & Cook (2002, "Musical genre
    classification of audio signals"), who take 5 of them over texture windows.

    levels : (128, frames) dB, `log_mel` of the first 30 s.

    Returns
    -------
    (40,) float32, in dB·√bands: the first is 11 times the mean level below the loudest cell.
    """
    course = cosines() @ levels.astype(np.float64)
    return np.concatenate([course.mean(axis=1), course.std(axis=1)]).astype(np.float32)
