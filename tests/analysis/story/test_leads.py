"""A sentence says what the numbers allow, and no more."""

import math
from dataclasses import replace

import pandas as pd
import pytest

from analysis.inference import Design
from analysis.inference.comparing import COLUMNS
from analysis.stats.verdicts import VERDICTS
from analysis.story import conclusions, leads, phrases
from survey.analysis_plan import Plan
from tests.analysis.handmade import GOOD, make_design

PLAN = Plan(outcome="after.good", exclusions=("incomplete",), alpha=0.1, equivalence_bound=0.5)
PLANNED = make_design(plan=PLAN)
ROW = {
    "family": "exploratory", "outcome": GOOD.name, "condition_a": "a", "condition_b": "b",
    "test": "paired_t", "n_a": 20, "n_b": 20, "estimate": 0.31, "estimate_ci_low": 0.1,
    "estimate_ci_high": 0.52, "p_holm": 0.003, "tost_p": math.nan, "tost_high": math.nan,
    "analysis_set": "all", "status": "ok",
}  # fmt: skip
PLANNED_ROW = {"family": "planned", "analysis_set": "after_exclusions", "tost_high": 0.5}
OPEN = {"estimate": -0.1, "estimate_ci_low": -0.3, "estimate_ci_high": 0.1, "p_holm": 0.3}


def compared(*rows: dict[str, object], design: Design | None = None) -> str:
    table = pd.DataFrame([ROW | row for row in rows], columns=COLUMNS)
    return conclusions.comparisons({"comparisons": table}, design or make_design())


def test_a_difference_has_its_interval_its_n_and_its_p():
    assert compared({}) == (
        "Exploratory, on “How good is it?”: a is 0.31 points higher than b "
        "(95 % interval 0.10 to 0.52, n = 20, Holm p = .003)."
    )


def test_a_p_above_alpha_shows_nothing_and_rules_nothing_out():
    assert "no difference is shown or ruled out for a − b (−0.10, 95 %" in compared(OPEN)


def test_a_planned_result_says_so_with_the_plans_alpha():
    said = compared(PLANNED_ROW, design=PLANNED)
    assert said.startswith("As planned, on")
    assert "90 % interval" in said


def test_no_difference_is_claimed_by_equivalence_alone():
    said = compared({**OPEN, **PLANNED_ROW, "tost_p": 0.02}, design=PLANNED)
    assert "a difference within the bound is shown for a − b" in said
    assert "bound 0.50, p = .020" in said


def test_a_difference_too_small_to_matter_is_said_to_be():
    said = compared({**PLANNED_ROW, "tost_p": 0.02}, design=PLANNED)
    assert "higher, within the bound of 0.50, than b" in said


def test_what_is_not_estimable_says_why():
    said = compared({"status": "not_estimable: no participant has a value in b"})
    assert said.endswith("nothing can be estimated for a − b (no participant has a value in b).")


def test_many_pairs_are_counted_not_listed():
    rows = [{**OPEN, "condition_b": str(i)} for i in range(10)]
    assert compared(*rows).endswith("and 7 more.")


def test_groups_have_an_n_each():
    said = compared({"test": "welch_t", "n_b": 22}, design=make_design(paired=False))
    assert "n = 20 and 22" in said


@pytest.mark.parametrize(
    ("design", "said"),
    [
        (make_design(["a"]), "There are no two conditions to compare."),
        (replace(make_design(), primary=None), phrases.NO_SCALE),
    ],
)
def test_nothing_to_compare_is_said(design: Design, said: str):
    assert compared(design=design) == said


@pytest.mark.parametrize(
    ("n", "said"),
    [
        (0, "Nobody has registered yet."),
        (1, "Of 1 person who registered, 1 completed the study, and 1 is analysed."),
        (2, "Of 2 people who registered, 2 completed the study, and 2 are analysed."),
    ],
)
def test_people_are_counted_in_grammar(n: int, said: str):
    stages = ["registered", "completed", "analysed"]
    flow = pd.DataFrame([(stage, None, n) for stage in stages], columns=["stage", "condition", "n"])
    assert leads.flow({"flow": flow}, make_design()) == said


def judged(*verdicts: str) -> str:
    rows = [
        {"metric": f"m{i}", "condition_a": "a", "condition_b": "b", "verdict": one, "status": "ok"}
        for i, one in enumerate(verdicts)
    ]
    return conclusions.verdicts({"metric_verdicts": pd.DataFrame(rows, columns=VERDICTS)}, PLANNED)


def test_an_undecided_side_is_neither_agreement_nor_disagreement():
    said = judged("agrees", "contradicts", "people undecided", "both undecided")
    assert said == (
        "By 4 metrics on 1 pair of conditions, 1 of 4 conclusions agrees with people’s, 1 differs "
        "and 2 can't be told, as people or the metric are undecided."
    )


def test_seeing_no_difference_together_is_agreement():
    assert "2 of 2 conclusions agree" in judged("both see no difference", "agrees")


def changed(**everybody: object) -> str:
    rows = [ROW | PLANNED_ROW, ROW | {"family": "sensitivity", **everybody}]
    table = pd.DataFrame(rows, columns=COLUMNS)
    return conclusions.exclusions({"comparisons": table}, PLANNED)


def test_the_same_conclusion_with_everybody_in_is_said():
    assert changed().endswith("1 planned comparison leads to the same conclusion.")


def test_another_conclusion_with_everybody_in_is_named():
    assert changed(**OPEN) == "With everybody in, the conclusion is another for a − b."


@pytest.mark.parametrize(
    ("p", "said"),
    [(0.0304, "p = .030"), (0.0001, "p < .001"), (1.0, "p = 1.000"), (math.nan, "no p")],
)
def test_p_is_written_without_its_zero(p: float, said: str):
    assert phrases.p_value(p) == said
