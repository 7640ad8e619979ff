"""Options put in order: each has a place, all different."""

import random
from typing import Any

from django import forms

from survey.questions import widgets
from survey.questions.fields import RankingField, optional

from . import filling
from .kind import Labelled, Question, Wording


class Ranking(Labelled):
    name, label, place = "ranking", "Ranking", 6
    needs = "options: what is put in order"

    def field(self, question: Question, wording: Wording, **common: Any) -> forms.Field:
        places = [str(place) for place in range(1, len(question.options) + 1)]
        choices = [("", "–"), *((place, place) for place in places)]
        rows = [str(index) for index in range(len(question.options))]
        parts = {row: optional(forms.ChoiceField, choices=choices) for row in rows}
        inputs: dict[str, forms.Widget] = {row: forms.Select(choices=choices) for row in rows}
        return RankingField(parts, widgets.Ranking(inputs, labels=wording.labels), **common)

    def row_in_words(self, row: str, wording: Wording) -> str:
        return wording.labels[int(row)] if row.isdecimal() else ""

    def fill_in(self, tag: Any, chance: random.Random, taste: filling.Taste) -> int:
        places = tag.select("[data-ranking] select")
        for number, select in enumerate(chance.sample(places, len(places)), start=1):
            chosen = [select.find("option", value=str(number))]
            filling.mark(select.select("option"), "selected", chosen)
        return len(places)

    def answers_sent(self, question: Question, picked: list[str], parts: dict[str, str]) -> Any:
        return parts


KIND = Ranking()
