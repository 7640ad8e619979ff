"""Conditions compared by models: the rows and columns that mixed and ordinal ones share."""

from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd

TERMS = [
    "term",
    "estimate",
    "se",
    "statistic",
    "statistic_name",
    "df_numerator",
    "df",
    "p",
    "ci_low",
    "ci_high",
    "n_obs",
    "n_participants",
    "n_tracks",
    "log_likelihood",
    "converged",
    "status",
]
COMPONENTS = ["component", "variance", "sd", "share", "n_levels", "status"]
OMNIBUS, RESIDUAL = "condition", "residual"


def complete(
    frame: pd.DataFrame, outcome: str, conditions: Sequence[str], groups: Sequence[str]
) -> pd.DataFrame:
    """The rows with an outcome, one of the conditions and a level of every group."""
    values = pd.to_numeric(frame[outcome]).astype(float)
    known = np.isfinite(values) & frame["condition"].isin(list(conditions))
    known &= frame[list(groups)].notna().all(axis=1)
    return frame.assign(**{outcome: values})[known]


def counts(used: pd.DataFrame) -> dict[str, object]:
    columns = {"n_participants": "participant_id", "n_tracks": "track_id"}
    numbers = {n: used[c].nunique() if c in used else pd.NA for n, c in columns.items()}
    return {"n_obs": len(used), **numbers}


def ordered(conditions: Sequence[str], reference: str | None) -> list[str]:
    """The reference, by default the first condition, before the others."""
    first = conditions[0] if reference is None else reference
    return [first, *(one for one in conditions if one != first)]


def pairs(order: Sequence[str]) -> Iterator[tuple[str, str, str]]:
    """Every pair once: the name of its term, the earlier condition a and the later one b."""
    for i, a in enumerate(order):
        for b in order[i + 1 :]:
            yield f"{b} - {a}", a, b


def without_ratings(conditions: Sequence[str], present: Sequence[str]) -> str:
    """Why conditions can't be compared, if one of them has no ratings."""
    absent = next((one for one in conditions if one not in present), None)
    return "" if absent is None else f"no ratings in {absent}"


def status(reason: str) -> str:
    return f"not_estimable: {reason}" if reason else "ok"
