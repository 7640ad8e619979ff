"""Descriptives and Likert distributions, with the participant as the unit.

Ratings of one participant hang together, so that no interval here counts ratings as if
they were independent people.
"""

from collections.abc import Iterable, Iterator, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from . import exact
from .bootstrap import CONFIDENCE, FEWEST, mean_intervals

Floats = NDArray[np.float64]
Places = NDArray[np.intp]

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
METHOD = "bca_bootstrap_participants"


def participant_means(frame: pd.DataFrame, outcome: str) -> Floats:
    """Each participant's mean of the outcome, without those who have no value; shape (n,)."""
    values, people, n = _values_and_people(frame, outcome)
    return _means(values, people, n, np.zeros(len(values), np.intp), 1)[0]


def _values_and_people(frame: pd.DataFrame, outcome: str) -> tuple[Floats, Places, int]:
    """As numbers; people in the order of their pseudonyms, and how many they are."""
    values = pd.to_numeric(frame[outcome]).to_numpy(dtype=np.float64, na_value=np.nan)
    people, names = pd.factorize(frame["participant_id"].astype(str), sort=True)
    return values, people, len(names)


def _means(values: Floats, people: Places, n: int, groups: Places, n_groups: int) -> list[Floats]:
    """Of each group. On arrays, as there are as many groups as tracks to be described."""
    used = ~np.isnan(values) & (groups >= 0)
    cells, whose = np.unique(groups[used] * n + people[used], return_inverse=True)
    means = exact.means(values[used], whose, len(cells))
    return np.split(means, np.searchsorted(cells, n * np.arange(1, n_groups)))[:n_groups]


Interval = tuple[float, float, str]


def mean_interval(means: Floats, *, seed: int = 1) -> Interval:
    """`intervals` of one group."""
    return intervals([means], seed=seed)[0]


def intervals(groups: Sequence[Floats], *, seed: int = 1) -> list[Interval]:
    """The 95 % interval of the mean of each group's participants' means: (low, high, method).

    Bias-corrected and accelerated bootstrap that resamples participants, 9,999 times with
    a fixed seed; groups of one size share their draws. NaN and `not_estimable: why` with fewer
    than `FEWEST` participants and for constants (for which scipy's bootstrap returns NaN).
    Source: Efron (1987), Better bootstrap confidence intervals, JASA 82:171.
    """
    found = [(np.nan, np.nan, f"not_estimable: {_not_estimable(means)}") for means in groups]
    for numbers, table in _by_size(groups):
        if len(table) < FEWEST:
            continue
        ends = mean_intervals(table, np.ones_like(table), seed=seed)
        for number, low, high in zip(numbers, *(end.tolist() for end in ends), strict=True):
            if np.isfinite([low, high]).all():
                found[number] = low, high, METHOD
    return found


def _by_size(groups: Sequence[Floats]) -> Iterator[tuple[list[int], Floats]]:
    """The numbers of groups with equally many values, and their values side by side (n, groups)."""
    by_size: dict[int, list[int]] = {}
    for number, values in enumerate(groups):
        by_size.setdefault(len(values), []).append(number)
    for numbers in by_size.values():
        yield numbers, np.column_stack([groups[number] for number in numbers])


def _not_estimable(means: Floats) -> str:
    if len(means) < 2:
        return "one participant" if len(means) else "no ratings"
    if exact.constant(means):
        return "all participants' means equal"
    if len(means) < FEWEST:
        return f"fewer than {FEWEST} participants"
    return "the bootstrap distribution is degenerate"


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
    values, people, n = _values_and_people(frame, outcome)
    names, groups = _groups(frame, group_by, levels)
    means = _means(values, people, n, groups, len(names))
    missing = np.isnan(values) & (groups >= 0)
    rows = {
        "outcome": name or outcome,
        "group_by": group_by or ALL,
        "level": [str(one) for one in names],
        **_summary(means),
        "n_ratings": np.bincount(groups[~missing & (groups >= 0)], minlength=len(names)),
        "n_missing": np.bincount(groups[missing], minlength=len(names)),
    }
    ends = pd.DataFrame(intervals(means, seed=seed), columns=["ci_low", "ci_high", "ci_method"])
    table = pd.DataFrame(rows).join(ends)[DESCRIPTIVES]
    for number in np.flatnonzero(table["ci_method"].str.endswith("means equal")):
        if exact.constant(values[(groups == number) & ~missing]):
            table.loc[number, "ci_method"] = "not_estimable: all ratings equal"
    return table


def _groups(
    frame: pd.DataFrame, column: str | None, levels: Iterable[object] | None
) -> tuple[list[object], Places]:
    """The levels, and which of them each row is of; −1 for none."""
    if column is None:
        return [ALL], np.zeros(len(frame), np.intp)
    if levels is None:
        codes, found = pd.factorize(frame[column], sort=True)
        return list(found), codes
    names = list(levels)
    return names, pd.Index(names).get_indexer(frame[column])


def _summary(groups: Sequence[Floats]) -> dict[str, Floats]:
    """How many values, their mean, SD and quartiles, for each group."""
    found = {name: np.full(len(groups), np.nan) for name in ("mean", "sd", "q1", "median", "q3")}
    for numbers, table in _by_size(groups):
        if len(table):
            found["mean"][numbers] = table.mean(axis=0)
            quartiles = np.quantile(table, [0.25, 0.5, 0.75], axis=0)
            for name, values in zip(("q1", "median", "q3"), quartiles, strict=True):
                found[name][numbers] = values
        if len(table) > 1:
            found["sd"][numbers] = table.std(axis=0, ddof=1)
    return {"n_participants": np.array([len(one) for one in groups]), **found}


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
