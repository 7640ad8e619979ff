"""Every kind of question: what is allowed comes back as it was given, anything else is refused."""

from itertools import count

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from survey.models import Instrument, Item
from survey.questions.forms import ItemsForm

INSTRUMENT = Instrument(key="q", title="Questions", placement="end")
FIVE = ["Dislike", "Rather dislike", "Neutral", "Rather like", "Like"]
TASTES = ["Tea", "Coffee", "Milk"]
NUMBERS = count(1)
ROWS = {"pace": ["slow", "fast"], "mood": ["sad", "happy"]}


def item(kind: str, **about: object) -> Item:
    about.setdefault("key", "a")
    return Item(pk=next(NUMBERS), instrument=INSTRUMENT, text="?", kind=kind, **about)


def sent(question: Item, **parts: object) -> ItemsForm:
    """The form as a browser sends it; `_other` stands for the input `q.a.other`."""
    names = {name: f"q.a{name.replace('_', '.', 1)}" for name in parts}
    return ItemsForm([question], {names[name]: value for name, value in parts.items()})


def answer(form: ItemsForm) -> object:
    assert form.is_valid(), form.errors
    return next(iter(form.answers().values()), None)


def refusal(form: ItemsForm) -> str:
    assert not form.is_valid()
    assert form.answers() == {}
    return form.errors["q.a"][0]


def whole(form: ItemsForm) -> str:
    return str(form["q.a"])


LISTED = [
    item("likert", options=FIVE, dont_know=True),
    item("stars", options=FIVE),
    item("slider", dont_know=True),
    item("slider", bounds=[-5, 5]),
    item("choice", options=TASTES),
    item("yes_no", dont_know=True),
]


def possible(question) -> list[str]:
    """All that can be answered; of a slider, which lists nothing, every point."""
    low, high = question.ends
    points = [*map(str, range(low, high + 1)), *["dont_know"] * question.dont_know]
    return question.possible_answers or points


@given(st.sampled_from(LISTED), st.data())
def test_every_possible_answer_is_taken_as_given(question, data):
    value = data.draw(st.sampled_from(possible(question)))
    unknown = question.kind == "slider" and value == "dont_know"
    form = sent(question, _dont_know="on") if unknown else sent(question, **{"": value})
    assert answer(form) == value


@given(st.sampled_from(LISTED), st.text(max_size=20) | st.integers().map(str))
def test_any_other_answer_is_refused(question, value):
    try:  # “ 7”, “٧” and “07” are the number 7, too
        assume(str(int(value)) not in possible(question))
    except ValueError:
        assume(value.strip() not in possible(question))
    assert refusal(sent(question, **{"": value}))


@given(st.lists(st.sampled_from(TASTES), unique=True, min_size=1), st.text(max_size=30))
def test_several_options_and_other_text_are_kept_one_a_row(picked, typed):
    assume("\x00" not in typed)
    form = sent(item("multiple", options=TASTES, other=True), **{"": picked, "_other": typed})
    expected = {str(TASTES.index(option)): option for option in picked}
    kept = typed.strip()
    assert answer(form) == ({**expected, "other": kept} if kept else expected)


@given(st.permutations(["1", "2", "3"]))
def test_every_order_is_a_ranking(places):
    form = sent(item("ranking", options=TASTES), **{f"_{i}": p for i, p in enumerate(places)})
    assert answer(form) == {str(i): place for i, place in enumerate(places)}


@given(st.lists(st.sampled_from(["", "0", "1", "2", "3", "4", "x"]), min_size=3, max_size=3))
def test_what_is_no_order_is_refused(places):
    assume(sorted(places) != ["1", "2", "3"])
    sheet = {f"_{i}": place for i, place in enumerate(places)}
    assert refusal(sent(item("ranking", options=TASTES), **sheet))


@given(st.integers(1, 7), st.integers(1, 7))
def test_a_differential_has_a_point_a_row(pace, mood):
    form = sent(item("differential", rows=ROWS), _pace=str(pace), _mood=str(mood))
    assert answer(form) == {"pace": str(pace), "mood": str(mood)}


@pytest.mark.parametrize(
    ("kind", "about", "parts", "said"),
    [
        ("choice", {"options": TASTES, "other": True}, {"": "other"}, "type your own answer"),
        ("multiple", {"options": TASTES, "other": True}, {"": ["other"]}, "type your own answer"),
        ("choice", {"options": TASTES, "other": True}, {"_other": "  "}, "answer this question"),
        ("multiple", {"options": TASTES}, {"": ["Tea", "Gin"]}, "pick one of the answers"),
        ("multiple", {"options": TASTES}, {}, "answer this question"),
        ("slider", {}, {}, "answer this question"),
        ("slider", {}, {"": "101"}, "from 0 to 100"),
        ("slider", {}, {"": "1e3"}, "from 0 to 100"),
        ("slider", {"dont_know": True}, {"": "3", "_dont_know": "on"}, "either give a number"),
        ("ranking", {"options": TASTES}, {"_0": "1", "_1": "1", "_2": "2"}, "only once"),
        ("ranking", {"options": TASTES}, {"_0": "1"}, "rank all of them"),
        ("matrix", {"options": FIVE, "rows": {"a": "A", "b": "B"}}, {"_a": "1"}, "every row"),
        ("matrix", {"options": FIVE, "rows": {"a": "A"}}, {"_a": "6"}, "one of the answers"),
        ("number", {"options": [1, 9]}, {"": "10"}, "from 1 to 9"),
        ("number", {}, {"": "9" * 5000}, "whole number"),
        (
            "long_text",
            {},
            {"": "x" * 1_000_000},
            "at most 5000 characters; you have written 1000000",
        ),
        ("choice", {"options": TASTES, "other": True}, {"_other": "x" * 501}, "500 characters"),
    ],
)
def test_what_is_wrong_is_said_in_words(kind, about, parts, said):
    assert said in refusal(sent(item(kind, **about), **parts))


@pytest.mark.parametrize("kind", ["choice", "multiple"])
def test_typing_another_answer_is_enough(kind):
    question = item(kind, options=TASTES, other=True)
    assert answer(sent(question, _other="Juice")) == {"other": "Juice"}


def test_an_option_that_is_picked_counts_more_than_what_was_typed_before():
    question = item("choice", options=TASTES, other=True)
    assert answer(sent(question, **{"": "Tea", "_other": "Juice"})) == "Tea"


def test_an_optional_matrix_keeps_the_rows_that_were_answered():
    question = item("matrix", options=FIVE, rows={"a": "A", "b": "B"}, required=False)
    assert answer(sent(question, _b="2")) == {"b": "2"}


@pytest.mark.parametrize("kind", ["choice", "multiple", "slider", "ranking", "matrix", "text"])
def test_an_optional_question_may_be_left_out(kind):
    rows = {"a": "A"} if kind == "matrix" else []
    assert answer(sent(item(kind, options=TASTES, rows=rows, required=False))) is None


def test_what_was_typed_stays_when_it_is_refused():
    page = whole(sent(item("choice", options=TASTES), **{"": "Gin"}))
    assert "checked" not in page
    form = sent(item("multiple", options=TASTES, other=True), **{"": ["Tea"], "_other": "y" * 600})
    assert "y" * 600 in whole(form)
    assert whole(form).count(" checked") == 1
    ranked = whole(sent(item("ranking", options=TASTES), _0="1", _1="1"))
    assert ranked.count('<option value="1" selected') == 2


def test_a_text_between_questions_asks_for_nothing():
    form = sent(item("information"))
    assert form.is_valid()
    assert form.answers() == {}


# Shown if


PLAYS = item("yes_no", key="plays")
YEARS = item("number", key="years", shown_if={"item": "q.plays", "is": ["yes"]})
TEACHES = item("yes_no", key="teaches", shown_if={"item": "q.years", "at_least": 10})


def chained(**values: str) -> ItemsForm:
    return ItemsForm([PLAYS, YEARS, TEACHES], {f"q.{k}": v for k, v in values.items()}, earlier={})


@pytest.mark.parametrize(
    ("values", "missing", "kept"),
    [
        ({"plays": "no"}, set(), {"plays"}),
        ({"plays": "no", "years": "12", "teaches": "yes"}, set(), {"plays"}),
        ({"plays": "no", "years": "nonsense"}, set(), {"plays"}),
        ({"plays": "yes"}, {"q.years"}, {"plays"}),
        ({"plays": "yes", "years": "3"}, set(), {"plays", "years"}),
        ({"plays": "yes", "years": "12"}, {"q.teaches"}, {"plays", "years"}),
    ],
)
def test_a_question_is_asked_only_after_the_answer_it_waits_for(values, missing, kept):
    form = chained(**values)
    assert set(form.errors) == missing
    assert {item.key for item in form.answers()} == kept


def test_the_condition_stands_below_the_question_for_those_without_javascript():
    field = chained().fields["q.years"]
    assert field.condition == "Only if your answer to “?” is “Yes”."
    assert '"item": "q.plays"' in field.shown_if


@pytest.mark.parametrize(("earlier", "asked"), [({"q.plays": ["yes"]}, 1), ({}, 0)])
def test_after_an_earlier_page_the_server_decides(earlier, asked):
    form = ItemsForm([YEARS], earlier=earlier)
    assert len(form.fields) == asked
    assert not any(hasattr(field, "condition") for field in form.fields.values())


# Order


def orders(*questions: Item) -> set[tuple[str, ...]]:
    mixed = Instrument(key="q", randomised=True, placement="end")
    for question in questions:
        question.instrument = mixed
    forms = [ItemsForm(questions, earlier={}, seed=seed) for seed in range(30)]
    return {tuple(field.removeprefix("q.") for field in form.fields) for form in forms}


def test_a_participant_keeps_an_order_and_others_have_another():
    questions = [item("text", key=key) for key in "abcd"]
    assert len(orders(*questions)) > 5
    assert orders(*questions) == orders(*questions)


def test_texts_and_questions_that_hang_together_stay_in_place():
    tied = item("text", key="c", shown_if={"item": "q.b", "is": ["x"]})
    questions = [item("information", key="a"), item("text", key="b"), tied]
    found = orders(*questions, *[item("text", key=key) for key in "de"])
    assert found == {("a", "b", "c", "d", "e"), ("a", "b", "c", "e", "d")}
