"""Filling in a page's form: which of its questions are meant; each is answered as its kind does."""

import json
import random
from typing import Any

from survey.kinds import KINDS, filling
from survey.kinds.filling import Taste, mark
from survey.questions.rules import holds


def fill_in(page: Any, chance: random.Random, taste: Taste) -> int:
    """Answer every question of a form that is meant for this bot; returns how many answers."""
    boxes = page.select("input[type=checkbox]:not([name$=-unheard])")
    for box in boxes:
        if not box.find_parent(class_="question"):
            box["checked"] = ""
    return sum(_answer(tag, chance, taste) for tag in page.select(".question"))


def _answer(tag: Any, chance: random.Random, taste: Taste) -> int:
    """Answer it, if its condition holds; returns how many rows that makes."""
    if not _is_meant(tag):
        return _leave_empty(tag)
    kind = KINDS.get(tag.get("data-kind"))
    return (kind or filling).fill_in(tag, chance, taste)


def _is_meant(tag: Any) -> bool:
    """What its condition, if there is one, makes of the answers given so far."""
    if not tag.get("data-shown-if"):
        return True
    rule = json.loads(tag["data-shown-if"])
    inputs = tag.find_parent("form").find_all(attrs={"name": rule["item"]})
    picked = [
        i for i in inputs if i.get("type") not in ("radio", "checkbox") or "checked" in i.attrs
    ]
    return holds(rule, [i["value"] for i in picked if i.get("value")])


def _leave_empty(tag: Any) -> int:
    """Also where it was answered before, and another answer has hidden it since."""
    mark(tag.select("input[type=radio], input[type=checkbox]"), "checked", [])
    for typed in tag.select("input[type=number], input[type=text]"):
        typed["value"] = ""
    return 0
