"""Which comparisons are planned, which correct each other, and whom they are of."""

import numpy as np
import pandas as pd
import pytest

from analysis.inference.comparing import comparisons, power_reached
from analysis.stats.compare import holm
from survey.analysis_plan import Plan
from tests.analysis.handmade import GOOD, make_design, make_tables

PLAN = Plan(outcome="after.good", contrasts=(("b", "a"), ("c", "a")), exclusions=("incomplete",))


@pytest.fixture(scope="module")
def table() -> pd.DataFrame:
    """Three conditions, two planned pairs, two of ten people left out."""
    tables = make_tables(10, "abc", excluded=(0, 1))
    return comparisons(tables, make_design("abc", plan=PLAN))


def of(table: pd.DataFrame, family: str) -> pd.DataFrame:
    return table[table["family"] == family]


def test_the_planned_family_is_the_plans_pairs_on_its_outcome_without_the_excluded(table):
    planned = of(table, "planned")
    assert set(zip(planned["condition_a"], planned["condition_b"], strict=True)) == {
        ("b", "a"),
        ("c", "a"),
    }
    assert set(planned["outcome"]) == {GOOD.name}
    assert set(planned["analysis_set"]) == {"after_exclusions"}


def test_pairs_are_turned_as_the_plan_says(table):
    row = of(table, "planned").query("condition_a == 'b' and test == 'paired_t'").iloc[0]
    assert row["estimate"] == pytest.approx(row["mean_a"] - row["mean_b"])


def test_sensitivity_is_the_planned_pairs_with_everybody_in(table):
    sensitivity = of(table, "sensitivity")
    assert set(sensitivity["analysis_set"]) == {"all"}
    assert len(sensitivity) == len(of(table, "planned"))


def test_all_else_is_exploratory(table):
    rest = of(table, "exploratory")
    other = rest[rest["outcome"] == GOOD.name]
    assert set(other["condition_a"]) == {"b", "all"}
    assert set(other["condition_b"].replace("", np.nan).dropna()) == {"c"}


def test_holm_is_over_the_pairs_of_one_family_outcome_test_and_set(table):
    rows = of(table, "planned").query("test == 'paired_t'")
    assert len(rows) == 2
    assert rows["p_holm"].tolist() == pytest.approx(holm(rows["p"]).tolist())


def test_an_analysis_set_has_its_own_people(table):
    n = table.query("test == 'paired_t' and outcome == @GOOD.name").groupby("analysis_set")["n_a"]
    assert n.unique().map(list).to_dict() == {"after_exclusions": [8], "all": [10]}


def test_without_a_plan_nothing_is_planned():
    assert set(comparisons(make_tables(), make_design())["family"]) == {"exploratory"}


def test_the_plans_bound_is_for_its_outcome_alone():
    plan = Plan(outcome="after.good", equivalence_bound=0.5)
    table = comparisons(make_tables(), make_design(plan=plan))
    bounds = table.query("test == 'paired_t'").set_index("outcome")["tost_high"]
    assert bounds.dropna().to_dict() == {GOOD.name: 0.5}


@pytest.mark.parametrize(
    ("plan", "rows"), [(Plan(), 1), (Plan(outcome="after.good", equivalence_bound=0.5), 2)]
)
def test_power_reached_has_a_row_for_the_plans_bound(plan: Plan, rows: int):
    found = power_reached(make_tables(), make_design(plan=plan))
    assert len(found) == rows
    assert found["power"].iloc[0] == pytest.approx(0.8)


def test_power_reached_is_of_the_bound_over_the_spread_of_differences():
    tables = make_tables()
    plan = Plan(outcome="after.good", equivalence_bound=0.5)
    wide = tables["playlist_ratings"].pivot_table(
        index="participant_id", columns="condition", values="good"
    )
    bound = power_reached(tables, make_design(plan=plan)).iloc[1]
    assert bound["effect"] == pytest.approx(0.5 / (wide["a"] - wide["b"]).std())


def test_power_of_too_few_says_why():
    (status,) = power_reached(make_tables(1), make_design())["status"]
    assert status == "not_estimable: too few participants, or no spread"
