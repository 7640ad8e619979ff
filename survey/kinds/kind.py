"""What everything else has to know of a kind of question, and what most kinds have in common."""

import random
import re
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from django import forms
from django.utils.translation import gettext_lazy as _

from survey.questions.rules import DONT_KNOW, OTHER
from survey.questions.widgets import Choices

from . import filling

Shape = dict[str, Any]

MOST_POINTS, LARGEST = 11, 32_000
ROW_KEY = re.compile(r"[-\w]{1,50}", re.ASCII)

LABEL: Shape = {"type": "string", "minLength": 1}
NO_OPTIONS: Shape = {
    "type": "array",
    "maxItems": 0,
    "errorMessage": "A question of this kind has no options.",
}
# A text, or one for each language, is written `by_language` in the schema.
LABELS: Shape = {
    "type": "array",
    "items": LABEL,
    "uniqueItems": True,
    "minItems": 2,
    "errorMessage": "At least two labels are needed, all of them different: "
    "in YAML, quote “No” and “Yes”.",
    "byLanguage": True,
}


class Question(Protocol):
    """A question as its kind sees it: `survey.models.Item`, saved or not."""

    options: Any
    bounds: Any
    rows: Any
    dont_know: Any
    other: Any

    @property
    def key_in_form(self) -> str: ...

    @property
    def labelled_rows(self) -> dict[str, list[str]]: ...


@dataclass(frozen=True, slots=True)
class Wording:
    """The options and rows of a question in the language in which it is read."""

    labels: Sequence[str] = ()
    rows: Mapping[str, list[str]] = field(default_factory=dict)


class Kind(ABC):
    """A kind of question. Answers are texts as they are stored: one, or one for each row.

    `options` and `rows` are the JSON Schema of what a study's file gives under these names.
    """

    name = ""
    label = ""
    place = 100  # among the kinds, as they are offered
    needs = "no options"  # in a hint for researchers
    options: Shape = NO_OPTIONS
    rows: Shape | None = None
    has_bounds = False

    is_scale = False  # its answer, or each row's, is a number between two ends
    is_rating = False  # a scale of one row, on which tracks can be rated
    counts_points = False  # how often each point was chosen says something
    is_free_text = False
    is_asked = True  # False for a text between questions
    offers_other = False
    can_decide = False  # a rule can be about its answer
    can_be_checked = False  # it can have a right answer
    is_ordered = False  # a rule can say at least and at most

    @property
    def can_screen(self) -> bool:
        """Whether a study can screen people out by it, or have quotas: not by what they write."""
        return self.can_decide and not self.is_free_text

    # What is wrong with a question of this kind, in a researcher's words; empty for nothing.

    def problem_with_options(self, options: list[Any]) -> str:
        return self.options["errorMessage"] if options else ""

    def problem_with_rows(self, question: Question) -> str:
        return "A question of this kind has no rows." if question.rows else ""

    # Answers

    def ends(self, question: Question) -> tuple[int, int]:
        """The lowest and highest point."""
        return 1, len(question.options)

    def points(self, question: Question, labels: Sequence[str]) -> list[tuple[str, Any]]:
        """Every answer as it is stored, with its label; without “other” and “don't know”."""
        return []

    def possible_answers(self, question: Question) -> list[str] | None:
        """All that can be answered, as stored; None where that can't be listed."""
        listed = [value for value, _label in self.points(question, question.options)]
        extra = [OTHER] * bool(question.other) + [DONT_KNOW] * bool(question.dont_know)
        return [*listed, *extra] if listed and self.can_decide else None

    def stored(self, question: Question, answer: str) -> str | None:
        """The stored answer that somebody means, by its value or its label; None for none."""
        possible = self.possible_answers(question)
        if possible is None or answer in possible:
            return answer
        labels = {str(label): value for value, label in self.points(question, question.options)}
        return labels.get(answer)

    def names_of_answers(self, question: Question) -> list[str]:
        """What somebody may call an answer: its value or its label; empty where none is listed."""
        labels = [str(label) for _value, label in self.points(question, question.options)]
        return list(dict.fromkeys([*(self.possible_answers(question) or []), *labels]))

    def problem_with_answer(self, question: Question, answer: str) -> str:
        """Why nobody can answer this, by value or label; empty if somebody can."""
        if self.stored(question, answer) is not None:
            return ""
        names = [f"“{one}”" for one in self.names_of_answers(question)[:12]]
        listed = ", ".join(names) or "whole numbers within its bounds"
        return f"“{answer}” is none of the answers to “{question.key_in_form}”: {listed}."

    def number_of(self, question: Question, value: str) -> int | None:
        """The point that a stored answer stands for; None for “don't know” and for no point."""
        if not self.is_scale:
            return None
        try:
            number = int(value)
        except ValueError:
            return None
        low, high = self.ends(question)
        return number if low <= number <= high else None

    def value_of(self, number: int) -> str:
        """The stored answer that a rating's number stands for."""
        return str(number)

    # Pages

    @abstractmethod
    def field(self, question: Question, wording: Wording, **common: Any) -> forms.Field:
        """The form field; its value is the answer as it is stored."""

    def input_name(self, name: str, value: str) -> str:
        """The name of the input that holds a stored answer, on the page of the question `name`."""
        return name

    def row_in_words(self, row: str, wording: Wording) -> str:
        """A part of the question that is answered apart from others, as it is read."""
        return " – ".join(wording.rows.get(row, []))

    def answer_in_words(self, question: Question, value: str, wording: Wording) -> str:
        """A stored answer as its participant gave it."""
        return str(dict(with_unknown(question, [])).get(value, value))

    # Simulated participants

    def fill_in(self, tag: Any, chance: random.Random, taste: filling.Taste) -> int:
        """Answer it on a page of one's own accord; returns how many rows that makes."""
        return filling.fill_in(tag, chance, taste)

    def answers_sent(self, question: Question, picked: list[str], parts: dict[str, str]) -> Any:
        """What a form's inputs say, by row: those of the question's name, and of its parts."""
        if OTHER in picked or (question.other and parts):
            return parts
        return {"": picked[-1]} if picked else {}

    # Exports

    def points_in_words(self, question: Question) -> str:
        """What the points are called, for a codebook."""
        return named((n, label) for n, label in enumerate(question.options, start=1))

    def point_labels(self, question: Question, row: list[str]) -> tuple[str, ...]:
        """The points' labels from the lowest on, for a figure; empty where they have none."""
        return tuple(question.options)


def whole_number(answer: str, low: float, high: float) -> str | None:
    """A whole number between both ends, as it is stored; None for anything else."""
    number = int(answer) if re.fullmatch(r"-?\d{1,18}", answer, re.ASCII) else None
    return str(number) if number is not None and low <= number <= high else None


def named(points: Any) -> str:
    return ", ".join(f"{point:g} = {label}" for point, label in points)


def with_unknown(question: Question, points: Choices) -> Choices:
    """With “don't know” at the end, if it is offered."""
    return [*points, *([(DONT_KNOW, _("I don't know"))] if question.dont_know else [])]


def problem_with_labels(options: Sequence[Any], least: int = 2) -> str:
    if len(options) < least or not all(isinstance(label, str) and label for label in options):
        return "At least two labels are needed, all of them text: in YAML, quote “No” and “Yes”."
    return "Two options are the same." if len(set(options)) < len(options) else ""


def are_bounds(bounds: Any) -> bool:
    return (
        isinstance(bounds, list)
        and [type(bound) for bound in bounds] == [int, int]
        and bounds[0] < bounds[1]
    )


def problem_with_rows(question: Question, n_labels: int, example: str) -> str:
    """Rows are names with so many texts each."""
    said = f"Rows are names with texts, such as {example}."
    try:
        rows = question.labelled_rows
    except (TypeError, ValueError):
        return said
    texts = [text for labels in rows.values() for text in labels]
    if not rows or any(len(labels) != n_labels for labels in rows.values()):
        return said
    if not all(isinstance(text, str) and text for text in texts):
        return "Every row needs its text: in YAML, quote “No” and “Yes”."
    if not all(isinstance(key, str) and ROW_KEY.fullmatch(key) for key in rows):
        return "The name of a row has letters, digits, “-” and “_” alone, 50 at most."
    return ""


class Labelled(Kind):
    """Kinds whose options are labels."""

    needs = "options"
    options = LABELS

    def problem_with_options(self, options: list[Any]) -> str:
        return problem_with_labels(options)


class Points(Labelled):
    """Scales with labelled points, from 1 up."""

    widget: type[forms.Widget]
    is_scale = counts_points = True

    def points(self, question: Question, labels: Sequence[str]) -> list[tuple[str, Any]]:
        return [(str(point), label) for point, label in enumerate(labels, start=1)]

    def field(self, question: Question, wording: Wording, **common: Any) -> forms.Field:
        points = with_unknown(question, self.points(question, wording.labels))
        return forms.ChoiceField(choices=points, widget=self.widget, **common)

    def answer_in_words(self, question: Question, value: str, wording: Wording) -> str:
        points = dict(with_unknown(question, self.points(question, wording.labels)))
        label = str(points.get(value, value))
        return f"{value} – {label}" if value.isdecimal() and label != value else label


class Rating(Points):
    """Those that have one row: a track can be rated on them."""

    is_rating = can_decide = can_be_checked = is_ordered = True
