"""Participants' means by condition, and what makes them too poor to compare, in words."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from . import exact
from .effects import Floats


def means_by_condition(
    frame: pd.DataFrame, outcome: str, conditions: Sequence[str]
) -> pd.DataFrame:
    """Each participant's mean in each condition: participants × conditions, NaN without a value.

    Equal means are equal floats (`exact.means`).

    `frame` has `participant_id`, `condition` and the outcome, with any number of rows for a
    participant and condition. Participants with no row in these conditions are not there.
    Raises KeyError for an unknown column.
    """
    rows = frame[frame["condition"].isin(list(conditions))]
    values = pd.to_numeric(rows[outcome]).to_numpy(dtype=np.float64, na_value=np.nan)
    people, names = pd.factorize(rows["participant_id"].astype(str), sort=True)
    given, k = ~np.isnan(values), len(conditions)
    cells = people * k + pd.Index(conditions).get_indexer(rows["condition"])
    means = exact.means(values[given], cells[given], len(names) * k).reshape(len(names), k)
    index = pd.Index(names, name="participant_id")
    return pd.DataFrame(means, index, pd.Index(conditions, name="condition"))


def too_few(groups: Sequence[Floats], names: Sequence[str]) -> str:
    """Why groups can't be compared: fewer than two values in one, or all equal; else ""."""
    for values, name in zip(groups, names, strict=True):
        if len(values) == 0:
            return f"no participant has a value in {name}"
        if len(values) == 1:
            return f"only one participant has a value in {name}"
    return "all participants' means are equal" if exact.constant(np.concatenate(groups)) else ""


def not_apart(means: pd.DataFrame) -> str:
    """Why groups aren't independent: how many participants are in several; else ""."""
    several = int((means.notna().sum(axis=1) > 1).sum())
    who = "one participant has" if several == 1 else f"{several} participants have"
    return f"{who} values in several conditions, compare within" if several else ""


def too_few_complete(complete: pd.DataFrame) -> str:
    """Why participants can't be compared with themselves: fewer than two; else ""."""
    every = "both conditions" if complete.shape[1] == 2 else "every condition"
    if len(complete) == 0:
        return f"no participant has a value in {every}"
    if len(complete) == 1:
        return f"only one participant has a value in {every}"
    return ""
