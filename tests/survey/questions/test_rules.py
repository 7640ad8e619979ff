from types import SimpleNamespace

import pytest

from survey.questions.rules import holds, problem_with, shown, values_of


@pytest.mark.parametrize(
    ("rule", "values", "expected"),
    [
        ({"is": ["Tea", "Coffee"]}, ["Tea"], True),
        ({"is": ["Tea"]}, ["Coffee"], False),
        ({"is": ["Tea"]}, ["Coffee", "Tea"], True),
        ({"is": ["Tea"]}, [], False),
        ({"is": [4, 5]}, ["4"], True),
        ({"is": ["dont_know"]}, ["dont_know"], True),
        ({"at_least": 3}, ["3"], True),
        ({"at_least": 3}, ["2"], False),
        ({"at_least": 3}, ["dont_know"], False),
        ({"at_most": 3}, ["0"], True),
        ({"at_least": 2, "at_most": 3}, ["4"], False),
        ({"at_least": 10}, ["9"], False),
    ],
)
def test_a_rule_holds_when_one_of_the_answers_is_what_it_asks_for(rule, values, expected):
    assert holds({"item": "a.b", **rule}, values) is expected


def test_text_typed_as_other_is_known_as_other_alone():
    assert values_of({"0": "Tea", "other": "Juice"}) == ("Tea", "other")
    assert values_of("Tea") == ("Tea",)
    assert values_of("") == values_of({}) == ()


def chain(*rules: dict) -> list[SimpleNamespace]:
    return [SimpleNamespace(key_in_form=f"q{i}", shown_if=rule) for i, rule in enumerate(rules)]


def test_a_question_after_a_hidden_one_is_hidden_too():
    yes = {"is": ["yes"]}
    asked = chain({}, {"item": "q0", **yes}, {"item": "q1", **yes})
    assert shown(asked, {"q0": ["yes"], "q1": ["yes"]}) == asked
    assert shown(asked, {"q0": ["no"], "q1": ["yes"]}) == asked[:1]


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ("q.a", "names a question"),
        ({"is": ["a"]}, "names a question"),
        ({"item": "q.a"}, "which answer is meant"),
        ({"item": "q.a", "is": "a"}, "is a list"),
        ({"item": "q.a", "is": [True]}, "quote “no” and “yes”"),
        ({"item": "q.a", "at_least": "3"}, "are numbers"),
        ({"item": "q.a", "over": 3}, "no “over”"),
    ],
)
def test_what_is_no_rule_is_refused_with_advice(rule, said):
    assert said in problem_with(rule)
