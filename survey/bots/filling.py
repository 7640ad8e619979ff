"""Filling in a form with a taste and with chance: every kind of question."""

import json
import random
from collections.abc import Callable
from typing import Any

from survey.questions.rules import DONT_KNOW, holds

WORDS = ["Fine.", '=1+1 "quoted", ünïcödé']

# What of a scale's values is picked, from the lowest.
Taste = Callable[[list[str]], str]


def fill_in(page: Any, chance: random.Random, taste: Taste) -> int:
    """Answer every question of a form that is meant for this bot; returns how many answers."""
    boxes = page.select("input[type=checkbox]:not([name$=-unheard])")
    for box in boxes:
        if not box.find_parent(class_="question"):
            box["checked"] = ""
    return sum(_Question(tag, chance, taste).answer() for tag in page.select(".question"))


class _Question:
    def __init__(self, tag: Any, chance: random.Random, taste: Taste) -> None:
        self.tag, self.chance, self.taste = tag, chance, taste

    def answer(self) -> int:
        """Answer it, if its condition holds; returns how many rows that makes."""
        if not self._is_meant():
            return self._leave_empty()
        scales: dict[str, list[Any]] = {}
        for radio in self.tag.select("input[type=radio]"):
            scales.setdefault(radio["name"], []).append(radio)
        for radios in scales.values():
            point = self._pick([radio["value"] for radio in radios])
            mark(radios, "checked", [radio for radio in radios if radio["value"] == point])
        return len(scales) + self._tick() + self._put_in_order() + self._numbers() + self._write()

    def _is_meant(self) -> bool:
        """What its condition, if there is one, makes of the answers given so far."""
        if not self.tag.get("data-shown-if"):
            return True
        rule = json.loads(self.tag["data-shown-if"])
        inputs = self.tag.find_parent("form").find_all(attrs={"name": rule["item"]})
        picked = [
            i for i in inputs if i.get("type") not in ("radio", "checkbox") or "checked" in i.attrs
        ]
        return holds(rule, [i["value"] for i in picked if i.get("value")])

    def _leave_empty(self) -> int:
        """Also where it was answered before, and another answer has hidden it since."""
        mark(self.tag.select("input[type=radio], input[type=checkbox]"), "checked", [])
        for typed in self.tag.select("input[type=number], input[type=text]"):
            typed["value"] = ""
        return 0

    def _pick(self, values: list[str]) -> str:
        """By taste on a scale; anything of answers without an order."""
        values = [value for value in values if value != DONT_KNOW]
        if all(value.isdecimal() for value in values):
            return self.taste(values)
        return self.chance.choice(values)

    def _tick(self) -> int:
        boxes = self.tag.select("input[type=checkbox][value]")  # “don't know” has no value
        if not boxes:
            return 0
        picked = self.chance.sample(boxes, self.chance.randint(1, len(boxes)))
        mark(boxes, "checked", picked)
        return len(picked)

    def _put_in_order(self) -> int:
        places = self.tag.select("[data-ranking] select")
        for number, select in enumerate(self.chance.sample(places, len(places)), start=1):
            mark(select.select("option"), "selected", [select.find("option", value=str(number))])
        return len(places)

    def _numbers(self) -> int:
        numbers = self.tag.select("input[type=number]")
        for number in numbers:
            low, high = int(number.get("min", 0)), int(number.get("max", 100))
            number["value"] = str(self.chance.randint(low, min(high, low + 50)))
        return len(numbers)

    def _write(self) -> int:
        """Text is not counted: it may be empty. What “other” means is said where it is picked."""
        for text in self.tag.select("textarea, input[type=text]"):
            picked = self.tag.select_one("input[value=other]")
            if picked is not None:
                said = "Something else" if "checked" in picked.attrs else ""
            else:
                optional = self.tag.select_one("label small, legend small")
                said = self.chance.choice([""] * bool(optional) + WORDS)
            if text.name == "textarea":
                text.string = said
            else:
                text["value"] = said
        return 0


def mark(elements: list[Any], attribute: str, chosen: list[Any]) -> None:
    """Give the attribute to the chosen ones alone."""
    for element in elements:
        element.attrs.pop(attribute, None)
    for element in chosen:
        element[attribute] = ""
