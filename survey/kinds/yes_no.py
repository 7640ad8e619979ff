"""Yes or no; as a number 1 or 0."""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _

from survey.questions import widgets

from .kind import NO_OPTIONS, Kind, Question, Rating, Wording, with_unknown


class YesNo(Rating):
    name, label, place = "yes_no", "Yes or no", 5
    needs = "no options"
    options = NO_OPTIONS
    widget = widgets.Scale
    counts_points = is_ordered = False

    problem_with_options = Kind.problem_with_options

    def ends(self, question: Question) -> tuple[int, int]:
        return 0, 1

    def points(self, question: Question, labels: Sequence[str]) -> list[tuple[str, Any]]:
        return [("yes", _("Yes")), ("no", _("No"))]

    def number_of(self, question: Question, value: str) -> int | None:
        return {"yes": 1, "no": 0}.get(value)

    def value_of(self, number: int) -> str:
        return ("no", "yes")[number]

    def answer_in_words(self, question: Question, value: str, wording: Wording) -> str:
        given = {"1": "yes", "0": "no"}.get(value, value)
        return str(dict(with_unknown(question, self.points(question, ()))).get(given, given))

    def points_in_words(self, question: Question) -> str:
        return "0 = No, 1 = Yes"


KIND = YesNo()
