"""The conditions compared on every outcome, and the power that the planned comparisons had."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from analysis.stats import exact
from analysis.stats.compare import between, omnibus, within
from analysis.stats.conclusions import DECIDED, concluded
from analysis.stats.effects import differences
from analysis.stats.participants import means_by_condition
from analysis.stats.power import POWER, power
from analysis.stats.rows import COMPARISONS

from .design import EXPLORATORY, Design, Outcome, Pair, rows_in

COLUMNS = ["family", "outcome", *COMPARISONS, "analysis_set"]
COLUMNS[COLUMNS.index("p") + 1 : COLUMNS.index("p") + 1] = [*DECIDED]
COLUMNS.append(COLUMNS.pop(COLUMNS.index("status")))
FAMILY = ["analysis_set", "family", "outcome", "test"]
# Whose rows say what is concluded of a pair.
CONFIRMATORY = ("paired_t", "welch_t")
TARGET = 0.8


def comparisons(tables: Mapping[str, pd.DataFrame], design: Design) -> pd.DataFrame:
    """Every pair of conditions on every outcome, in every analysis set; from three conditions on
    all of them at once, too.

    `p_holm` corrects within a family: the pairs of one outcome, test and analysis set. What is
    concluded, and by which intervals: `analysis.stats.conclusions`.
    """
    parts = [
        part
        for analysis_set, outcome in design.each()
        for part in _of(rows_in(tables[outcome.file], analysis_set), outcome, analysis_set, design)
    ]
    if not parts:
        return pd.DataFrame(columns=COLUMNS)
    table = pd.concat(parts, ignore_index=True)
    return concluded(table, FAMILY, CONFIRMATORY, design.alpha)[COLUMNS]


def confirmatory(
    table: pd.DataFrame, design: Design, outcome: Outcome, analysis_set: str = ""
) -> pd.DataFrame:
    """The rows of comparisons that say what is concluded of each pair on an outcome, in the main
    analysis set or another."""
    of_set = table["analysis_set"] == (analysis_set or design.sets[-1])
    return table[of_set & (table["outcome"] == outcome.name) & table["conclusion"].notna()]


def _of(
    rows: pd.DataFrame, outcome: Outcome, analysis_set: str, design: Design
) -> list[pd.DataFrame]:
    compare = within if design.paired else between
    parts = []
    for a, b in design.pairs:
        found = compare(rows, outcome.column, a, b, bound=design.bound(outcome), alpha=design.alpha)
        family = design.family(outcome, (a, b), analysis_set)
        parts.append(_about(found, family, outcome, analysis_set))
    if len(design.conditions) > 2:
        found = omnibus(
            rows, outcome.column, design.conditions, paired=design.paired, alpha=design.alpha
        )
        parts.append(_about(found, EXPLORATORY, outcome, analysis_set))
    return parts


def _about(found: pd.DataFrame, family: str, outcome: Outcome, analysis_set: str) -> pd.DataFrame:
    return found.assign(family=family, outcome=outcome.name, analysis_set=analysis_set)


def power_reached(tables: Mapping[str, pd.DataFrame], design: Design) -> pd.DataFrame:
    """For each planned pair, with the n and spread that came: what difference would have been found
    in four of five studies, and how likely the smallest difference of interest was to be found.

    Not the power of the difference that was seen, which says no more than its p (Hoenig & Heisey
    2001, Am. Stat. 55:19).
    """
    outcome = design.primary
    if outcome is None:
        return pd.DataFrame(columns=POWER)
    rows = rows_in(tables[outcome.file], design.sets[-1])
    parts = [
        _reached(rows, outcome, pair, design, bound)
        for pair in design.planned_pairs or design.pairs
        for bound in (None, design.bound(outcome))[: 2 if design.bound(outcome) else 1]
    ]
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=POWER)


def _reached(
    rows: pd.DataFrame, outcome: Outcome, pair: Pair, design: Design, bound: float | None
) -> pd.DataFrame:
    n, spread = _n_and_spread(rows, outcome, pair, paired=design.paired)
    about: dict[str, Any] = {
        "outcome": outcome.name,
        "condition_a": pair[0],
        "condition_b": pair[1],
    }
    if n < 2 or not spread > 0:
        why = "too few participants, or no spread"
        row = {**about, "status": f"not_estimable: {why}"}
        return pd.DataFrame([row], columns=POWER)
    asked: dict[str, Any] = {"target": TARGET} if bound is None else {"effect": bound / spread}
    test = "paired_t" if design.paired else "welch_t"
    return power(test, n=n, alpha=design.alpha, **asked, **about)


def _n_and_spread(
    rows: pd.DataFrame, outcome: Outcome, pair: Pair, *, paired: bool
) -> tuple[float, float]:
    """Pairs and the SD of their differences; or the harmonic mean of the two numbers, pooled SD."""
    means = means_by_condition(rows, outcome.column, pair)
    if paired:
        difference = differences(*means.to_numpy().T)
        varied = len(difference) > 1 and not exact.constant(difference)
        return float(len(difference)), float(difference.std(ddof=1)) if varied else 0.0
    sizes = means.notna().sum().to_numpy(dtype=float)
    if (sizes < 2).any():
        return 0.0, np.nan
    variance = float((means.var() * (sizes - 1)).sum() / (sizes.sum() - 2))
    return float(np.floor(2 / (1 / sizes).sum())), float(np.sqrt(variance))
