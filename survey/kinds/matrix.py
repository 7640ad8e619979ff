"""Several scales with the same points, a row each."""

from typing import Any

from django import forms

from survey.questions import widgets
from survey.questions.fields import RowsField, optional

from .kind import Points, Question, Shape, Wording, problem_with_rows, with_unknown


class Matrix(Points):
    name, label, place = "matrix", "Several scales with the same points", 7
    needs = "options: the points; rows"
    rows: Shape = {
        "errorMessage": "Rows are names with texts, such as {energy: It has energy.}.",
        "additionalProperties": {"type": ["string", "object"], "minLength": 1},
    }
    table: type[widgets.Parts] = widgets.Matrix

    def problem_with_rows(self, question: Question) -> str:
        return problem_with_rows(question, 1, '{"energy": "It has energy."}')

    def field(self, question: Question, wording: Wording, **common: Any) -> forms.Field:
        points = with_unknown(question, self.points(question, wording.labels))
        parts = {row: optional(forms.ChoiceField, choices=points) for row in wording.rows}
        inputs: dict[str, forms.Widget] = {
            row: widgets.Scale(choices=points) for row in wording.rows
        }
        about = {
            "labels": [self.row_label(labels) for labels in wording.rows.values()],
            "head": [label for _point, label in points],
        }
        return RowsField(parts, self.table(inputs, **about), **common)

    def row_label(self, labels: list[str]) -> Any:
        """What stands beside a row, for the widget."""
        return labels[0]

    def answers_sent(self, question: Question, picked: list[str], parts: dict[str, str]) -> Any:
        return parts


KIND = Matrix()
