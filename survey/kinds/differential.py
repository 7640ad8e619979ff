"""A semantic differential: rows of points between two opposites."""

from collections.abc import Sequence
from typing import Any

from survey.questions import widgets

from .kind import (
    LABEL,
    MOST_POINTS,
    Kind,
    Question,
    Shape,
    problem_with_rows,
)
from .matrix import Matrix


class Differential(Matrix):
    name, label, place = "differential", "Semantic differential: pairs of opposites", 8
    needs = "rows; options: [number of points], 7 if empty"
    options: Shape = {
        "type": "array",
        "items": {"type": "integer", "minimum": 3, "maximum": MOST_POINTS},
        "maxItems": 1,
        "errorMessage": "These are the number of points, such as [7].",
    }
    rows: Shape = {
        "errorMessage": "Rows are names with both ends, such as {pace: [slow, fast]}.",
        "additionalProperties": {"type": ["array", "object"], "items": LABEL},
    }
    table = widgets.Differential

    def problem_with_options(self, options: list[Any]) -> str:
        whole = len(options) == 1 and type(options[0]) is int
        right = not options or (whole and 3 <= options[0] <= MOST_POINTS)
        return "" if right else f"It can hold the number of points, from 3 to {MOST_POINTS}."

    def problem_with_rows(self, question: Question) -> str:
        return problem_with_rows(question, 2, '{"pace": ["slow", "fast"]}')

    def ends(self, question: Question) -> tuple[int, int]:
        return 1, question.options[0] if question.options else 7

    def points(self, question: Question, labels: Sequence[str]) -> list[tuple[str, Any]]:
        return [(str(point), str(point)) for point in range(1, self.ends(question)[1] + 1)]

    def row_label(self, labels: list[str]) -> Any:
        return labels

    answer_in_words = Kind.answer_in_words

    def points_in_words(self, question: Question) -> str:
        low, high = self.ends(question)
        return f"{low} = left, {high} = right"

    def point_labels(self, question: Question, row: list[str]) -> tuple[str, ...]:
        if len(row) != 2:
            return tuple(question.options)
        return (row[0], *[""] * (self.ends(question)[1] - 2), row[1])


KIND = Differential()
