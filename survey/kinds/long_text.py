"""A text of several lines."""

from typing import Any

from django import forms

from survey.questions.fields import LONGEST_TEXT, Typed

from .kind import Kind, Question, Wording


class LongText(Kind):
    name, label, place = "long_text", "Long text", 11
    is_free_text = True

    def field(self, question: Question, wording: Wording, **common: Any) -> forms.Field:
        return Typed(max_length=LONGEST_TEXT, widget=forms.Textarea, **common)


KIND = LongText()
