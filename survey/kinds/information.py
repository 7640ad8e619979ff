"""A text between questions; it asks for nothing."""

from typing import Any

from django import forms

from survey.questions import widgets

from .kind import Kind, Question, Wording


class Information(Kind):
    name, label, place = "information", "Text without a question", 12
    needs = "no options; the text may have paragraphs"
    is_asked = False

    def field(self, question: Question, wording: Wording, **common: Any) -> forms.Field:
        return forms.Field(widget=widgets.Nothing, **{**common, "required": False})


KIND = Information()
