"""How a simulated participant answers a question: with a taste and with chance."""

import random
from collections.abc import Callable
from typing import Any

from survey.questions.rules import DONT_KNOW

WORDS = ["Fine.", '=1+1 "quoted", ünïcödé']

# What of a scale's values is picked, from the lowest.
Taste = Callable[[list[str]], str]


def fill_in(tag: Any, chance: random.Random, taste: Taste) -> int:
    """Answer a question, whichever inputs it has; returns how many rows that makes."""
    return (
        _choose(tag, chance, taste)
        + _tick(tag, chance)
        + _numbers(tag, chance)
        + _write(tag, chance)
    )


def mark(elements: list[Any], attribute: str, chosen: list[Any]) -> None:
    """Give the attribute to the chosen ones alone."""
    for element in elements:
        element.attrs.pop(attribute, None)
    for element in chosen:
        element[attribute] = ""


def _choose(tag: Any, chance: random.Random, taste: Taste) -> int:
    """By taste on a scale; anything of answers without an order."""
    rows: dict[str, list[Any]] = {}
    for radio in tag.select("input[type=radio]"):
        rows.setdefault(radio["name"], []).append(radio)
    for radios in rows.values():
        values = [radio["value"] for radio in radios if radio["value"] != DONT_KNOW]
        in_order = all(value.isdecimal() for value in values)
        point = taste(values) if in_order else chance.choice(values)
        mark(radios, "checked", [radio for radio in radios if radio["value"] == point])
    return len(rows)


def _tick(tag: Any, chance: random.Random) -> int:
    boxes = tag.select("input[type=checkbox][value]")  # “don't know” has no value
    if not boxes:
        return 0
    picked = chance.sample(boxes, chance.randint(1, len(boxes)))
    mark(boxes, "checked", picked)
    return len(picked)


def _numbers(tag: Any, chance: random.Random) -> int:
    numbers = tag.select("input[type=number]")
    for number in numbers:
        low, high = int(number.get("min", 0)), int(number.get("max", 100))
        number["value"] = str(chance.randint(low, min(high, low + 50)))
    return len(numbers)


def _write(tag: Any, chance: random.Random) -> int:
    """Text is not counted: it may be empty. What “other” means is said where it is picked."""
    for text in tag.select("textarea, input[type=text]"):
        picked = tag.select_one("input[value=other]")
        if picked is not None:
            said = "Something else" if "checked" in picked.attrs else ""
        else:
            optional = tag.select_one("label small, legend small")
            said = chance.choice([""] * bool(optional) + WORDS)
        if text.name == "textarea":
            text.string = said
        else:
            text["value"] = said
    return 0
