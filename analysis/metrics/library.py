"""Metrics on the library: how rare what a playlist shows is, and how much of it is shown."""

import math
from collections.abc import Collection

import numpy as np
from numpy.typing import ArrayLike

from .space import Floats


def novelty(listens: ArrayLike, total: int, n_library: int) -> float:
    """Mean −log₂ of the tracks' shares of all listens, add-one smoothed, in bits, ≥ 0.

    A track's share is (listens + 1) / (total + n_library); `listens` has shape (n,). NaN
    without a track. Raises ValueError for negative counts or more listens than `total`.
    Source: Zhou et al. (2010), PNAS 107:4511; Castells, Vargas & Wang (2011), DiveRS.
    """
    heard = np.asarray(listens, dtype=np.float64)
    if (heard < 0).any() or heard.sum() > total or len(heard) > n_library:
        raise ValueError("listens must be counts of tracks of the library, at most the total")
    return float(novelties(heard[None], total, n_library)[0])


def novelties(listens: Floats, total: int, n_library: int) -> Floats:
    """Of many playlists of equal length, (playlists, n), whose counts are taken as checked."""
    if not listens.shape[-1]:
        return np.full(len(listens), np.nan)
    shares = (listens + 1) / (total + n_library)
    return -np.log2(shares).mean(axis=-1)


def coverage(shown: Collection[int], n_library: int) -> float:
    """Distinct tracks shown / tracks in the library: 0–1, no unit. NaN without a library.

    Raises ValueError when more tracks were shown than there are. Source: Ge,
    Delgado-Battenfeld & Jannach (2010), Beyond accuracy, RecSys (catalogue coverage).
    """
    distinct = len(set(shown))
    if distinct > n_library:
        raise ValueError(f"{distinct} tracks shown, but the library has {n_library}")
    return distinct / n_library if n_library else math.nan
