"""Ratings along a playlist: by position, by distance in genre space, by anything of a track."""

import numpy as np
import pandas as pd
from scipy import stats

from .clustered import TINY, Floats
from .rows import OK, Fields, not_estimable

WITHIN_PLAYLISTS = [
    "outcome",
    "x",
    "measure",
    "n_participants",
    "n_playlists",
    "n_ratings",
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


def by_position(
    frame: pd.DataFrame, outcome: str, x: str = "position", *, alpha: float = 0.05
) -> pd.DataFrame:
    """How the outcome goes with x within playlists: the mean over participants, two rows.

    `frame` has one row a track shown, with `participant_id`, `playlist_id`, the outcome and
    x: its position, or its distance to the query song. Each playlist with at least three
    rated tracks and different x gives a `slope` (least squares, outcome points for a step of
    1 in x) and a `spearman` (−1 to 1; none when all its ratings are equal). A participant's
    playlists are averaged; the estimate is the mean of participants, with Student's interval
    (confidence 1 − `alpha`; a correlation's ends at ±1) and one-sample t over participants (df =
    participants − 1). What differs between participants or playlists, as in how high they rate,
    cancels out.

    `n_ratings` counts the ratings in the playlists used. What can't be estimated is NaN, and
    `status` says why. Raises KeyError for an unknown column.
    Source: the summary-measures approach, Matthews, Altman, Campbell & Royston (1990), BMJ
    300:230.
    """
    playlists = _playlists(frame, outcome, x)
    rows = [
        {"outcome": outcome, "x": x, "measure": name, **_summary(playlists, name, alpha)}
        for name in MEASURES
    ]
    return pd.DataFrame(rows, columns=WITHIN_PLAYLISTS)


def _playlists(frame: pd.DataFrame, outcome: str, x: str) -> pd.DataFrame:
    """A row for each playlist: participant_id, n, slope, spearman."""
    rows = frame[["participant_id", "playlist_id"]].assign(
        x=pd.to_numeric(frame[x]).astype(float), y=pd.to_numeric(frame[outcome]).astype(float)
    )
    found = [
        (str(person), len(group), *_along(group["x"].to_numpy(), group["y"].to_numpy()))
        for (person, _), group in rows.dropna().groupby(["participant_id", "playlist_id"])
    ]
    return pd.DataFrame(found, columns=["participant_id", "n", *MEASURES])


def _along(x: Floats, y: Floats) -> tuple[float, float]:
    if len(x) < FEWEST or np.ptp(x) == 0:
        return np.nan, np.nan
    apart = x - x.mean()
    slope = float(apart @ y / (apart @ apart))
    if np.ptp(y) == 0:
        return 0.0, np.nan
    return slope, float(np.corrcoef(stats.rankdata(x), stats.rankdata(y))[0, 1])


def _summary(playlists: pd.DataFrame, measure: str, alpha: float) -> Fields:
    used = playlists.dropna(subset=[measure])
    means = used.groupby("participant_id")[measure].mean().to_numpy(dtype=np.float64)
    about: Fields = {
        "n_participants": len(means),
        "n_playlists": len(used),
        "n_ratings": int(used["n"].sum()),
        "estimate": means.mean() if len(means) else np.nan,
    }
    if problem := _problem(means):
        return {**about, **not_estimable(problem)}
    test = stats.ttest_1samp(means, 0)
    low, high = test.confidence_interval(1 - alpha)
    if measure == "spearman":
        low, high = np.clip((low, high), -1, 1)
    found = {"ci_low": low, "ci_high": high, "statistic": test.statistic, "df": test.df}
    return {**about, **found, "p": test.pvalue, "status": OK}


def _problem(means: Floats) -> str:
    if len(means) == 0:
        return "no playlist has three ratings that differ enough"
    if len(means) == 1:
        return "only one participant has such a playlist"
    return "all participants are equal" if np.ptp(means) < TINY else ""
