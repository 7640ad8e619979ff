"""The report of a small study: what comes first, what is folded, what is left out."""

from dataclasses import replace

import pandas as pd
import pytest

from analysis.data.codebook import FILES
from analysis.inference import Design, infer
from analysis.report import page
from analysis.report.page import Section
from analysis.story import brief, sections, shown
from survey.analysis_plan import Plan
from tests.analysis.handmade import GOOD, LIKING, METRICS, Tables, make_design, make_tables

PLAN = Plan(outcome="after.good", contrasts=(("b", "a"),), exclusions=("incomplete",))
ODD = ["=1+1", "<b>Žluť - x</b>"]


def full(tables: Tables, design: Design) -> Tables:
    """With what else a report has, without anything in it but everybody's number."""
    empty = {name: pd.DataFrame(columns=[one.name for one in FILES[name]])
             for name in ("flags", "flow", "exclusions", "descriptives")}  # fmt: skip
    n = tables["ratings"]["participant_id"].nunique()
    stages = [
        ("registered", None, n, None),
        ("assigned", None, n, None),
        ("completed", None, n, None),
        ("analysed", None, n, None),
    ]
    empty["flow"] = pd.DataFrame(stages, columns=empty["flow"].columns)
    return {**empty, **tables, **infer(tables, design)}


def told(tables: Tables, design: Design) -> dict[str, Section]:
    return {one.key: one for one in sections(full(tables, design), design, {})}


@pytest.fixture(scope="module")
def planned() -> dict[str, Section]:
    tables = make_tables(8, "abc", excluded=(0,))
    return told(tables, make_design("abc", plan=PLAN))


def words_of(section: Section) -> str:
    return " ".join(
        [section.lead, *section.notes]
        + [cell for table in section.tables for row in table.rows for cell in row]
    )


def test_sections_come_in_the_order_of_a_paper(planned):
    assert [*planned] == [
        *("flow", "quality", "ratings", "comparisons", "models", "baselines", "along"),
        *("reliability", "exclusions", "missing", "power", "methods"),
    ]


def test_the_planned_comparison_comes_first_and_alone(planned):
    first = planned["comparisons"].tables[0]
    assert (first.planned, first.folded) == (True, False)
    assert [row[0] for row in first.rows] == ["b − a"]
    assert first.caption == "Pair by pair: How good is it?"


def test_what_was_not_planned_is_marked_and_the_bulk_is_folded(planned):
    _, omnibus, *rest = planned["comparisons"].tables
    assert (omnibus.planned, omnibus.folded) == (False, False)
    assert [(table.planned, table.folded) for table in rest] == [(False, True)] * 2


def test_the_page_calls_planned_what_the_file_calls_planned():
    design = make_design("abc", plan=PLAN)
    tables = full(make_tables(8, "abc", excluded=(0,)), design)
    results = [one for one in vars(shown).values() if isinstance(one, shown.Shown) and one.results]
    assert results
    badged: dict[str, list[pd.DataFrame]] = {}
    for one in results:
        chosen = one.rows(tables[one.file], design)
        made = shown.table(one, tables, design)
        if made is not None and "family" in chosen:
            assert made.planned == bool((chosen["family"] == "planned").all())
            badged.setdefault(one.file, []).extend([chosen] if made.planned else [])
    planned = tables["comparisons"].query("family == 'planned'")
    assert set(planned.index) == set(pd.concat(badged["comparisons"]).index)
    assert set(planned["test"]) == {"paired_t"}


def test_p_that_are_not_corrected_say_so_in_every_table(planned):
    heads = [
        head for section in planned.values() for table in section.tables for head in table.columns
    ]
    of_p = [head for head in heads if head.startswith("p,") or head == "p"]
    assert of_p
    assert all("Holm" in head or "uncorrected" in head for head in of_p)


def test_columns_in_which_nothing_stands_are_left_out(planned):
    for section in planned.values():
        for table in section.tables:
            for column in zip(*table.rows, strict=True):
                assert set(column) != {"–"}


def test_no_code_of_the_files_is_on_the_page(planned):
    text = " ".join(words_of(one) for key, one in planned.items() if key != "methods")
    for code in (GOOD.name, "paired_t", "linear_mixed", "not_estimable", *METRICS[:3]):
        assert code not in text


def test_planned_and_everybody_stand_side_by_side(planned):
    (table,) = planned["exclusions"].tables
    (row,) = table.rows
    assert (row[1], row[6]) == ("7", "8")


@pytest.mark.parametrize("people", [0, 1])
def test_too_few_people_say_why_everywhere(people: int):
    found = told(make_tables(people), make_design())
    assert "can't be estimated" in found["power"].lead
    assert "nothing can be estimated" in found["comparisons"].lead
    assert "can't be told" in found["baselines"].lead


def test_one_condition_has_nothing_to_compare():
    found = told(make_tables(4, "a"), make_design("a"))
    assert not {"comparisons", "power"} & {*found}
    assert found["ratings"].title == "Ratings"
    text = " ".join(words_of(one) for one in found.values())
    text += " ".join(table.caption for one in found.values() for table in one.tables)
    absent_words = ("two conditions", "condition taken out", "within a condition", "Confounding")
    for absent in (*absent_words, "the conditions apart", "Within each condition"):
        assert absent not in text


def test_equal_ratings_are_no_equivalence():
    found = told(make_tables(rated=lambda *_: 3.0), make_design())
    assert "nothing can be estimated" in found["comparisons"].lead
    assert "all ratings equal" in found["models"].lead


def test_playlists_without_labels_say_so():
    tables = make_tables()
    tables["playlist_metrics"][[*METRICS]] = float("nan")
    assert "can't be estimated: no playlist has both values" in told(tables, make_design())[
        "baselines"
    ].lead  # fmt: skip


def test_what_the_model_learned_from_stands_beside_the_metrics():
    learned = {"in_words": "m (v1) learned from 159 of the library’s 192 songs."}
    manifest = {"models": [{"name": "m", "version": "v1", "learned_from": learned}]}
    design = make_design()
    found = {one.key: one for one in sections(full(make_tables(), design), design, manifest)}
    said = "Training songs: m (v1) learned from 159 of the library’s 192 songs."
    assert said in found["baselines"].notes


def test_anybodys_text_is_text():
    design = make_design(ODD)
    found = full(make_tables(8, ODD), design)
    html = page.standalone("t", sections=sections(found, design, {}), brief=brief(found, design))
    assert "<b>Ž" not in html
    assert "=1+1 − &lt;b&gt;Žluť - x&lt;/b&gt;" in html


def test_the_brief_answers_the_plan_first():
    plan = replace(PLAN, hypothesis="b is\nbetter than a.", metrics=("diversity",), participants=30)
    design = make_design(plan=plan)
    said, contrast, correlation, people, baselines = brief(full(make_tables(), design), design)
    assert said == "The hypothesis: “b is better than a.”"
    assert contrast.startswith("As planned, on “How good is it?”")
    assert correlation.startswith("As planned, “How good is it?” and metrics of playlists")
    assert "8 are analysed" in people
    assert people.endswith("the analysis plan asks for 30 participants.")
    assert "1 metric on 1 pair" in baselines


def test_of_one_condition_the_planned_correlation_is_answered_first_and_marked():
    design = make_design("a", plan=Plan(outcome="after.good", metrics=("diversity",)))
    tables = full(make_tables(12, "a"), design)
    assert brief(tables, design)[0].startswith("As planned, “How good is it?” and metrics")
    found = {one.key: one for one in sections(tables, design, {})}
    assert found["baselines"].tables[0].planned


def test_where_the_order_is_the_distance_only_the_position_is_told():
    tables = make_tables()
    tables["ratings"]["distance"] = tables["ratings"]["position"] / 10
    assert "distance" not in words_of(told(tables, make_design())["along"])
    tables["ratings"]["distance"] = -tables["ratings"]["distance"]
    assert "distance" in words_of(told(tables, make_design())["along"])


def test_each_section_says_once_whose_data_it_shows(planned):
    whom = ("Of everybody", "Of those who are analysed")
    said = {key: sum(note.startswith(whom) for note in one.notes) for key, one in planned.items()}
    apart = {"flow", "quality", "exclusions", "methods"}
    assert said == {key: int(key not in apart) for key in planned}


def test_when_the_plan_leaves_out_everybody_one_sentence_stands_for_the_tables():
    design = make_design(plan=PLAN)
    tables = full(make_tables(4, excluded=range(4)), design)
    stages = [
        ("registered", 4, None),
        ("assigned", 4, None),
        ("excluded", 4, "too_fast"),
        ("analysed", 0, None),
    ]
    tables["flow"] = pd.DataFrame([(s, None, n, why) for s, n, why in stages],
                                  columns=["stage", "condition", "n", "reason"])  # fmt: skip
    found = {one.key: one for one in sections(tables, design, {})}
    said = "The analysis plan leaves out everybody: playlists rated too fast (4)."
    for key in ("comparisons", "models", "baselines", "along", "power"):
        assert found[key].lead.startswith(said)
        assert not found[key].tables
    assert brief(tables, design)[0].startswith(said)


def test_methods_name_the_plan_and_the_data():
    design = make_design(plan=PLAN)
    manifest = {"data_hash": "f00", "software": {"numpy": "2"}, "models": [], "rows": {"flow": 3}}
    section = sections(full(make_tables(2), design), design, manifest)[-1]
    assert {PLAN.sha256, "f00", "2"} <= {row[-1] for row in section.tables[-1].rows}


def test_comparisons_say_whom_and_what_they_are_meant_for():
    tables = make_tables(12)
    notes = [
        " ".join(told(tables, make_design(primary=primary))["comparisons"].notes)
        for primary in (LIKING, GOOD)
    ]
    assert "for other songs such as these" in notes[0]
    assert "with the query songs and playlists that were there, and not for others" in notes[1]


def test_playlists_that_several_heard_are_said_to_be_taken_for_granted():
    tables = make_tables(12)
    assert "heard the same playlists" in words_of(told(tables, make_design())["comparisons"])
    own = tables["ratings"]["playlist_id"] * 10 + tables["ratings"]["position"]
    tables["ratings"] = tables["ratings"].assign(track_id=own)
    assert "heard the same playlists" not in words_of(told(tables, make_design())["comparisons"])
