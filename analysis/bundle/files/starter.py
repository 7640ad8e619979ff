"""The comparison that the study is about, from its tables, with pandas and scipy:

    python starter.py [folder]

primary.csv says what is compared, datapackage.json how the tables are to be read. Each
participant's values in a condition are averaged first; then a paired t test where every participant
has both conditions, else Welch's. Prints CSV: means of a and b, their difference (estimate) with
standard error and interval, t (statistic), df, p.
"""

import json
import sys
from pathlib import Path

import numpy as np
import pandas as pd
from scipy import stats

FOLDER = Path(sys.argv[1] if len(sys.argv) > 1 else ".")
PACKAGE = json.loads((FOLDER / "datapackage.json").read_text("utf-8"))
TYPES = {"string": "object", "integer": "Int64", "number": "float", "boolean": "boolean"}

COLUMNS = [
    *("outcome", "condition_a", "condition_b", "test", "n_a", "n_b", "mean_a", "mean_b"),
    *("estimate", "se", "estimate_ci_low", "estimate_ci_high", "statistic", "df", "p", "status"),
]


def read_table(name: str) -> pd.DataFrame:
    """A table with the types that the package says; times stay texts."""
    (resource,) = [one for one in PACKAGE["resources"] if one["name"] == name]
    types = {one["name"]: TYPES.get(one["type"], "object") for one in resource["schema"]["fields"]}
    return pd.read_csv(
        FOLDER / resource["path"], dtype=types, keep_default_na=False, na_values=[""]
    )


def means_of(rows: pd.DataFrame, column: str, condition: str) -> pd.Series:
    """One mean for each participant who has a value in the condition."""
    rows = rows[rows["condition"] == condition]
    values = rows[column].astype(float).groupby(rows["participant_id"])
    return values.mean().dropna()


def compare(contrast: pd.Series) -> dict[str, object]:
    rows = read_table(contrast["file"])
    if "excluded" in rows:
        rows = rows[~rows["excluded"].fillna(False).astype(bool)]
    a, b = (means_of(rows, contrast["column"], contrast[f"condition_{side}"]) for side in "ab")
    if contrast["paired"]:
        both = a.index.intersection(b.index)
        a, b = a[both], b[both]
    found = {
        "outcome": f"{contrast['file']}.{contrast['column']}",
        "condition_a": contrast["condition_a"],
        "condition_b": contrast["condition_b"],
        "test": "paired_t" if contrast["paired"] else "welch_t",
        "n_a": len(a),
        "n_b": len(b),
        "mean_a": a.mean(),
        "mean_b": b.mean(),
    }
    if min(len(a), len(b)) < 2:
        return {**found, "status": "not_estimable: fewer than two participants"}
    if np.ptp(a - b if contrast["paired"] else [*a, *b]) == 0:
        return {**found, "status": "not_estimable: no differences between participants"}
    tested = stats.ttest_rel(a, b) if contrast["paired"] else stats.ttest_ind(a, b, equal_var=False)
    low, high = tested.confidence_interval(1 - contrast["alpha"])
    estimate = a.mean() - b.mean()
    return {
        **found,
        "estimate": estimate,
        "se": (high - low) / 2 / stats.t.ppf(1 - contrast["alpha"] / 2, tested.df),
        "estimate_ci_low": low,
        "estimate_ci_high": high,
        "statistic": tested.statistic,
        "df": tested.df,
        "p": tested.pvalue,
        "status": "ok",
    }


primary = read_table("primary")
if primary.empty:
    sys.exit("There are no two conditions to compare: primary.csv is empty.")
results = pd.DataFrame([compare(contrast) for _, contrast in primary.iterrows()], columns=COLUMNS)
results.to_csv(sys.stdout, index=False)
