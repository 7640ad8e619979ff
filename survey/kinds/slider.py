"""A slider: a number between two bounds that has no value until it is touched."""

from typing import Any

from django import forms

from survey.questions import widgets
from survey.questions.fields import SliderField, range_messages
from survey.questions.rules import DONT_KNOW

from .kind import LABEL, Kind, Question, Wording, named, problem_with_labels, whole_number


class Slider(Kind):
    name, label, place = "slider", "Slider", 2
    needs = "bounds, or 0 to 100; options: labels of its ends, and of the middle"
    options = {
        **{"type": "array", "items": LABEL, "maxItems": 3, "uniqueItems": True},
        "byLanguage": True,
    }
    has_bounds = is_scale = is_rating = can_decide = can_be_checked = is_ordered = True

    def problem_with_options(self, options: list[Any]) -> str:
        if len(options) > 3:
            return "A slider has a label at each end and, if wanted, in the middle."
        return problem_with_labels(options) if options else ""

    def ends(self, question: Question) -> tuple[int, int]:
        low, high = question.bounds or (0, 100)
        return low, high

    def stored(self, question: Question, answer: str) -> str | None:
        if question.dont_know and answer == DONT_KNOW:
            return answer
        return whole_number(answer, *self.ends(question))

    def field(self, question: Question, wording: Wording, **common: Any) -> forms.Field:
        low, high = self.ends(question)
        number = forms.IntegerField(
            min_value=low,
            max_value=high,
            required=False,
            error_messages=range_messages(low, high),
        )
        parts: dict[str, forms.Field] = {"": number}
        inputs: dict[str, forms.Widget] = {"": number.widget}
        if question.dont_know:
            parts[DONT_KNOW] = forms.BooleanField(required=False)
            inputs[DONT_KNOW] = forms.CheckboxInput()
        about = {"low": low, "high": high, "ends": wording.labels}
        return SliderField(parts, widgets.Slider(inputs, **about), **common)

    def input_name(self, name: str, value: str) -> str:
        return f"{name}.{DONT_KNOW}" if value == DONT_KNOW else name

    def answers_sent(self, question: Question, picked: list[str], parts: dict[str, str]) -> Any:
        if parts:  # “don't know” was ticked
            return {"": next(iter(parts))}
        return super().answers_sent(question, picked, parts)

    def points_in_words(self, question: Question) -> str:
        low, high = self.ends(question)
        ends = (low, high) if len(question.options) == 2 else (low, (low + high) / 2, high)
        return named(zip(ends, question.options, strict=False))

    def point_labels(self, question: Question, row: list[str]) -> tuple[str, ...]:
        return ()


KIND = Slider()
