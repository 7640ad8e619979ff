"""The tables of a plan: how often simulated studies find something, beside what formulas say."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from analysis.stats.conclusions import shown
from analysis.stats.power import OF_MODEL, TESTS
from analysis.stats.rows import OK

from . import columns
from .formulas import TOST, by_formula
from .scenarios import BOUNDARY, NULL, OF_RATINGS, Scenario, planned_pairs
from .verdicts import ANY_PAIR, EVERY_PAIR, HOLM, KEYS, METRICS

SIMULATION = "simulation"
CONFIDENCE = 0.95
NOT_SIMULATED = dict.fromkeys(("n_runs", "n_estimable", "ci_low", "ci_high"), np.nan)
NEVER = "not_estimable: in none of the simulated studies"


@dataclass(frozen=True, slots=True)
class Done:
    """A scenario with the verdicts of all its studies."""

    scenario: Scenario
    verdicts: pd.DataFrame
    runs: int

    def counted(self) -> pd.DataFrame:
        """One row a test, in the order of the first study: n_runs, n_estimable and n_found.

        A test finds something when its p is below alpha; one that can't be made does not.
        """
        p = self.verdicts["p"]
        found = self.verdicts.assign(
            n_estimable=p.notna(), n_found=shown(p, self.scenario.design.alpha)
        )
        counts = found.groupby(KEYS, sort=False, dropna=False)[["n_estimable", "n_found"]].sum()
        return counts.reset_index().assign(
            n_runs=self.runs, participants=self.scenario.listeners.participants
        )


def shares(found: pd.Series, of: pd.Series) -> pd.DataFrame:
    """share, ci_low and ci_high: 95 % Wilson intervals, NaN of nothing. Source: Wilson (1927)."""
    from statsmodels.stats.proportion import proportion_confint

    some = of.where(of > 0).astype(float)
    low, high = proportion_confint(found, some, alpha=1 - CONFIDENCE, method="wilson")
    return pd.DataFrame(
        {"share": found / some, "ci_low": low.clip(lower=0), "ci_high": high.clip(upper=1)}
    )


def status(table: pd.DataFrame) -> pd.Series:
    return table["n_estimable"].gt(0).map({True: OK, False: NEVER})


def _together(parts: Sequence[pd.DataFrame], names: list[str]) -> pd.DataFrame:
    some = [part[names] for part in parts if len(part)]
    return pd.concat(some, ignore_index=True) if some else pd.DataFrame(columns=names)


# without an effect


def false_positives(done: Sequence[Done]) -> pd.DataFrame:
    """How often tests find what is not there, of the studies in which they could be made: a row a
    number of participants and test.

    Equivalence tests where the difference is exactly the bound, all others where there is none.
    """
    parts = []
    for one in done:
        if one.scenario.kind in (NULL, BOUNDARY):
            table = one.counted()
            table = table[_only_wrong(one.scenario, table)]
            table = table.assign(status=status(table))
            parts.append(table.join(shares(table["n_found"], table["n_estimable"])))
    return _together(parts, columns.names(columns.FALSE_POSITIVES))


def _only_wrong(scenario: Scenario, table: pd.DataFrame) -> pd.Series:
    """Where finding something is wrong at the level that the test promises."""
    equivalence = table["test"].str.startswith(TOST)
    if scenario.kind == BOUNDARY:
        a, b = planned_pairs(scenario.design)[0]
        planned = table["outcome"] == scenario.primary
        return equivalence & planned & (table["condition_a"] == a) & (table["condition_b"] == b)
    # Holm's correction promises its level for a family as a whole.
    of_one_pair = table["test"].str.endswith(HOLM) & (table["condition_a"] != ANY_PAIR)
    of_one_pair |= table["condition_a"] == EVERY_PAIR
    return ~equivalence & ~of_one_pair


# with one


def planned_power(asked: Sequence[Scenario], done: Sequence[Done]) -> pd.DataFrame:
    """Power by formula for the scenarios asked about, then by simulation for those done."""
    parts = [
        *(row.assign(**NOT_SIMULATED) for row in by_formula(asked)),
        *(by_simulation(one) for one in done if one.scenario.kind != BOUNDARY),
    ]
    # Who has to be recruited for that is no result of these.
    names = [name for name in columns.names(columns.POWER) if name != "recruited"]
    return _together(parts, names)


def by_simulation(done: Done) -> pd.DataFrame:
    """Every test that could find what is truly there; nothing without an effect but equivalence."""
    scenario, table = done.scenario, done.counted()
    table["difference"] = [_true(scenario, row) for row in table.to_dict("records")]
    table = table[_can_be_right(scenario, table)]
    found = shares(table["n_found"], table["n_runs"])
    return table.assign(
        power=found["share"],
        ci_low=found["ci_low"],
        ci_high=found["ci_high"],
        effect=[_standardised(scenario, row) for row in table.to_dict("records")],
        n=scenario.n,
        assumption=[_assumption(scenario, test) for test in table["test"]],
        method=SIMULATION,
        status=status(table),
        **dict.fromkeys(("icc", "design_effect"), np.nan),
    )


Row = Mapping[Any, Any]


def _true(scenario: Scenario, row: Row) -> float:
    """What is there to be found: points between two conditions, the most between any, or the least
    between those that are apart; of metrics, the correlation."""
    a, b = row["condition_a"], row["condition_b"]
    if row["family"] == METRICS:
        return scenario.listeners.correlation
    if {a, b} <= set(scenario.design.conditions):
        return scenario.difference(a, b)
    if a == EVERY_PAIR:
        return min((scenario.difference(*pair) for pair in scenario.apart), key=abs, default=0.0)
    pairs = planned_pairs(scenario.design) if a == ANY_PAIR else scenario.design.pairs
    return max((scenario.difference(*pair) for pair in pairs), key=abs)


def _can_be_right(scenario: Scenario, table: pd.DataFrame) -> pd.Series:
    plan, of_metrics = scenario.design.plan, table["family"] == METRICS
    bounds = of_metrics.map({True: plan.correlation_bound, False: plan.equivalence_bound})
    close = table["difference"].abs() < pd.to_numeric(bounds)
    # All are equivalent only where none is apart.
    close &= (table["condition_a"] != EVERY_PAIR) | (len(scenario.apart) == 0)
    return close.where(table["test"].str.startswith(TOST), table["difference"] != 0)


def _standardised(scenario: Scenario, row: Row) -> float:
    a, b = row["condition_a"], row["condition_b"]
    if row["family"] == METRICS:
        return scenario.listeners.correlation
    two = {a, b} <= set(scenario.design.conditions)
    return scenario.effect(a, b, row["outcome"], row["test"]) if two else np.nan


def _assumption(scenario: Scenario, test: str) -> str:
    what = OF_MODEL
    if not test.startswith(OF_RATINGS):
        means = TESTS["paired_t" if scenario.design.paired else "welch_t"]
        what = f"{means.effect}; n: {means.n}"
    return f"effect: {what}; alpha {scenario.design.alpha:g}; by simulated listeners"
