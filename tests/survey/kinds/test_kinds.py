"""What may be answered to a question has one answer, whoever asks."""

from typing import Any

import pytest
from django.core.exceptions import ValidationError

from survey.kinds import KINDS, choices
from survey.models import Item, Study
from survey.recruiting.eligibility import problems_with_questions
from survey.study_files.checking import contradictions

LABELS = ["Never", "Sometimes", "Often"]
ABOUT: dict[str, dict[str, Any]] = {
    "likert": {"options": LABELS},
    "stars": {"options": LABELS},
    "slider": {"bounds": [10, 20]},
    "yes_no": {},
    "choice": {"options": LABELS, "other": True},
    "multiple": {"options": LABELS},
    "number": {"options": [16, 110]},
}
# What somebody may call an answer, and how it is kept; None: nobody can answer so.
ANSWERS = [
    *[(kind, said, kept) for kind in ("likert", "stars") for said, kept in (
        ("Never", "1"), ("3", "3"), ("4", None), ("0", None), ("never", None), ("other", None),
    )],
    *[("slider", said, kept) for said, kept in (
        ("10", "10"), ("20", "20"), ("21", None), ("9", None), ("Never", None), ("12.5", None),
    )],
    *[("yes_no", said, kept) for said, kept in (("yes", "yes"), ("no", "no"), ("maybe", None))],
    *[("choice", said, kept) for said, kept in (
        ("Often", "Often"), ("other", "other"), ("1", None), ("Loudly", None),
    )],
    *[("multiple", said, kept) for said, kept in (("Often", "Often"), ("other", None))],
    *[("number", said, kept) for said, kept in (
        ("16", "16"), ("110", "110"), ("111", None), ("15", None), ("sixteen", None), ("1e2", None),
    )],
]  # fmt: skip


def file_of(kind: str, rule: dict[str, Any], name: str) -> dict[str, Any]:
    item = {"key": "often", "text": "How often?", "kind": kind, **ABOUT[kind]}
    later = {"key": "why", "text": "Why?", "kind": "text"}
    if name == "shown_if":
        later["shown_if"] = rule
    about = {"key": "about", "placement": "registration", "items": [item, later]}
    return {"instruments": [about], **({name: [rule]} if name != "shown_if" else {})}


@pytest.mark.parametrize("name", ["screen_out", "quotas", "shown_if"])
@pytest.mark.parametrize(("kind", "said", "kept"), ANSWERS)
def test_a_studys_file_takes_what_can_be_answered(kind, said, kept, name):
    found = contradictions(file_of(kind, {"item": "about.often", "is": [said]}, name))
    assert bool(found) == (kept is None)
    assert all("none of the answers" in problem.message for problem in found)


@pytest.mark.parametrize(("kind", "said", "kept"), ANSWERS)
def test_the_researchers_area_takes_the_same(study: Study, kind, said, kept):
    about = study.instruments.create(key="about", placement="registration")
    about.items.create(key="often", text="How often?", kind=kind, **ABOUT[kind])
    study.screen_out = [{"item": "about.often", "is": [said]}]
    assert bool(problems_with_questions(study, "screen_out")) == (kept is None)


@pytest.mark.parametrize(("kind", "said", "kept"), ANSWERS)
def test_an_answer_is_kept_by_its_value(kind, said, kept):
    item = Item(key="often", kind=kind, **ABOUT[kind])
    assert item.question_kind.stored(item, said) == kept


@pytest.mark.parametrize("kind", [name for name in KINDS if KINDS[name].can_decide])
def test_what_a_kind_lists_as_answers_can_be_given(kind):
    item = Item(key="often", kind=kind, **ABOUT.get(kind, {}))
    for answer in item.possible_answers or []:
        assert item.question_kind.stored(item, answer) == answer


@pytest.mark.django_db
def test_a_rule_that_names_a_label_asks_for_its_point(study: Study):
    about = study.instruments.create(key="about", placement="registration")
    about.items.create(key="often", text="How often?", kind="likert", options=LABELS)
    rule = {"item": "about.often", "is": ["Never"]}
    later = Item(instrument=about, key="why", text="Why?", kind="text", shown_if=rule, position=1)
    later.clean()
    assert later.shown_if == {"item": "about.often", "is": ["1"]}


def test_a_refused_answer_is_told_values_and_labels():
    rule = {"item": "about.often", "is": ["Always"]}
    (problem,) = contradictions(file_of("likert", rule, "screen_out"))
    assert problem.message.endswith("there are 1, 2, 3, Never, Sometimes, Often.")


def test_every_kind_is_offered_once():
    names = [name for name, _label in choices()]
    assert sorted(names) == sorted(set(names))
    assert names == list(KINDS)


def test_a_kind_that_nobody_knows_is_refused_by_name(study: Study):
    item = Item(instrument=study.instruments.first(), key="x", text="X?", kind="telepathy")
    with pytest.raises(ValidationError, match="telepathy"):
        item.full_clean()


@pytest.mark.parametrize("right_answer", [{}, {"right_answer": "5"}])
@pytest.mark.parametrize(
    ("kind", "about"),
    [
        ("slider", {"bounds": [0, 10**12]}),
        ("slider", {"bounds": [5]}),
        ("slider", {"bounds": "x"}),
        ("number", {"options": [1]}),
        ("number", {"options": ["a", "b"]}),
        ("number", {"options": {"de": 1}}),
        ("likert", {"options": [["a"], {}]}),
        ("choice", {"options": [1, 2]}),
        ("choice", {"options": "abc"}),
        ("matrix", {"options": ["a", "b"], "rows": 5}),
        (["likert"], {}),
        (None, {}),
        ("telepathy", {}),
    ],
)
def test_a_question_that_is_wrong_itself_ends_no_check_of_what_refers_to_it(
    kind, about, right_answer
):
    item = {"key": "often", "text": "How often?", "kind": kind, **about, **right_answer}
    rule = {"item": "about.often", "is": ["5"]}
    instrument = {"key": "about", "placement": "registration", "items": [item]}
    assert contradictions({"instruments": [instrument], "screen_out": [rule]}) == []
