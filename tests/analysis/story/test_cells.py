"""How numbers are written, and what codes are called for people."""

import math

import pytest

from analysis.data.codebook import FILES
from analysis.inference import Design, Outcome
from analysis.stats.several import BETWEEN, WITHIN
from analysis.stats.verdicts import BETTER
from analysis.story import cells, methods, words
from analysis.story.cells import Column, cell
from tests.analysis.handmade import GOOD, make_design

DESIGN = make_design()


def written(write: cells.Write, design: Design = DESIGN, **row: object) -> str:
    return cell(row, Column("", write), design)


@pytest.mark.parametrize("missing", [None, math.nan])
@pytest.mark.parametrize(
    "write", [cells.figure("x"), cells.count("x"), cells.percent("x"), cells.p("x"),
              cells.text("x"), cells.interval("x", "x"), cells.with_interval("x", "x", "x")]
)  # fmt: skip
def test_what_is_missing_is_a_dash(write: cells.Write, missing: float | None):
    assert written(write, x=missing) == "–"


@pytest.mark.parametrize(
    ("write", "x", "said"),
    [
        (cells.figure("x"), -0.104, "−0.10"),
        (cells.figure("x"), -0.001, "0.00"),
        (cells.count("x"), 1294.0, "1,294"),
        (cells.percent("x"), 0.0521, "5.2 %"),
        (cells.p("x"), 0.0304, ".030"),
        (cells.p("x"), 0.0002, "< .001"),
        (cells.p("x"), 1.0, "1.000"),
        (cells.text("x"), "=1+1 <b>", "=1+1 <b>"),
    ],
)
def test_numbers_are_written_as_papers_write_them(write: cells.Write, x: object, said: str):
    assert written(write, x=x) == said


def test_an_effect_has_its_name_and_interval_in_its_cell():
    write = cells.with_interval("effect", names=words.EFFECTS)
    row = {"effect": -0.138, "effect_name": "hedges_g", "ci_low": -0.32, "ci_high": 0.05}
    assert written(write, **row) == "Hedges’ g −0.14 (−0.32 to 0.05)"


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ({"test": "paired_t", "statistic": -1.49, "df": 82.0}, "t(82) = −1.49"),
        ({"test": "rm_anova", "statistic": 4.64, "df": 1.9, "df_residual": 155.1},
         "F(1.9, 155.1) = 4.64"),
        ({"statistic_name": "z", "statistic": 2.0, "df": math.nan}, "z = 2.00"),
        ({"statistic_name": "chi2", "statistic": 5.0, "df": 2.0}, "χ²(2) = 5.00"),
    ],
)  # fmt: skip
def test_a_statistic_has_the_degrees_of_freedom_that_there_are(row: dict[str, object], said: str):
    assert written(cells.statistic, **row) == said


@pytest.mark.parametrize(
    ("test", "said"),
    [
        ("paired_t", "1.50"),
        ("mixed_model", "1.50"),
        ("wilcoxon_signed_rank", "1.50 (Hodges–Lehmann, of those who differ)"),
        ("mann_whitney", "1.50 (Hodges–Lehmann)"),
    ],
)
def test_a_difference_that_is_none_of_means_says_what_it_is(test: str, said: str):
    assert written(cells.difference, test=test, estimate=1.5) == said


def test_a_standardised_effect_says_which_sds_it_counts():
    assert written(cells.in_sds, test="paired_t", effect=0.3) == "0.30 SDs of the differences (d_z)"
    assert written(cells.in_sds, test="tost_mixed_model", effect=0.3).endswith("rating (d)")
    assert written(cells.in_sds, test="welch_t", effect=math.nan) == "–"


def test_pairs_are_counted_once_and_groups_each():
    assert written(cells.sizes(), make_design(paired=True), n_a=40, n_b=40) == "40"
    assert written(cells.sizes(), make_design(paired=False), n_a=40, n_b=40) == "40 and 40"


def test_who_left_on_the_way_is_counted_within_participants_too():
    """A mixed model takes those, too, who have ratings in one of the conditions alone."""
    assert written(cells.sizes(), make_design(paired=True), n_a=40, n_b=38) == "40 and 38"


def test_an_outcome_is_called_by_its_question():
    assert words.asked(GOOD.name, DESIGN) == "How good is it?"


def test_questions_asked_alike_are_told_apart():
    twice = [GOOD, Outcome("ratings", "good", 5, GOOD.label)]
    design = Design(["a", "b"], True, twice, GOOD)
    assert words.asked("ratings.good", design) == "How good is it? (ratings.good)"


@pytest.mark.parametrize(
    ("term", "said"),
    [("a - b", "a − b"), ("intercept", "mean of a"), ("condition", "all conditions"),
     ("2|3", "threshold 2 to 3")],
)  # fmt: skip
def test_terms_of_models_are_in_words(term: str, said: str):
    assert words.term({"term": term}, DESIGN) == said


def test_a_condition_with_a_dash_in_its_name_is_still_one():
    design = make_design(["a - z", "b"])
    assert words.term({"term": "a - z - b"}, design) == "a - z − b"


def test_reasons_name_metrics_in_words():
    assert words.why("not_estimable: all values of entropy_bits are equal") == (
        "all values of genre entropy are equal"
    )


def test_every_metric_with_a_verdict_has_a_name():
    assert set(BETTER) <= set(words.METRICS)


def test_every_test_of_all_conditions_has_a_name_and_a_letter():
    assert {*BETWEEN, *WITHIN} <= set(words.TESTS) & set(words.STATISTICS)


def test_methods_say_what_every_file_holds():
    assert set(methods.FILES) == {*FILES, "manifest"}
