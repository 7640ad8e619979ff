"""The conditions compared on every outcome, and the power that the planned comparisons had."""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd

from analysis.stats import exact
from analysis.stats.compare import between, omnibus, within
from analysis.stats.conclusions import DECIDED, concluded
from analysis.stats.effects import differences
from analysis.stats.mixed_pair import Pair as Compared
from analysis.stats.mixed_pair import mixed_model
from analysis.stats.participants import means_by_condition
from analysis.stats.power import POWER, power, power_of_model
from analysis.stats.rows import COMPARISONS, OK, not_estimable
from analysis.stats.several import ALL as EVERY_CONDITION

from .design import EXPLORATORY, Design, Outcome, Pair, rows_in
from .modelling import Fits

COLUMNS = ["family", "outcome", *COMPARISONS, "analysis_set"]
COLUMNS[COLUMNS.index("p") + 1 : COLUMNS.index("p") + 1] = [*DECIDED]
COLUMNS.append(COLUMNS.pop(COLUMNS.index("status")))
FAMILY = ["analysis_set", "family", "outcome", "test"]
SAME_TEST = ["analysis_set", "outcome", "test"]
TARGET = 0.8


def comparisons(
    tables: Mapping[str, pd.DataFrame], design: Design, fits: Fits | None = None
) -> pd.DataFrame:
    """Every pair of conditions on every outcome, in every analysis set; from three conditions on
    all of them at once, too.

    Planned contrasts of one outcome, test and analysis set are corrected for each other; pairs that
    are not planned for all pairs; a test of all conditions at once for nothing. What is concluded,
    and by which intervals: `analysis.stats.conclusions`.
    """
    fits = fits or Fits(tables, design)
    parts = [
        part for analysis_set, outcome in design.each() for part in _of(outcome, analysis_set, fits)
    ]
    if not parts:
        return pd.DataFrame(columns=COLUMNS)
    return _concluded(pd.concat(parts, ignore_index=True), design)[COLUMNS]


def confirmatory(
    table: pd.DataFrame, design: Design, outcome: Outcome, analysis_set: str = ""
) -> pd.DataFrame:
    """The rows of comparisons that say what is concluded of each pair on an outcome, in the main
    analysis set or another."""
    of_set = table["analysis_set"] == (analysis_set or design.sets[-1])
    return table[of_set & (table["outcome"] == outcome.name) & table["conclusion"].notna()]


def _of(outcome: Outcome, analysis_set: str, fits: Fits) -> list[pd.DataFrame]:
    design = fits.design
    rows = rows_in(fits.tables[outcome.file], analysis_set)
    parts = []
    for pair in design.pairs:
        for found in _pair(rows, outcome, pair, analysis_set, fits):
            family = [design.family(outcome, pair, test, analysis_set) for test in found["test"]]
            parts.append(found.assign(family=family))
    if len(design.conditions) > 2:
        found = omnibus(
            rows, outcome.column, design.conditions, paired=design.paired, alpha=design.alpha
        )
        parts.append(found.assign(family=EXPLORATORY))
    return [one.assign(outcome=outcome.name, analysis_set=analysis_set) for one in parts]


def _pair(
    rows: pd.DataFrame, outcome: Outcome, pair: Pair, analysis_set: str, fits: Fits
) -> Iterator[pd.DataFrame]:
    """All tests of a pair, the confirmatory one first: equivalence is its alone. Playlists have a
    mixed model, too, where several people heard the same."""
    design, bound = fits.design, fits.design.bound(outcome)
    compare = within if design.paired else between
    if outcome.of_tracks:
        yield _modelled(rows, outcome, pair, analysis_set, fits, bound)
        yield compare(rows, outcome.column, *pair, alpha=design.alpha)
        return
    yield compare(rows, outcome.column, *pair, bound=bound, alpha=design.alpha)
    if fits.heard_again(rows[rows["condition"].isin(pair)]):
        yield _modelled(rows, outcome, pair, analysis_set, fits, None)


def _modelled(
    rows: pd.DataFrame,
    outcome: Outcome,
    pair: Pair,
    analysis_set: str,
    fits: Fits,
    bound: float | None,
) -> pd.DataFrame:
    """The main outcome has a model of each pair, which a third condition can't disturb; of others,
    which are many, the model of all conditions tells."""
    conditions = fits.design.conditions
    if outcome == fits.design.primary:
        conditions = [name for name in conditions if name in pair]
    model = fits.of(outcome, analysis_set, conditions)
    compared = Compared(rows, outcome.column, *pair, model)
    return mixed_model(compared, bound=bound)


def _concluded(table: pd.DataFrame, design: Design) -> pd.DataFrame:
    """With what is concluded, of each outcome by its confirmatory test."""
    tests = {one.name: design.confirmatory(one) for one in design.outcomes}
    decides = table["test"] == table["outcome"].map(tests)
    exploratory = table["family"] == EXPLORATORY
    planned, every = (
        concluded(table, family, decides, design.alpha) for family in (FAMILY, SAME_TEST)
    )
    found = pd.concat([planned[~exploratory], every[exploratory]]).sort_index()
    of_pair = found["condition_a"] != EVERY_CONDITION
    return found.assign(p_holm=found["p_holm"].where(of_pair))


def power_reached(
    tables: Mapping[str, pd.DataFrame], design: Design, fits: Fits | None = None
) -> pd.DataFrame:
    """For each planned pair, with the n and spread that came: what difference would have been found
    in four of five studies, and how likely the smallest difference of interest was to be found.

    Not the power of the difference that was seen, which says no more than its p (Hoenig & Heisey
    2001, Am. Stat. 55:19).
    """
    outcome = design.primary
    if outcome is None:
        return pd.DataFrame(columns=POWER)
    reached = _reached_by_model if outcome.of_tracks else _reached_by_means
    parts = [
        reached(outcome, pair, bound, fits or Fits(tables, design)).assign(
            outcome=outcome.name, condition_a=pair[0], condition_b=pair[1]
        )
        for pair in design.planned_pairs or design.pairs
        for bound in (None, design.bound(outcome))[: 2 if design.bound(outcome) else 1]
    ]
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=POWER)


def _reached_by_means(
    outcome: Outcome, pair: Pair, bound: float | None, fits: Fits
) -> pd.DataFrame:
    design = fits.design
    rows = rows_in(fits.tables[outcome.file], design.sets[-1])
    n, spread = _n_and_spread(rows, outcome, pair, paired=design.paired)
    if n < 2 or not spread > 0:
        why = "too few participants, or no spread"
        return pd.DataFrame([not_estimable(why)], columns=POWER)
    asked: dict[str, Any] = {"target": TARGET} if bound is None else {"effect": bound / spread}
    return power(design.confirmatory(outcome), n=n, alpha=design.alpha, **asked)


def _reached_by_model(
    outcome: Outcome, pair: Pair, bound: float | None, fits: Fits
) -> pd.DataFrame:
    analysis_set = fits.design.sets[-1]
    rows = rows_in(fits.tables[outcome.file], analysis_set)
    (row,) = _modelled(rows, outcome, pair, analysis_set, fits, None).to_dict("records")
    if row["status"] != OK:
        return pd.DataFrame([{"status": row["status"]}], columns=POWER)
    n = 2 / (1 / row["n_a"] + 1 / row["n_b"])
    # The SD of a rating, in points: intervals have a width even where nothing differs.
    unit = (row["estimate_ci_high"] - row["estimate_ci_low"]) / (row["ci_high"] - row["ci_low"])
    asked: dict[str, Any] = {"target": TARGET} if bound is None else {"effect": bound / unit}
    standard = {"se": row["se"] / unit, "df": row["df"]}
    return power_of_model(**standard, n=float(np.floor(n)), alpha=fits.design.alpha, **asked)


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
