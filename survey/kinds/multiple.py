"""Any number of several options; each that is picked is a row of its own."""

from typing import Any

from django import forms

from survey.questions import widgets
from survey.questions.fields import MultipleField, optional, optional_line, with_other
from survey.questions.rules import OTHER

from .choice import Choice
from .kind import Question, Wording


class Multiple(Choice):
    name, label, place = "multiple", "Multiple choice", 4
    can_be_checked = False

    def field(self, question: Question, wording: Wording, **common: Any) -> forms.Field:
        options = with_other(self.points(question, wording.labels), question.other)
        parts = {"": optional(forms.MultipleChoiceField, choices=options)}
        inputs: dict[str, forms.Widget] = {"": widgets.Boxes(choices=options)}
        if question.other:
            parts[OTHER], inputs[OTHER] = optional_line(), forms.TextInput()
        return MultipleField(question.options, parts, widget=widgets.WithOther(inputs), **common)

    def answers_sent(self, question: Question, picked: list[str], parts: dict[str, str]) -> Any:
        options = question.options
        return {**{str(options.index(v)): v for v in picked if v in options}, **parts}


KIND = Multiple()
