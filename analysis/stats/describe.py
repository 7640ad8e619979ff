"""Descriptives and Likert distributions, with the participant as the unit.

Ratings of one participant hang together, so that no interval here counts ratings as if
they were independent people.
"""

import warnings
from collections.abc import Iterable, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

Floats = NDArray[np.float64]
Places = NDArray[np.intp]

CONFIDENCE = 0.95
RESAMPLES = 9999
# Resampled values held in memory at once: 40 MB.
BATCH = 5_000_000

DESCRIPTIVES = [
    "outcome",
    "group_by",
    "level",
    "n_participants",
    "n_ratings",
    "mean",
    "sd",
    "median",
    "q1",
    "q3",
    "ci_low",
    "ci_high",
    "ci_method",
    "n_missing",
]
LIKERT = ["outcome", "condition", "category", "count", "share", "ci_low", "ci_high"]
ALL = "all"


def participant_means(frame: pd.DataFrame, outcome: str) -> Floats:
    """Each participant's mean of the outcome, without those who have no value; shape (n,)."""
    return _means(*_values_and_people(frame, outcome))


def _values_and_people(frame: pd.DataFrame, outcome: str) -> tuple[Floats, Places]:
    """As numbers; people in the order of their pseudonyms."""
    values = pd.to_numeric(frame[outcome]).to_numpy(dtype=np.float64, na_value=np.nan)
    people, _ = pd.factorize(frame["participant_id"].astype(str), sort=True)
    return values, people


def _means(values: Floats, people: Places) -> Floats:
    """On arrays, as there are as many groups as tracks to be described."""
    given = ~np.isnan(values)
    _, whose, n_each = np.unique(people[given], return_inverse=True, return_counts=True)
    means: Floats = np.bincount(whose, values[given], len(n_each)) / n_each
    return means


def mean_interval(means: Floats, *, seed: int = 1) -> tuple[float, float, str]:
    """The 95 % interval of the mean of participants' means: (low, high, method).

    Bias-corrected and accelerated bootstrap that resamples participants, 9,999 times with
    a fixed seed. NaN and `not_estimable: why` with fewer than two participants and for
    constants (for which scipy's bootstrap returns NaN).
    Source: Efron (1987), Better bootstrap confidence intervals, JASA 82:171.
    """
    if reason := _not_estimable(means):
        return np.nan, np.nan, f"not_estimable: {reason}"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", stats.DegenerateDataWarning)
        low, high = stats.bootstrap(
            (means,),
            np.mean,
            confidence_level=CONFIDENCE,
            n_resamples=RESAMPLES,
            batch=max(BATCH // len(means), 1),
            method="BCa",
            random_state=np.random.default_rng(seed),
        ).confidence_interval
    if not np.isfinite([low, high]).all():
        return np.nan, np.nan, "not_estimable: the bootstrap distribution is degenerate"
    return float(low), float(high), "bca_bootstrap_participants"


def _not_estimable(means: Floats) -> str:
    if len(means) == 0:
        return "no ratings"
    if len(means) == 1:
        return "one participant"
    return "all participants' means equal" if np.ptp(means) < 1e-12 else ""


def describe(
    frame: pd.DataFrame,
    outcome: str,
    *,
    name: str | None = None,
    group_by: str | None = None,
    levels: Iterable[object] | None = None,
    seed: int = 1,
) -> pd.DataFrame:
    """One row of `DESCRIPTIVES` for each level of a group, or one for all.

    `frame` has one row a rating, with `participant_id`, the outcome (NaN = missing) and
    the grouping column. The estimate is the mean of participants' means: every participant
    counts once, however many ratings they gave, so `mean` answers "what would a typical
    participant say" and is the number that tests between participants compare. `sd`
    (n − 1), `median`, `q1` and `q3` (linear interpolation) are of the same participants'
    means, and the interval is that of `mean`. All are in the outcome's unit.

    `levels` adds rows for groups nobody is in. Missing outcomes are left out and counted in
    `n_missing`. What can't be estimated is NaN. Raises KeyError for an unknown column.
    """
    label, column = name or outcome, group_by
    values, people = _values_and_people(frame, outcome)
    rows = [
        {"outcome": label, "group_by": column or ALL, "level": str(level), **_row(*group, seed)}
        for level, at in _groups(frame, column, levels)
        for group in [(values[at], people[at])]
    ]
    return pd.DataFrame(rows, columns=DESCRIPTIVES)


def _groups(
    frame: pd.DataFrame, column: str | None, levels: Iterable[object] | None
) -> list[tuple[object, Places]]:
    """The places of each level's rows."""
    if column is None:
        return [(ALL, np.arange(len(frame)))]
    found = frame.groupby(column).indices
    nowhere = np.array([], dtype=np.intp)
    return [(one, found.get(one, nowhere)) for one in (sorted(found) if levels is None else levels)]


def _row(values: Floats, people: Places, seed: int) -> dict[str, object]:
    means, given = _means(values, people), ~np.isnan(values)
    low, high, method = mean_interval(means, seed=seed)
    if method.endswith("means equal") and np.ptp(values[given]) == 0:
        method = "not_estimable: all ratings equal"
    q1, median, q3 = np.quantile(means, [0.25, 0.5, 0.75]) if len(means) else [np.nan] * 3
    return {
        "n_participants": len(means),
        "n_ratings": int(given.sum()),
        "mean": means.mean() if len(means) else np.nan,
        "sd": means.std(ddof=1) if len(means) > 1 else np.nan,
        "median": median,
        "q1": q1,
        "q3": q3,
        "ci_low": low,
        "ci_high": high,
        "ci_method": method,
        "n_missing": int((~given).sum()),
    }


def likert_distribution(
    frame: pd.DataFrame,
    outcome: str,
    *,
    points: int,
    name: str | None = None,
    conditions: Sequence[str] | None = None,
) -> pd.DataFrame:
    """How often each point of a scale was chosen: one row of `LIKERT` a condition and point.

    `frame` has `participant_id`, `condition` and the outcome in 1 … `points`. `share` =
    count / ratings given in the condition, 0–1, with a 95 % Wilson interval on
    `effective_ratings`. Without a rating, share and interval are NaN.
    Sources: Wilson (1927), JASA 22:209; Newcombe (1998), Stat. Med. 17:857.
    """
    wanted = conditions if conditions is not None else sorted(frame["condition"].dropna().unique())
    rows = [
        {
            "outcome": name or outcome,
            "condition": condition,
            "category": category,
            **share(group, group[outcome] == category),
        }
        for condition in wanted
        for group in [frame[(frame["condition"] == condition) & frame[outcome].notna()]]
        for category in range(1, points + 1)
    ]
    return pd.DataFrame(rows, columns=LIKERT)


def share(group: pd.DataFrame, chosen: pd.Series) -> dict[str, object]:
    """count, share and its 95 % Wilson interval on `effective_ratings`; NaN without a row."""
    from statsmodels.stats.proportion import proportion_confint

    count, n = int(chosen.sum()), len(group)
    if n == 0:
        return {"count": 0, "share": np.nan, "ci_low": np.nan, "ci_high": np.nan}
    part, size = count / n, effective_ratings(chosen, group["participant_id"])
    low, high = proportion_confint(part * size, size, alpha=1 - CONFIDENCE, method="wilson")
    return {"count": count, "share": part, "ci_low": max(low, 0.0), "ci_high": min(high, 1.0)}


def effective_ratings(chosen: pd.Series, participants: pd.Series) -> float:
    """How many independent ratings these clustered ones are worth, for one share.

    n / deff, where deff compares the variance of the share between participants with the
    one of independent ratings; kept between the number of participants and of ratings.
    With one rating a participant it is exactly n; with one participant, or when the share
    is 0 or 1 and deff can't be estimated, the number of participants.
    Source: Rao & Scott (1992), A simple method for the analysis of clustered binary data,
    Biometrics 48:577.
    """
    groups = chosen.astype(float).groupby(participants.astype(str))
    hits, sizes = groups.sum().to_numpy(), groups.size().to_numpy()
    n, people, share = sizes.sum(), len(sizes), hits.sum() / sizes.sum()
    if people < 2 or share in (0, 1):
        return float(people)
    variance = people / (people - 1) * ((hits - share * sizes) ** 2).sum() / n**2
    independent = share * (1 - share) / n
    return float(np.clip(n * independent / variance, people, n)) if variance > 0 else float(n)
