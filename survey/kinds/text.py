"""A line of text."""

from typing import Any

from django import forms

from survey.questions.fields import LONGEST_LINE, Typed

from .kind import Kind, Question, Wording


class Text(Kind):
    name, label, place = "text", "Short text", 10
    is_free_text = can_decide = can_be_checked = True

    def field(self, question: Question, wording: Wording, **common: Any) -> forms.Field:
        return Typed(max_length=LONGEST_LINE, **common)


KIND = Text()
