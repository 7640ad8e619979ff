"""Which comparisons are planned, which correct each other, and whom they are of."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from analysis.inference import Outcome, modelling
from analysis.inference.comparing import comparisons, power_reached
from analysis.inference.modelling import Fits, models
from analysis.stats.compare import holm
from analysis.stats.mixed import crossed
from survey.analysis_plan import Plan
from tests.analysis.handmade import GOOD, LIKING, make_design, make_tables

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
    other = rest[(rest["outcome"] == GOOD.name) & (rest["test"] == "paired_t")]
    assert set(zip(other["condition_a"], other["condition_b"], strict=True)) == {("b", "c")}


@pytest.mark.parametrize(
    ("outcome", "paired", "test"),
    [
        (GOOD, True, "paired_t"),
        (GOOD, False, "welch_t"),
        (LIKING, True, "mixed_model"),
        (LIKING, False, "mixed_model"),
    ],
)
def test_one_test_of_a_contrast_is_planned(outcome: Outcome, paired: bool, test: str):
    rated = "track.liking" if outcome.of_tracks else "after.good"
    tables = make_tables(12)
    if not paired:
        tables = {
            name: rows.assign(participant_id=rows["participant_id"] + rows["condition"])
            if {"participant_id", "condition"} <= set(rows)
            else rows
            for name, rows in tables.items()
        }
    design = make_design(paired=paired, primary=outcome, plan=Plan(outcome=rated))
    table = comparisons(tables, design)
    assert of(table, "planned")["test"].tolist() == [test] == [design.confirmatory(outcome)]
    assert len(table) > len(design.outcomes)


def test_equivalence_is_the_confirmatory_tests_alone():
    plan = Plan(outcome="track.liking", equivalence_bound=0.5)
    table = comparisons(make_tables(), make_design(plan=plan, primary=LIKING))
    assert table[table["tost_p"].notna()]["test"].tolist() == ["mixed_model"]


def test_holm_is_over_the_planned_contrasts_of_the_confirmatory_test(table):
    rows = of(table, "planned")
    assert set(rows["test"]) == {"paired_t"}
    assert len(rows) == 2
    assert rows["p_holm"].tolist() == pytest.approx(holm(rows["p"]).tolist())


def test_a_pair_that_was_not_planned_is_corrected_for_all_pairs(table):
    rows = table.query(
        "outcome == @GOOD.name and test == 'paired_t' and analysis_set == 'after_exclusions'"
    )
    every = holm(rows["p"])
    rest = rows[rows["family"] == "exploratory"]
    assert len(rest) == 1
    assert rest["p_holm"].tolist() == pytest.approx(every[rest.index].tolist())


def test_a_test_of_all_conditions_is_corrected_for_nothing(table):
    assert table[table["condition_a"] == "all"]["p_holm"].isna().all()


def test_each_model_is_fitted_once(monkeypatch):
    """A pair of two conditions is told by comparisons, models and power."""
    design, tables, fitted = make_design(primary=LIKING), make_tables(), []
    monkeypatch.setattr(modelling, "crossed", lambda *of, **how: fitted.append(crossed(*of, **how))
                        or fitted[-1])  # fmt: skip
    fits = Fits(tables, design)
    table = comparisons(tables, design, fits)
    power_reached(tables, design, fits)
    terms, _ = models(tables, design, fits)
    assert len(fitted) == len(design.outcomes)
    row = table.query("test == 'mixed_model' and outcome == @LIKING.name").iloc[0]
    term = terms.query("model == 'linear_mixed' and term == 'a - b' and outcome == @LIKING.name")
    assert row[["estimate", "p"]].tolist() == pytest.approx(
        [term["estimate"].item(), term["p"].item()]
    )


@pytest.mark.parametrize(
    ("primary", "fitted"),
    [(LIKING, {("a", "b"), ("a", "c"), ("b", "c")}), (GOOD, {("a", "b", "c")})],
)
def test_pairs_of_the_main_outcome_have_a_model_each_and_others_that_of_all(primary, fitted):
    tables, design = make_tables(10, "abc"), make_design("abc", primary=primary)
    fits = Fits(tables, design)
    comparisons(tables, design, fits)
    assert {conditions for name, _, conditions in fits._made if name == LIKING.name} == fitted


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


@pytest.mark.parametrize(
    ("plan", "rows"), [(Plan(), 1), (Plan(outcome="track.liking", equivalence_bound=0.5), 2)]
)
def test_power_reached_on_tracks_is_the_mixed_models(plan: Plan, rows: int):
    tables, design = make_tables(12), make_design(plan=plan, primary=LIKING)
    found = power_reached(tables, design)
    table = comparisons(tables, design)
    row = table.query("test == 'mixed_model' and outcome == @LIKING.name").iloc[0]
    assert set(found["test"]) == {"mixed_model"}
    assert len(found) == rows
    # Noncentral t: four of five lie above the critical value.
    unit = row["estimate"] / row["effect"]
    critical = stats.t.ppf(0.975, row["df"])
    noncentrality = found["effect"].iloc[0] * unit / row["se"]
    assert stats.nct.sf(critical, row["df"], noncentrality) == pytest.approx(0.8, abs=1e-3)


def lists(seed: int, *, songs: int = 6, people: int = 60) -> dict[str, pd.DataFrame]:
    """Who begins with the same query song hears the same list in each condition; no difference."""
    rng = np.random.default_rng(seed)
    tables = make_tables(people)
    playlists = tables["playlist_ratings"]
    person = playlists["participant_id"].str[1:].astype(int)
    query = person % songs
    number = 2 * query + (playlists["condition"] == "b")
    quality = pd.Series(rng.normal(0, 0.4, 2 * songs))
    opinion = 3 + quality[number].to_numpy() + rng.normal(0, 0.5, people)[person]
    tables["playlist_ratings"] = playlists.assign(good=opinion + rng.normal(0, 0.9, len(playlists)))
    of = dict(zip(playlists["playlist_id"], number, strict=True))
    tracks = tables["ratings"]
    tables["ratings"] = tracks.assign(
        track_id=tracks["playlist_id"].map(of) * 10 + tracks["position"]
    )
    return tables


def test_lists_that_several_heard_are_a_sample_beside_the_planned_test():
    design, found = make_design(plan=Plan(outcome="after.good")), {"paired_t": 0, "mixed_model": 0}
    for seed in range(60):
        table = comparisons(lists(seed), design).query("outcome == @GOOD.name")
        for test in found:
            found[test] += (table.query("test == @test")["p"] < 0.05).sum()
    assert of(table, "planned")["test"].tolist() == ["paired_t"]
    assert found["mixed_model"] <= 7 < 12 <= found["paired_t"]


def test_where_nobody_heard_the_same_list_there_is_no_such_model():
    tables = make_tables(12)
    own = tables["ratings"]["playlist_id"] * 10 + tables["ratings"]["position"]
    tables["ratings"] = tables["ratings"].assign(track_id=own)
    table = comparisons(tables, make_design()).query("outcome == @GOOD.name")
    assert "mixed_model" not in set(table["test"])


def test_one_list_a_condition_cannot_be_told_from_the_condition():
    table = comparisons(lists(1, songs=1), make_design()).query("outcome == @GOOD.name")
    (row,) = table[table["test"] == "mixed_model"].to_dict("records")
    assert row["status"] == (
        "not_estimable: one list in each condition, which can't be told from the condition"
    )
