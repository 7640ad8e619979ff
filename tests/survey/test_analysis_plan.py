"""What an analysis plan says, and why something is none."""

import pytest

from survey.analysis_plan import METRICS, RULES, SETTINGS, Known, Plan, PlanError, contradictions
from survey.models import Flag, Study

FULL = {
    "hypothesis": "The network is liked more.",
    "outcome": "track.liking",
    "contrasts": [["cnn", "random"], ["same-genre", "cnn"]],
    "metrics": ["cohesion_genre_pair", "entropy_bits"],
    "equivalence_bound": 0.5,
    "correlation_bound": 0.3,
    "alpha": 0.01,
    "exclusions": ["incomplete", "too_fast"],
    "participants": 60,
}
KNOWN = Known(
    {"track.liking": (1, 5), "after.mood.calm": (1, 7), "after.mood.glad": (1, 7)},
    ["cnn", "random", "same-genre"],
)


def test_a_plan_says_again_what_its_document_said():
    assert Plan.of(FULL).document == FULL
    assert Plan.of(Plan.of(FULL).document) == Plan.of(FULL)


def test_an_empty_document_is_no_plan_and_nothing_wrong():
    assert not Plan.of({})
    assert (Plan.of({}).document, Plan.of({}).sha256) == ({}, "")


def test_a_plan_always_says_its_level_and_whom_it_leaves_out():
    assert Plan.of({"outcome": "a.b"}).document == {
        "outcome": "a.b",
        "alpha": 0.05,
        "exclusions": [],
    }


def test_the_order_of_metrics_and_exclusions_does_not_matter():
    turned = {name: FULL[name][::-1] for name in ("metrics", "exclusions")}
    assert Plan.of({**FULL, **turned}).sha256 == Plan.of(FULL).sha256


def test_numbers_written_in_another_way_are_the_same_plan():
    assert Plan.of({"outcome": "a.b", "equivalence_bound": 1}).sha256 == (
        Plan.of({"alpha": 0.05, "outcome": "a.b", "equivalence_bound": 1.0}).sha256
    )


@pytest.mark.parametrize("name", FULL)
def test_every_part_is_in_the_hash(name):
    less = {key: value for key, value in FULL.items() if key != name}
    assert Plan.of({**less, "outcome": "another.one"} if name == "outcome" else less).sha256 != (
        Plan.of(FULL).sha256
    )


def test_without_contrasts_every_pair_is_compared():
    every = Plan.of({"outcome": "a.b"}).pairs(["x", "y", "z"])
    assert every == [("x", "y"), ("x", "z"), ("y", "z")]
    assert Plan.of(FULL).pairs(["x"]) == [("cnn", "random"), ("same-genre", "cnn")]


@pytest.mark.parametrize(
    ("parts", "said"),
    [
        ({"outcome": None}, "The outcome is a question"),
        ({"outcome": "liking"}, "The outcome is a question"),
        ({"outcomes": "a.b"}, "A plan has no “outcomes”"),
        ({"hypothesis": 7}, "The hypothesis is a text"),
        ({"metrics": "entropy_bits"}, "Metrics are a list of these"),
        ({"metrics": ["entropy"]}, "Metrics are a list of these"),
        ({"exclusions": ["lazy"]}, "Exclusions are a list of these, each once: incomplete,"),
        ({"exclusions": ["too_fast", "too_fast"]}, "each once"),
        ({"contrasts": [["cnn"]]}, "A contrast is a pair"),
        ({"contrasts": [["cnn", "cnn"]]}, "“cnn” can't be compared with itself"),
        ({"contrasts": [["a", "b"], ["b", "a"]]}, "“b” and “a” are compared already"),
        *(({"alpha": value}, "α is a number") for value in (0, 0.5, -0.1, True, "0.05", None)),
        *(({"equivalence_bound": value}, "above 0") for value in (0, -1, float("nan"))),
        *(({"correlation_bound": value}, "below 1") for value in (0, 1, -0.3)),
        *(({"participants": value}, "whole number from 1") for value in (0, 1.5, "60", True)),
    ],
)
def test_what_makes_no_plan_is_said_in_words(parts, said):
    with pytest.raises(PlanError, match=said):
        Plan.of({**FULL, **parts})


@pytest.mark.parametrize("document", [None, [], "track.liking", 7])
def test_a_plan_is_names_and_values(document):
    with pytest.raises(PlanError, match="names and values"):
        Plan.of(document)


def test_a_plan_needs_an_outcome():
    with pytest.raises(PlanError, match="needs its outcome"):
        Plan.of({"alpha": 0.01})


@pytest.mark.parametrize(
    ("parts", "path", "said"),
    [
        ({"outcome": "track.fit"}, ("outcome",), "there are: track.liking, after.mood.calm,"),
        ({"outcome": "after.mood"}, ("outcome",), "takes one of its rows; there are: after.mood"),
        ({"equivalence_bound": 4.5}, ("equivalence_bound",), "can be larger than 4"),
        ({"contrasts": [["cnn", "mfcc"]]}, ("contrasts", 0, 1), "no condition “mfcc”"),
    ],
)
def test_what_the_study_does_not_have_is_said_with_its_place(parts, path, said):
    ((where, words),) = contradictions({**FULL, **parts}, KNOWN)
    assert where == path
    assert said in words


def test_a_plan_that_agrees_with_its_study_has_nothing_against_it():
    assert list(contradictions(FULL, KNOWN)) == []
    assert list(contradictions({**FULL, "outcome": "after.mood.calm"}, KNOWN)) == []


def test_a_rule_needs_the_setting_that_marks():
    unmarked = Known(KNOWN.scales, KNOWN.conditions, ["flag_seconds_a_track"])
    ((where, words),) = contradictions(FULL, unmarked)
    assert where == ("exclusions", 1)
    assert "“too_fast” needs flag_seconds_a_track" in words


@pytest.mark.parametrize("document", [None, [], {"contrasts": 3, "outcome": []}, {"metrics": {}}])
def test_what_has_no_shape_contradicts_nothing(document):
    assert list(contradictions(document, KNOWN)) == []


def test_every_mark_has_a_rule_and_every_rule_its_setting():
    assert set(RULES) == {"incomplete", *Flag.Kind.values}
    assert {field.name for field in Study._meta.fields if field.name.startswith("flag_")} == (
        SETTINGS
    )


def test_metrics_are_named_once():
    assert len(set(METRICS)) == len(METRICS)
