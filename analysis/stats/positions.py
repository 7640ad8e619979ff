"""Ratings along a playlist: by position, by distance in genre space, by anything of a track."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

from . import exact
from .clustered import Floats
from .rows import OK, Fields, not_estimable

Codes = NDArray[np.intp]

WITHIN_PLAYLISTS = [
    "outcome",
    "x",
    "measure",
    "n_participants",
    "n_playlists",
    "n_ratings",
    "step",
    "estimate",
    "ci_low",
    "ci_high",
    "statistic",
    "df",
    "p",
    "status",
]
MEASURES = ("slope", "spearman")
# Two ratings always lie on a line.
FEWEST = 3
# Sums of products, in shares of the sum of their sizes, that are only rounding.
ROUNDING = 1e-12


def by_position(
    frame: pd.DataFrame,
    outcome: str,
    x: str = "position",
    *,
    per_sd: bool = False,
    alpha: float = 0.05,
) -> pd.DataFrame:
    """How the outcome goes with x within playlists: over participants, two rows.

    `frame` has one row a track shown, with `participant_id`, `playlist_id`, the outcome and
    x: its position, or its distance to the query song. Playlists with at least three rated tracks
    and different x count. What differs between participants or playlists, as in how high they
    rate, cancels out.

    measure   estimate
    slope     outcome points for a step of `step` in x: 1, or with `per_sd` x's SD in playlists. One
              slope for everybody, by least squares, a participant's playlists being averaged:
              slopes of single playlists whose x hardly differs are anything
    spearman  the mean over participants of their playlists' ρ, −1 to 1 (a playlist whose ratings
              are equal has none)

    Intervals hold with confidence 1 − `alpha` (a correlation's ends at ±1); both are tested by
    Student's t over participants. Where all playlists have the same x, as with positions, the slope
    is the mean of participants' slopes, with their one-sample t; else each participant's residual
    is taken as one, scaled up by as much as the slope has followed it (CR2: Bell & McCaffrey 2002,
    Survey Methodology 28:169), with as many degrees of freedom as participants tell of, less 1.

    `n_ratings` counts the ratings in the playlists used. What can't be estimated is NaN, and
    `status` says why. Raises KeyError for an unknown column.
    Source: the summary-measures approach, Matthews, Altman, Campbell & Royston (1990), BMJ
    300:230.
    """
    playlists = _playlists(frame, outcome, x)
    about = {"outcome": outcome, "x": x}
    rows = [
        {**about, "measure": "slope", **_slope(playlists, per_sd, alpha)},
        {**about, "measure": "spearman", **_mean_correlation(playlists, alpha)},
    ]
    return pd.DataFrame(rows, columns=WITHIN_PLAYLISTS)


def _playlists(frame: pd.DataFrame, outcome: str, x: str) -> pd.DataFrame:
    """A row for each playlist whose x differ: participant_id, n, Σxx, Σxy about means, spearman."""
    rows = frame[["participant_id", "playlist_id"]].assign(
        x=pd.to_numeric(frame[x]).astype(float), y=pd.to_numeric(frame[outcome]).astype(float)
    )
    rows = rows.dropna()
    playlists = rows.groupby(["participant_id", "playlist_id"])
    code, found = playlists.ngroup().to_numpy(), playlists.size().rename("n").reset_index()
    values = rows[["x", "y"]].to_numpy()
    ranks = 2 * playlists[["x", "y"]].rank().to_numpy()
    xx, xy, _ = _products(values, code, len(found))
    rank_xx, rank_xy, rank_yy = _products(ranks, code, len(found))
    spread = np.sqrt(rank_xx * rank_yy)
    spearman = np.divide(rank_xy, spread, out=np.full(len(found), np.nan), where=spread > 0)
    found = found.assign(xx=xx, xy=xy, spearman=spearman)
    return found[(found["n"] >= FEWEST) & (xx > 0)]


def _products(values: Floats, code: Codes, n: int) -> tuple[Floats, Floats, Floats]:
    """Σxx, Σxy, Σyy about the means of each group; exactly 0 where they are only rounding."""
    sizes = np.bincount(code, minlength=n)
    means = [np.bincount(code, one, n) / sizes for one in values.T]
    x, y = (one - mean[code] for one, mean in zip(values.T, means, strict=True))
    sums = []
    for one, other, least in ((x, x, means[0]), (x, y, means[0]), (y, y, means[1])):
        found = np.bincount(code, one * other, n)
        beside = np.bincount(code, np.abs(one * other), n)
        # Equal numbers are about as far from their mean as a number's last place.
        floor = sizes * np.square(least * ROUNDING) if one is other else ROUNDING * beside
        sums.append(np.where(np.abs(found) > floor, found, 0.0))
    return sums[0], sums[1], sums[2]


def _slope(playlists: pd.DataFrame, per_sd: bool, alpha: float) -> Fields:
    people = playlists.groupby("participant_id")[["xx", "xy"]].mean()
    xx, xy = people.to_numpy(dtype=np.float64).T
    about = _counts(playlists)
    if not len(people):
        return {**about, **not_estimable(NO_PLAYLIST)}
    free = (playlists["xx"] / (playlists["n"] - 1)).groupby(playlists["participant_id"]).mean()
    step = float(np.sqrt(free.mean())) if per_sd else 1.0
    slope = xy.sum() / xx.sum()
    about |= {"step": step, "estimate": slope * step}
    share, rest = xx / xx.sum(), xy - slope * xx
    df = 1 / float((share**2).sum()) - 1
    if problem := _too_few(len(people)) or _alike(rest, np.abs(xy) + np.abs(slope * xx), df):
        return {**about, **not_estimable(problem)}
    error = float(np.sqrt((rest**2 / (1 - share)).sum())) / xx.sum() * step
    t, reach = slope * step / error, float(stats.t.isf(alpha / 2, df)) * error
    found = {"ci_low": slope * step - reach, "ci_high": slope * step + reach}
    return {**about, **found, "statistic": t, "df": df, "p": 2 * stats.t.sf(abs(t), df),
            "status": OK}  # fmt: skip


def _mean_correlation(playlists: pd.DataFrame, alpha: float) -> Fields:
    used = playlists.dropna(subset=["spearman"])
    means = used.groupby("participant_id")["spearman"].mean().to_numpy(dtype=np.float64)
    about = _counts(used) | {"estimate": means.mean() if len(means) else np.nan}
    constant = "all participants are equal" if exact.constant(means) else ""
    if problem := _too_few(len(means)) or constant:
        return {**about, **not_estimable(problem)}
    test = stats.ttest_1samp(means, 0)
    low, high = np.clip(test.confidence_interval(1 - alpha), -1, 1)
    found = {"ci_low": low, "ci_high": high, "statistic": test.statistic, "df": test.df}
    return {**about, **found, "p": test.pvalue, "status": OK}


def _counts(used: pd.DataFrame) -> Fields:
    return {
        "n_participants": used["participant_id"].nunique(),
        "n_playlists": len(used),
        "n_ratings": int(used["n"].sum()),
    }


NO_PLAYLIST = "no playlist has three ratings that differ enough"


def _too_few(people: int) -> str:
    if people == 0:
        return NO_PLAYLIST
    return "only one participant has such a playlist" if people == 1 else ""


def _alike(rest: Floats, size: Floats, df: float) -> str:
    if (np.abs(rest) <= ROUNDING * size.max()).all():
        return "all participants are equal"
    return "one participant's playlists say nearly everything" if df < 1 - ROUNDING else ""
