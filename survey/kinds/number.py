"""A whole number, between two bounds if there are any."""

from typing import Any

from django import forms

from survey.questions.fields import range_messages

from .kind import Kind, Question, Wording, are_bounds, whole_number


class Number(Kind):
    name, label, place = "number", "Number", 9
    needs = "options: [lowest, highest], or none"
    options = {
        "type": "array",
        "items": {"type": "integer"},
        "errorMessage": "A number's options are its lowest and highest value, such as [16, 110].",
        "oneOf": [{"maxItems": 0}, {"minItems": 2, "maxItems": 2}],
    }
    can_decide = can_be_checked = is_ordered = True

    def problem_with_options(self, options: list[Any]) -> str:
        return "" if not options or are_bounds(options) else str(self.options["errorMessage"])

    def stored(self, question: Question, answer: str) -> str | None:
        return whole_number(answer, *(question.options or (-float("inf"), float("inf"))))

    def field(self, question: Question, wording: Wording, **common: Any) -> forms.Field:
        if not question.options:
            return forms.IntegerField(**common)
        low, high = question.options
        common["error_messages"] = {**common["error_messages"], **range_messages(low, high)}
        return forms.IntegerField(min_value=low, max_value=high, **common)


KIND = Number()
