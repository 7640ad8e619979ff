"""Conditions compared by models: the rows and columns that mixed and ordinal ones share."""

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import pandas as pd

from analysis.stats.blocks import Codes, Floats

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
    "note",
    "status",
]
COMPONENTS = ["component", "variance", "sd", "share", "n_levels", "note", "status"]
NO_VARIANCE = "estimated at 0, the least there is"
OMNIBUS, RESIDUAL = "condition", "residual"


def complete(
    frame: pd.DataFrame, outcome: str, conditions: Sequence[str], groups: Sequence[str]
) -> pd.DataFrame:
    """The rows with an outcome, one of the conditions and a level of every group."""
    values = pd.to_numeric(frame[outcome]).to_numpy(dtype=np.float64, na_value=np.nan)
    known = np.isfinite(values) & (codes(frame, conditions) >= 0)
    for group in groups:
        known &= frame[group].notna().to_numpy()
    return frame.assign(**{outcome: values})[known]


def codes(frame: pd.DataFrame, conditions: Sequence[str]) -> Codes:
    """Each row's place in the conditions, −1 for none of them."""
    return pd.Index(conditions).get_indexer(frame["condition"])


def indicators(used: pd.DataFrame, present: Sequence[str]) -> Floats:
    """A column of ones and zeros for each condition (n, k)."""
    return (codes(used, present)[:, None] == np.arange(len(present))).astype(np.float64)


def present_in(used: pd.DataFrame, conditions: Sequence[str]) -> list[str]:
    """The conditions with ratings, in their order."""
    return [conditions[i] for i in np.unique(codes(used, conditions))]


def counts(used: pd.DataFrame) -> dict[str, object]:
    columns = {"n_participants": "participant_id", "n_tracks": "track_id"}
    numbers = {n: used[c].nunique() if c in used else pd.NA for n, c in columns.items()}
    return {"n_obs": len(used), **numbers}


def between_people(used: pd.DataFrame, conditions: Sequence[str]) -> int:
    """Degrees of freedom between the participants of some conditions: their number less 1 where
    somebody had several of these, else less the conditions."""
    cells = used.loc[used["condition"].isin(list(conditions)), ["participant_id", "condition"]]
    cells = cells.drop_duplicates()
    together = bool(cells["participant_id"].duplicated().any())
    return cells["participant_id"].nunique() - (1 if together else len(conditions))


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


def table(rows: Sequence[Mapping[str, object]], shared: Mapping[str, object]) -> pd.DataFrame:
    """Rows of `TERMS`, with what is the same in all of them."""
    return pd.DataFrame([{**row, **shared} for row in rows], columns=TERMS)


def components_table(
    rows: Sequence[tuple[str, float, int | None, str]], *, shares: bool = True
) -> pd.DataFrame:
    """Rows of `COMPONENTS` from names, variances, numbers of levels and reasons."""
    names, variances, levels, reasons = zip(*rows, strict=True)
    variance = np.array(variances, dtype=np.float64)
    total = np.nansum(variance) if shares else np.nan
    return pd.DataFrame(
        {
            "component": names,
            "variance": variance,
            "sd": np.sqrt(variance),
            "share": variance / total if total else np.nan,
            "n_levels": pd.array(levels, dtype="Int64"),
            "note": [NO_VARIANCE if one == 0 else "" for one in variance],
            "status": [status(reason) for reason in reasons],
        }
    )


def status(reason: str) -> str:
    return f"not_estimable: {reason}" if reason else "ok"
