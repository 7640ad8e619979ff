"""A sentence says what the numbers allow, and no more."""

import math
from collections.abc import Sequence
from dataclasses import replace

import pandas as pd
import pytest

from analysis.inference import Design
from analysis.inference.comparing import COLUMNS, FAMILY
from analysis.stats.conclusions import concluded
from analysis.stats.verdicts import VERDICTS
from analysis.story import conclusions, leads, phrases
from survey.analysis_plan import Plan
from tests.analysis.handmade import GOOD, LIKING, make_design

PLAN = Plan(outcome="after.good", exclusions=("incomplete",), alpha=0.1, equivalence_bound=0.5)
PLANNED = make_design(plan=PLAN)
ROW = {
    "family": "exploratory", "outcome": GOOD.name, "condition_a": "a", "condition_b": "b",
    "test": "paired_t", "n_a": 20, "n_b": 20, "estimate": 0.31, "se": 0.1, "df": 19.0, "p": 0.0061,
    "tost_p": math.nan, "tost_high": math.nan, "analysis_set": "all", "status": "ok",
}  # fmt: skip
PLANNED_ROW = {"family": "planned", "analysis_set": "after_exclusions", "tost_high": 0.5}
OPEN = {"estimate": -0.1, "p": 0.33}
LITTLE = {"tost_p": 0.037}  # of 0.31 within 0.5, with these errors
NONE = {"estimate": math.nan, "se": math.nan, "p": math.nan}


def decided(*rows: dict[str, object], design: Design | None = None) -> pd.DataFrame:
    table = pd.DataFrame([ROW | row for row in rows], columns=COLUMNS)
    return concluded(table, FAMILY, table["test"] != "", (design or make_design()).alpha)


def compared(*rows: dict[str, object], design: Design | None = None) -> str:
    table = decided(*rows, design=design)
    return str(conclusions.comparisons({"comparisons": table}, design or make_design()))


def test_a_difference_has_its_interval_its_n_and_its_p():
    assert compared({}) == (
        "Exploratory, on “How good is it?”: a is 0.31 points higher than b "
        "(95 % interval 0.10 to 0.52, n = 20, p = .006)."
    )


def test_a_p_above_alpha_shows_nothing_and_rules_nothing_out():
    assert "no difference is shown or ruled out for a − b (−0.10, 95 %" in compared(OPEN)


def test_a_planned_result_says_so_with_the_plans_alpha():
    said = compared(PLANNED_ROW, design=PLANNED)
    assert said.startswith("As planned, on")
    assert "90 % interval" in said


def test_no_difference_is_claimed_by_equivalence_alone():
    said = compared({**OPEN, **PLANNED_ROW, "tost_p": 0.0004}, design=PLANNED)
    assert said.endswith(
        "shown to differ by less than the bound: a − b (−0.10, 80 % interval −0.23 to 0.03, "
        "p < .001 of equivalence, the bound of 0.50, n = 20)."
    )


def test_a_difference_too_small_to_matter_is_said_to_be():
    said = compared({**PLANNED_ROW, **LITTLE}, design=PLANNED)
    assert said.endswith(
        "a is 0.31 points higher than b (90 % interval 0.14 to 0.48, n = 20, p = .006), but by "
        "less than the bound of 0.50 (80 % interval 0.18 to 0.44, p = .037 of equivalence)."
    )


def test_corrected_for_several_pairs_the_interval_says_what_holm_says():
    other = {"condition_a": "c", "estimate": 0.22, "p": 0.0403}
    said = compared({}, other, {"condition_a": "d", **OPEN})
    assert (
        "a is 0.31 points higher than b (98.33 % interval 0.05 to 0.57, n = 20, Holm p = .018)"
        in said
    )
    assert (
        "ruled out for c − b (0.22, 97.5 % interval −0.02 to 0.46, n = 20, Holm p = .081)" in said
    )
    assert "d − b (−0.10, 97.5 % interval" in said


def test_what_is_not_estimable_says_why():
    said = compared({**NONE, "status": "not_estimable: no participant has a value in b"})
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
        (1, "Of 1 person who registered, 1 was given a condition: of these, 1 is analysed. 1 "
            "completed the study."),
        (2, "Of 2 people who registered, 2 were given a condition: of these, 2 are analysed. 2 "
            "completed the study."),
    ],
)  # fmt: skip
def test_people_are_counted_in_grammar(n: int, said: str):
    assert str(leads.flow(came(registered=n, assigned=n, completed=n, analysed=n), NO_PLAN)) == said


NO_PLAN = make_design()


def came(**counts: int) -> dict[str, pd.DataFrame]:
    rows = [(stage, None, n, "too_fast" if stage == "excluded" else None)
            for stage, n in counts.items()]  # fmt: skip
    return {"flow": pd.DataFrame(rows, columns=["stage", "condition", "n", "reason"])}


def test_counts_add_up_as_they_are_worded_and_stand_beside_the_planned_n():
    counts = came(
        registered=60, assigned=57, analysed=41, excluded=12, without_ratings=4, completed=45
    )
    design = make_design(plan=replace(PLAN, participants=80))
    assert str(leads.flow(counts, design)) == (
        "Of 60 people who registered, 57 were given a condition: of these, 41 are analysed, 12 are "
        "excluded by the analysis plan and 4 have no rating to analyse. 45 completed the study; "
        "the analysis plan asks for 80 participants."
    )


def test_a_plan_that_leaves_out_everybody_is_said_in_one_sentence():
    said = leads.nobody_left(came(registered=9, assigned=9, analysed=0, excluded=9), PLANNED)
    assert str(said).startswith(
        "The analysis plan leaves out everybody: playlists rated too fast (9)."
    )
    assert not leads.nobody_left(came(analysed=1, excluded=8), PLANNED)


def test_no_trend_shown_is_no_trend_ruled_out():
    row = {"outcome": LIKING.name, "x": "position", "measure": "spearman", "estimate": 0.1,
           "decision_level": 0.95, "decision_ci_low": -0.1, "decision_ci_high": 0.3,
           "p_holm": 0.3, "conclusion": "undecided", "n_participants": 9, "analysis_set": "all",
           "status": "ok"}  # fmt: skip
    said = str(leads.along({"along_playlists": pd.DataFrame([row])}, make_design()))
    assert "no trend with position in the playlist is shown or ruled out" in said


def judged(*verdicts: str, not_counted: Sequence[str] = ()) -> str:
    pair = {"condition_a": "a", "condition_b": "b", "status": "ok", "not_counted": ""}
    rows = [{"metric": f"m{i}", "verdict": one, **pair} for i, one in enumerate(verdicts)]
    rows += [{"metric": f"n{i}", "verdict": "agrees", **pair, "not_counted": why}
             for i, why in enumerate(not_counted)]  # fmt: skip
    table = pd.DataFrame(rows, columns=VERDICTS)
    return str(conclusions.verdicts({"metric_verdicts": table}, PLANNED))


def test_an_undecided_side_is_neither_agreement_nor_disagreement():
    said = judged("agrees", "contradicts", "people undecided", "both undecided")
    assert said == (
        "By 4 metrics on 1 pair of conditions, 1 of 4 conclusions agrees with people’s, 1 differs "
        "and 2 can't be told, as people or the metric are undecided."
    )


def test_seeing_no_difference_together_is_agreement():
    assert "2 of 2 conclusions agree" in judged("both see no difference", "agrees")


def test_what_is_circular_or_said_twice_is_not_counted():
    said = judged("agrees", not_counted=["circular", "circular", "mirrors m0"])
    assert said == (
        "By 4 metrics on 1 pair of conditions, 1 of 1 conclusion agrees with people’s, 0 differ "
        "and 0 can't be told, as people or the metric are undecided; not counted: 2 circular (a "
        "condition chooses by what is measured) and 1 near mirror image of others."
    )
    assert "no conclusion can be counted" in judged(not_counted=["circular"])


def changed(**everybody: object) -> str:
    table = decided(PLANNED_ROW, {"family": "sensitivity", **everybody}, design=PLANNED)
    none = pd.DataFrame(columns=["metric", "family", "conclusion"])
    tables = {"comparisons": table, "cohesion_vs_rating": none}
    return str(conclusions.exclusions(tables, PLANNED))


def test_the_same_conclusion_with_everybody_in_is_said():
    assert changed().endswith("1 planned comparison leads to the same conclusion.")


def test_another_conclusion_with_everybody_in_is_named():
    assert changed(**OPEN) == (
        "The exclusions change what is concluded: of a − b it is concluded: a higher than b "
        "(p = .006); with everybody in: undecided (p = .330)."
    )


def test_beside_a_changed_conclusion_is_the_p_that_decided_it():
    assert changed(**OPEN, tost_p=0.012).endswith(
        "with everybody in: smaller than the bound (p = .012 of being smaller)."
    )


def test_what_cannot_be_compared_is_not_passed_over():
    other = {**PLANNED_ROW, "condition_b": "c"}
    without = {**other, **NONE, "status": "not_estimable: too few"}
    everybody = {"family": "sensitivity"}
    table = decided(PLANNED_ROW, without, everybody, {**other, **everybody, "analysis_set": "all"},
                    design=PLANNED)  # fmt: skip
    none = pd.DataFrame(columns=["metric", "family", "conclusion"])
    tables = {"comparisons": table, "cohesion_vs_rating": none}
    assert str(conclusions.exclusions(tables, PLANNED)).endswith(
        "1 planned comparison leads to the same conclusion; the rest can't be compared."
    )


@pytest.mark.parametrize(
    ("p", "said"),
    [(0.0304, "p = .030"), (0.0001, "p < .001"), (1.0, "p = 1.000"), (math.nan, "no p")],
)
def test_p_is_written_without_its_zero(p: float, said: str):
    assert phrases.p_value(p) == said
