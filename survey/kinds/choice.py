"""One of several options."""

from collections.abc import Sequence
from typing import Any

from django import forms

from survey.questions import widgets
from survey.questions.fields import ChoiceWithOther, optional, optional_line, with_other
from survey.questions.rules import OTHER

from .kind import Labelled, Question, Wording


class Choice(Labelled):
    name, label, place = "choice", "Single choice", 3
    offers_other = can_decide = can_be_checked = True

    def points(self, question: Question, labels: Sequence[str]) -> list[tuple[str, Any]]:
        return list(zip(question.options, labels, strict=True))

    def field(self, question: Question, wording: Wording, **common: Any) -> forms.Field:
        options = with_other(self.points(question, wording.labels), question.other)
        if not question.other:
            return forms.ChoiceField(choices=options, widget=widgets.Options, **common)
        parts = {"": optional(forms.ChoiceField, choices=options), OTHER: optional_line()}
        inputs = {"": widgets.Options(choices=options), OTHER: forms.TextInput()}
        return ChoiceWithOther(parts, widgets.WithOther(inputs), **common)

    def answer_in_words(self, question: Question, value: str, wording: Wording) -> str:
        return str(dict(self.points(question, wording.labels)).get(value, value))


KIND = Choice()
