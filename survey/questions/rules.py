"""Rules about the answer to a question, such as {"item": "background.device", "is": ["…"]}.

Pure: no Django. Answers are texts as they are stored; “other”, whatever was typed, counts as
`other`, and “don't know” as `dont_know`.
"""

from collections.abc import Collection, Iterable, Mapping
from typing import Any, Protocol, TypeVar

OTHER, DONT_KNOW = "other", "dont_know"
BOUNDS = ("at_least", "at_most")
# By placement: where questions are asked whose answers are known, and certain, at that time.
KNOWN_AT = {
    "registration": ("registration",),
    "track": ("registration", "track"),
    "playlist": ("registration", "playlist"),
    "end": ("registration", "end"),
}

# One value, or one for each row of the question.
Given = str | Mapping[str, str]
Values = Mapping[str, Collection[str]]


class Question(Protocol):
    @property
    def key_in_form(self) -> str: ...

    @property
    def shown_if(self) -> Any: ...


Q = TypeVar("Q", bound=Question)


def values_of(given: Given) -> tuple[str, ...]:
    """What a rule compares with: an answer's value, or every option that was picked."""
    if isinstance(given, str):
        return (given,) if given else ()
    return tuple(OTHER if row == OTHER else value for row, value in given.items())


def holds(rule: Mapping[str, Any], values: Collection[str]) -> bool:
    """Whether one of the values is what the rule asks for; without a value it is not."""
    return any(_fits(rule, value) for value in values)


def _fits(rule: Mapping[str, Any], value: str) -> bool:
    if "is" in rule and value not in [str(wanted) for wanted in rule["is"]]:
        return False
    if not any(bound in rule for bound in BOUNDS):
        return True
    number = _number(value)
    if number is None:
        return False
    return rule.get("at_least", number) <= number <= rule.get("at_most", number)


def _number(value: str) -> float | None:
    try:
        return float(value)
    except ValueError:
        return None


def shown(questions: Iterable[Q], values: Values) -> list[Q]:
    """Those whose rule holds; the answer to a question that is not shown counts for nothing.

    `questions` come in the study's order, so that a rule is about an earlier one.
    """
    left = dict(values)
    found = []
    for question in questions:
        rule = question.shown_if
        if rule and not holds(rule, left.get(rule["item"], ())):
            left.pop(question.key_in_form, None)
        else:
            found.append(question)
    return found


def problem_with(rule: Any) -> str:
    """Why this is no rule about an earlier answer; empty if it is one."""
    if not isinstance(rule, dict) or not isinstance(rule.get("item"), str):
        return 'It names a question, such as {"item": "background.device", "is": ["Headphones"]}.'
    if unknown := sorted(set(rule) - {"item", "is", *BOUNDS}):
        return f"It has “is”, “at_least” and “at_most”, but no “{unknown[0]}”."
    if len(rule) == 1:
        return "It says which answer is meant: with “is”, “at_least” or “at_most”."
    return _problem_with_answers(rule)


def _problem_with_answers(rule: Mapping[str, Any]) -> str:
    wanted = rule.get("is", ["…"])
    if not isinstance(wanted, list) or not wanted:
        return "“is” is a list of answers, such as [“Headphones”]."
    if any(isinstance(value, bool) or not isinstance(value, str | int) for value in wanted):
        return "The answers of “is” are texts or points: in YAML, quote “no” and “yes”."
    numbers = [rule[bound] for bound in BOUNDS if bound in rule]
    if any(isinstance(n, bool) or not isinstance(n, int | float) for n in numbers):
        return "“at_least” and “at_most” are numbers."
    return ""
