"""Participants' means by condition, and what makes them too poor to compare, in words."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from .effects import DECIMALS, Floats


def means_by_condition(
    frame: pd.DataFrame, outcome: str, conditions: Sequence[str]
) -> pd.DataFrame:
    """Each participant's mean in each condition: participants × conditions, NaN without a value.

    `frame` has `participant_id`, `condition` and the outcome, with any number of rows for a
    participant and condition. Participants with no row in these conditions are not there.
    Raises KeyError for an unknown column.
    """
    rows = frame[frame["condition"].isin(list(conditions))]
    values = pd.to_numeric(rows[outcome]).astype(float)
    means = values.groupby([rows["participant_id"].astype(str), rows["condition"]]).mean()
    wide = means.unstack("condition").reindex(columns=list(conditions))
    return wide.round(DECIMALS).sort_index()


def too_few(groups: Sequence[Floats], names: Sequence[str]) -> str:
    """Why groups can't be compared: fewer than two values in one, or all equal; else ""."""
    for values, name in zip(groups, names, strict=True):
        if len(values) == 0:
            return f"no participant has a value in {name}"
        if len(values) == 1:
            return f"only one participant has a value in {name}"
    return "all participants' means are equal" if np.ptp(np.concatenate(groups)) == 0 else ""


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
