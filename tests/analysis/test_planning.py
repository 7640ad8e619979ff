import re
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from analysis.inference import Design, Outcome, infer
from analysis.planning import words
from analysis.planning.files import Asked, curves, recruited
from analysis.planning.runs import run_all
from analysis.planning.scenarios import (
    BOUNDARY,
    COMPARISONS,
    CORRELATIONS,
    EFFECT,
    EQUAL,
    MODELS,
    NULL,
    Scenario,
    scenarios,
)
from analysis.planning.tables import Done, false_positives, planned_power, shares
from analysis.planning.verdicts import ANY_PAIR, KEYS, verdicts
from analysis.stats.listeners import Listeners, spread_of_ratings
from analysis.stats.power import paired_power
from analysis.stats.simulated import simulated
from survey.analysis_plan import Plan

LIKING = Outcome("ratings", "liking")
OVERALL = Outcome("playlist_ratings", "overall")


def listeners(participants: int = 12, names: str = "ab", **assumed: object) -> Listeners:
    usual = {"playlists": len(names), "tracks": 4, "library": 60, "effects": {"a": 0.4}}
    return Listeners(participants, tuple(names), paired=True, **usual | assumed)


def design(who: Listeners, outcomes: Sequence[Outcome] = (LIKING,), **plan: object) -> Design:
    planned = Plan(outcome="track.liking", metrics=("diversity",), **plan)
    return Design(who.conditions, who.paired, outcomes, outcomes[0], planned)


def asked(sizes: Sequence[int] = (12,), *, null: bool = False, **assumed: object) -> list[Scenario]:
    plan = {name: assumed.pop(name) for name in ("equivalence_bound",) if name in assumed}
    who = listeners(**assumed)
    return scenarios(who, design(who, **plan), sizes, null=null, parts=[COMPARISONS])


def verdict(test: str, p: float, a: str = "a", b: str = "b", **about: str) -> dict[str, object]:
    usual = dict.fromkeys(KEYS, "") | {"outcome": LIKING.name, "family": "planned"}
    return {**usual, "test": test, "condition_a": a, "condition_b": b, "p": p, **about}


def done(kind: str, rows: list[dict[str, object]], runs: int, **assumed: object) -> Done:
    scenario = {one.kind: one for one in asked(null=True, equivalence_bound=0.5, **assumed)}[kind]
    return Done(scenario, pd.DataFrame(rows), runs)


# what is simulated


def test_each_number_of_participants_is_tried_with_and_without_the_effect():
    found = asked([10, 20], null=True, equivalence_bound=0.5)
    kinds = [(one.kind, one.listeners.participants) for one in found]
    assert kinds == [(kind, n) for n in (10, 20) for kind in (EFFECT, NULL, BOUNDARY)]


def test_without_an_effect_there_is_none():
    (_, null) = asked(null=True, effects={"a": 0.4}, correlation=0.3)
    assert not null.listeners.effects
    assert null.listeners.correlation == 0


def test_equivalence_is_tried_where_it_just_does_not_hold():
    boundary = asked(null=True, equivalence_bound=0.5)[-1]
    assert boundary.difference("a", "b") == pytest.approx(0.5)


def test_nothing_is_simulated_that_is_not_asked_for():
    assert asked(effects={}) == []


# verdicts


@pytest.fixture(scope="module")
def three() -> pd.DataFrame:
    """All tests of a study with three conditions, two playlists each."""
    who = listeners(16, "abc", playlists=6, effects={})
    plan = {"equivalence_bound": 0.5, "correlation_bound": 0.4}
    of = design(who, (LIKING, OVERALL), **plan)
    return verdicts(simulated(who, 3), of, (COMPARISONS, MODELS, CORRELATIONS))


@pytest.mark.parametrize(
    ("test", "rows"),
    [
        ("mixed_model", 3),
        ("paired_t", 6),
        ("tost_mixed_model", 4),
        ("wilcoxon_signed_rank, Holm", 8),
        ("friedman", 2),
        ("linear_mixed", 8),
        ("pooled spearman_clustered", 1),
        ("tost_within spearman_clustered", 3),
        ("repeated rmcorr", 1),
    ],
)
def test_every_test_of_a_report_gives_its_verdict(three: pd.DataFrame, test: str, rows: int):
    found = three[three["test"] == test]
    assert len(found) == rows
    assert found["p"].between(0, 1).all()


def test_a_family_is_wrong_when_any_of_its_pairs_is(three: pd.DataFrame):
    corrected = three[(three["test"] == "paired_t, Holm") & (three["outcome"] == LIKING.name)]
    whole = corrected["condition_a"] == ANY_PAIR
    assert corrected[whole]["p"].item() == corrected[~whole]["p"].min()


def test_a_models_terms_name_the_conditions_they_compare(three: pd.DataFrame):
    rows = three[(three["test"] == "linear_mixed") & (three["outcome"] == LIKING.name)]
    pairs = set(zip(rows["condition_a"], rows["condition_b"], strict=True))
    assert pairs == {("a", "b"), ("a", "c"), ("b", "c"), ("all", "")}


def test_who_is_left_out_is_left_out_of_the_planned_set_alone():
    who = listeners(20, straight=0.5, exclusions=["straight_lining"], residual=2.0, effects={})
    of = design(who, exclusions=("straight_lining",))
    found = verdicts(simulated(who, 1), of, [COMPARISONS]).set_index(["analysis_set", "test"])["p"]
    assert found["all", "paired_t"] != found["after_exclusions", "paired_t"]


# many studies


def test_processes_change_nothing():
    one, two = (run_all(asked([6, 8]), 6, seed=4, processes=n) for n in (1, 2))
    for alone, together in zip(one, two, strict=True):
        pd.testing.assert_frame_equal(alone, together)


def test_another_number_of_participants_changes_none_of_the_others():
    (alone,) = run_all(asked([8]), 3, seed=4)
    (_, beside) = run_all(asked([6, 8]), 3, seed=4)
    pd.testing.assert_frame_equal(alone, beside)


def test_every_study_is_another_one():
    (found,) = run_all(asked(), 4, seed=4)
    assert found[found["test"] == "paired_t"]["p"].nunique() == 4


def test_all_studies_are_told():
    told: list[int] = []
    run_all(asked([6]), 7, seed=1, tell=told.append)
    assert sum(told) == 7


def test_simulation_agrees_with_the_formula():
    (scenario,), runs = asked([20], effects={"a": 0.5}), 100
    (found,) = run_all([scenario], runs, seed=1)
    table = planned_power([scenario], [Done(scenario, found, runs)])
    formula, *_ = table[table["method"] == "formula"].to_dict("records")
    simulation, *_ = table[table["method"] == "simulation"].to_dict("records")
    assert simulation["test"] == formula["test"] == "mixed_model"
    assert simulation["ci_low"] < formula["power"] < simulation["ci_high"]


def test_the_formula_knows_that_songs_of_ones_own_stay_the_same_however_many_listen():
    apart, shared = (asked([20], own_tracks=own)[0] for own in (1, 0))
    rows = [planned_power([one], []).to_dict("records") for one in (apart, shared)]
    assert rows[0][0]["power"] < rows[1][0]["power"]
    assert rows[0][1]["participants"] > rows[1][1]["participants"]
    few = asked([20], own_tracks=1, library=16)[0]
    assert planned_power([few], [])["status"].iloc[1].startswith("not_estimable: no number")


# tables


def test_a_share_has_wilsons_interval():
    # Newcombe (1998), Stat. Med. 17:857, table I: 81 of 263 and 0 of 20.
    found = shares(pd.Series([81, 0]), pd.Series([263, 20]))
    assert found.iloc[0].tolist() == pytest.approx([0.3080, 0.2553, 0.3662], abs=5e-5)
    assert found.iloc[1].tolist() == pytest.approx([0, 0, 0.1611], abs=5e-5)


def test_a_false_positive_is_a_share_of_the_studies_where_the_test_could_be_made():
    rows = [verdict("paired_t", p) for p in (0.01, 0.2, 0.6, np.nan)]
    (row,) = false_positives([done(NULL, rows, 4)]).to_dict("records")
    assert (row["n_runs"], row["n_estimable"], row["share"]) == (4, 3, pytest.approx(1 / 3))


def test_a_test_that_could_never_be_made_says_so():
    (row,) = false_positives([done(NULL, [verdict("friedman", np.nan)], 1)]).to_dict("records")
    assert row["status"].startswith("not_estimable: in none")


def test_equivalence_is_wrong_only_at_its_bound():
    rows = [verdict("tost_paired_t", 0.01), verdict("paired_t", 0.2)]
    found = [false_positives([done(kind, rows, 1)])["test"].tolist() for kind in (NULL, BOUNDARY)]
    assert found == [["paired_t"], ["tost_paired_t"]]


def test_holms_level_is_that_of_the_family():
    rows = [verdict("paired_t, Holm", 0.01), verdict("paired_t, Holm", 0.01, ANY_PAIR, "")]
    assert false_positives([done(NULL, rows, 1)])["condition_a"].tolist() == [ANY_PAIR]


def test_an_effect_is_no_false_positive():
    assert false_positives([done(EFFECT, [verdict("paired_t", 0.01)], 1)]).empty


def test_power_counts_studies_in_which_a_test_could_not_be_made():
    rows = [verdict("paired_t", p) for p in (0.01, np.nan)]
    table = planned_power([], [done(EFFECT, rows, 2)])
    assert table[["n_estimable", "power"]].to_numpy().tolist() == [[1, 0.5]]


def test_the_formula_gives_power_and_the_number_that_suffices():
    one, two = asked([10, 30])
    table = planned_power([one, two], [])
    # Where all tracks are shared and nobody hears the same, it is the paired t test's.
    effect = 0.4 / one.spread("a", "b", LIKING.name)
    assert table["power"].tolist()[:2] == pytest.approx(
        [paired_power(effect, 10), paired_power(effect, 30)]
    )
    needed = int(table["participants"].iloc[2])
    assert paired_power(effect, needed - 1) < 0.8 <= table["power"].iloc[2]
    assert table["effect"].iloc[0] == pytest.approx(
        0.4 / spread_of_ratings(one.listeners, "a", "b")
    )


def test_between_participants_n_is_of_a_condition():
    (scenario,) = asked([30])
    apart = replace(
        scenario,
        listeners=replace(scenario.listeners, paired=False),
        design=replace(scenario.design, paired=False),
    )
    found = planned_power([apart], []).iloc[0]
    assert (found["test"], found["n"], found["participants"]) == ("mixed_model", 15, 30)


def test_with_a_bound_equivalence_is_planned_for_every_pair_as_if_it_were_alike():
    scenario, _ = asked(names="abc", equivalence_bound=0.5)
    table = planned_power([scenario], [])
    alike = table[table["test"] == "tost_mixed_model"]
    pairs = set(zip(alike["condition_a"], alike["condition_b"], strict=True))
    assert pairs == {("a", "b"), ("a", "c"), ("b", "c")}
    assert set(alike["difference"]) == {0}


def test_what_is_truly_there_stands_beside_each_test():
    rows = [
        verdict("paired_t", 0.01),
        verdict("linear_mixed", 0.01, "b", "a", family="models"),
        verdict("friedman", 0.01, "all", ""),
        verdict("pooled spearman_clustered", 0.01, "", "diversity", family="metrics"),
    ]
    table = planned_power([], [done(EFFECT, rows, 1, correlation=0.3)])
    assert table["difference"].tolist() == pytest.approx([0.4, -0.4, 0.4, 0.3])


def test_conditions_without_a_difference_have_no_power():
    rows = [verdict("paired_t", 0.01, "b", "c"), verdict("paired_t", 0.01, "a", "c")]
    table = planned_power([], [done(EFFECT, rows, 1, names="abc")])
    assert table["condition_a"].tolist() == ["a"]


# words


def test_the_plan_in_one_sentence():
    rows = [verdict("mixed_model", p) for p in [0.01] * 5 + [0.5]]
    simulation = done(EFFECT, rows, 6)
    table = planned_power([simulation.scenario], [simulation])
    (said,) = words.power_said(table.assign(analysis_set="all"), simulation.scenario)
    assert said.startswith(
        "With 12 participants, 83 % (44–97 %) of 6 simulated studies found that a is rated "
        "0.40 points above b (the mixed model). 80 % needs "
    )


@pytest.mark.parametrize(
    ("found", "runs", "missed"), [(50, 1000, 0), (90, 1000, 1), (20, 1000, 1), (2, 20, 0)]
)
def test_a_test_misses_its_level_when_chance_alone_does_not_explain_it(
    found: int, runs: int, missed: int
):
    rows = [verdict("paired_t", 0.01 if n < found else 0.5) for n in range(runs)]
    said = words.wrong_said(false_positives([done(NULL, rows, runs)]), 0.05)
    assert f"{missed} (*) found something in less than 3 % or more than 7 %" in said


def test_a_corrected_family_may_find_less_than_its_level():
    rows = [verdict("paired_t, Holm", 0.5, ANY_PAIR, "") for _ in range(1000)]
    assert "; 0 (*) found" in words.wrong_said(false_positives([done(NULL, rows, 1000)]), 0.05)


# the report's analysis


def test_simulated_tables_go_through_the_whole_analysis_of_a_report():
    who = listeners(16, stopping=0.2, straight=0.2, exclusions=["incomplete"])
    of = design(who, (LIKING, OVERALL), exclusions=("incomplete",))
    found = infer(simulated(who, 1), of)
    assert not [name for name, table in found.items() if table.empty]


def test_a_figures_curves_differ_in_their_tests_alone():
    rows = [verdict("paired_t", 0.01), verdict("linear_mixed", 0.01, "b", "a", family="models")]
    simulation = done(EFFECT, rows, 1)
    table = planned_power([simulation.scenario], [simulation]).assign(analysis_set="all")
    ((pair, rows),) = words.apart(table, simulation.scenario)
    found = curves(pair, rows)
    assert set(found["test"]) == {"mixed_model, by formula", "paired_t", "linear_mixed"}
    one = found[["outcome", "condition_a", "condition_b", "assumption"]].drop_duplicates()
    assert len(one) == 1
    assert found["effect"].nunique() == 1


# everything that was planned, together


def test_all_that_is_apart_is_found_when_its_largest_p_is_small():
    who = listeners(16, "abc", playlists=3, effects={"a": 0.6})
    of = design(who, equivalence_bound=0.5)
    tables, pairs = simulated(who, 3), [("a", "b"), ("a", "c")]
    found = verdicts(tables, of, [COMPARISONS], apart=pairs)
    rows = found[found["test"] == "mixed_model, Holm"].set_index(["condition_a", "condition_b"])
    assert rows.loc[("every pair", ""), "p"] == rows.loc[pairs, "p"].max()
    equal = found[found["test"] == "tost_mixed_model"].set_index("condition_a")["p"]
    assert equal["every pair"] == equal.drop("every pair").max()


def test_a_contrast_that_cannot_be_tested_is_not_found():
    who = listeners(16, "abc", playlists=3)
    tables = simulated(who, 3)
    ratings = tables["ratings"]
    tables["ratings"] = ratings.assign(liking=ratings["liking"].mask(ratings["condition"] == "c"))
    found = verdicts(tables, design(who), [COMPARISONS], apart=[("a", "b"), ("a", "c")])
    every = found[(found["condition_a"] == "every pair") & (found["test"] == "mixed_model, Holm")]
    assert every["p"].isna().all()
    assert len(every) == 1


def test_equivalence_is_tried_without_a_difference_wherever_there_is_a_bound():
    found = asked([10], equivalence_bound=0.5)
    assert [one.kind for one in found] == [EFFECT, EQUAL]
    assert not found[1].listeners.effects
    rows = [verdict("tost_mixed_model", 0.01), verdict("mixed_model", 0.01)]
    alike = Done(found[1], pd.DataFrame(rows), 1)
    assert planned_power([], [alike])["test"].tolist() == ["tost_mixed_model"]
    assert false_positives([alike]).empty


def test_who_is_recruited_stands_beside_who_is_analysed():
    analysed = pd.Series([60, 85, 40.0])
    assert recruited(analysed, 0.15).tolist() == [71, 100, 48]
    assert recruited(analysed, None).isna().all()


def test_what_is_assumed_is_printed():
    said = "\n".join(words.assumed(Asked(asked([12]), 1, 1, attrition=0.2)))
    for name, sd, share in (("participant", "0.50", "19 %"), ("residual", "0.90", "60 %")):
        assert re.search(rf"{name} +{sd} +{share}", said)
    assert "20 % of those recruited" in said
    assert "No attrition is assumed" in "\n".join(words.assumed(Asked(asked([12]), 1, 1)))


def test_power_of_all_contrasts_is_said_in_one_sentence():
    every = verdict("mixed_model, Holm", 0.01, "every pair", "")
    simulation = done(EFFECT, [every], 1, names="abc")
    table = planned_power([], [simulation]).assign(analysis_set="all")
    (said,) = words.power_said(table, simulation.scenario)
    assert said.startswith("With 12 participants, 100 %")
    assert "found every planned contrast that is apart, after Holm's correction" in said
