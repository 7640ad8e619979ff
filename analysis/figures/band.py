"""A straight line through points of several participants, and how sure one can be of it."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.stats.bootstrap import CONFIDENCE, Floats

RESAMPLES = 2000


@dataclass(frozen=True, slots=True, eq=False)
class Line:
    """y, low and high at the places x; low and high are NaN where there is no band."""

    x: Floats
    y: Floats
    low: Floats
    high: Floats


def line_with_band(frame: pd.DataFrame, x: str, y: str, *, seed: int = 1) -> Line | None:
    """The least-squares line of y on x with its pointwise 95 % band, at 50 places from end to end.

    `frame` has one row a playlist without missing values, with participant_id. The band is the
    percentile interval of a bootstrap that resamples participants with all of their playlists
    (Davison & Hinkley 1997, Bootstrap methods and their application, 3.8), 2,000 times; resamples
    in which x does not vary are left out. All resamples at once: a line needs only sums over
    participants. None when x does not vary; no band with fewer than three participants.
    """
    centre = float(frame[x].mean()) if len(frame) else 0.0
    sums = _sums(frame["participant_id"], frame[x] - centre, frame[y])
    everybody = _lines(sums.sum(axis=0, keepdims=True))
    if not np.isfinite(everybody).all():
        return None
    at = np.linspace(frame[x].min(), frame[x].max(), 50)
    fitted = _at(everybody, at - centre)[0]
    if len(sums) < 3:
        return Line(at, fitted, *np.full((2, len(at)), np.nan))
    rng = np.random.default_rng(seed)
    drawn = rng.multinomial(len(sums), np.full(len(sums), 1 / len(sums)), size=RESAMPLES)
    lines = _lines(drawn @ sums)
    tails = (1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2
    low, high = np.quantile(_at(lines[np.isfinite(lines).all(axis=1)], at - centre), tails, axis=0)
    return Line(at, fitted, low, high)


def _sums(participants: pd.Series, x: pd.Series, y: pd.Series) -> Floats:
    """Of each participant: n, Σx, Σy, Σx², Σxy; shape (participants, 5)."""
    columns = {"n": 1.0, "x": x, "y": y, "xx": x**2, "xy": x * y}
    summed = pd.DataFrame(columns, index=x.index).groupby(participants.astype(str)).sum()
    return summed.to_numpy(dtype=np.float64)


def _lines(sums: Floats) -> Floats:
    """Slopes and intercepts (lines, 2) from sums (lines, 5); NaN where x does not vary."""
    n, x, y, xx, xy = sums.T
    variation = n * xx - x**2
    with np.errstate(divide="ignore", invalid="ignore"):
        slope = np.where(variation > 1e-12 * np.maximum(n * xx, 1e-300), (n * xy - x * y), np.nan)
        slope = slope / variation
        return np.stack([slope, (y - slope * x) / n], axis=1)


def _at(lines: Floats, x: Floats) -> Floats:
    return lines[:, :1] * x + lines[:, 1:]
