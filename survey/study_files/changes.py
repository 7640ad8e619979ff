"""What may change in a study that people take part in. Pure: two documents in, refusals out.

As long as nobody has taken part, everything may change. From then on these may, and nothing else:
what people read before and after, how many and how long, what is marked (unless the analysis plan
leaves data out by it), and where people are led.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from survey.analysis_plan import Plan
from survey.models import Condition, Study
from survey.models.setting import may_change

Document = Mapping[str, Any]

MAY_CHANGE = may_change(Study)
MAY_CHANGE_OF_A_CONDITION = may_change(Condition)
LISTS = ("conditions", "instruments", "items")


@dataclass(frozen=True, slots=True)
class Data:
    """What has been collected: participants, and answers by `instrument.item`, playlists by
    condition."""

    participants: int = 0
    answers: Mapping[str, int] = field(default_factory=dict)
    playlists: Mapping[str, int] = field(default_factory=dict)


def refusals(old: Document, new: Document, data: Data) -> list[str]:
    """Why the change can't be made, one sentence a part of it; none if it can."""
    if not data.participants:
        return []
    people = _count(data.participants, "participant")
    found = [
        f"{name} can't be changed: {people} began with it as it is."
        for name in _changed(old, new)
        if name not in MAY_CHANGE and name not in (*LISTS, "analysis_plan")
    ]
    found += _of_the_plan(old, new, people)
    return [*found, *_of_conditions(old, new, data), *_of_instruments(old, new, data)]


def _of_the_plan(old: Document, new: Document, people: str) -> Iterator[str]:
    """What is planned once there are data is no plan; nor may the marks change by which it goes."""
    changed, plan = _changed(old, new), Plan.of(old.get("analysis_plan", {}))
    if "analysis_plan" in changed and plan:
        yield f"The analysis plan can't be changed: {people} began with it as it is."
    elif "analysis_plan" in changed:
        yield f"An analysis plan can't be added: {people} began without one."
    for name in sorted(plan.settings.intersection(changed)):
        yield (
            f"{name} can't be changed: the analysis plan leaves data out by it, and {people} began "
            "with it as it is."
        )


def _changed(old: Document, new: Document) -> list[str]:
    names = [*old, *(name for name in new if name not in old)]
    return [name for name in names if old.get(name) != new.get(name)]


def _of_conditions(old: Document, new: Document, data: Data) -> Iterator[str]:
    before, after = _named(old, "conditions", "name"), _named(new, "conditions", "name")
    for name, condition in before.items():
        n = _count(data.playlists.get(name, 0), "playlist")
        if name not in after:
            yield f"The condition {name} can't be removed: {n} came of it."
            continue
        for changed in _changed(condition, after[name]):
            if changed not in MAY_CHANGE_OF_A_CONDITION:
                yield f"The {changed} of the condition {name} can't be changed: {n} came of it."
    yield from _added("condition", before, after)


def _of_instruments(old: Document, new: Document, data: Data) -> Iterator[str]:
    before, after = _named(old, "instruments", "key"), _named(new, "instruments", "key")
    for key, instrument in before.items():
        n = _count(sum(k for name, k in data.answers.items() if name.startswith(f"{key}.")))
        if key not in after:
            yield f"The instrument {key} can't be removed: {n}."
            continue
        for changed in _changed(instrument, after[key]):
            if changed not in LISTS:
                yield f"The {changed} of the instrument {key} can't be changed: {n}."
        yield from _of_items(key, instrument, after[key], data)
    yield from _added("instrument", before, after)


def _of_items(key: str, old: Document, new: Document, data: Data) -> Iterator[str]:
    before, after = _named(old, "items", "key"), _named(new, "items", "key")
    for name, item in before.items():
        n = _count(data.answers.get(f"{key}.{name}", 0))
        if name not in after:
            yield f"The item {key}.{name} can't be removed: {n}."
            continue
        for changed in _changed(item, after[name]):
            yield f"The {changed} of the item {key}.{name} can't be changed: {n}."
    yield from _added(f"item {key}.", before, after)


def _added(what: str, before: Document, after: Document) -> Iterator[str]:
    kept = [name for name in after if name in before]
    for name in after:
        if name not in before:
            called = f"{what}{name}" if what.endswith(".") else f"{what} {name}"
            yield f"The {called} can't be added: people took part without it."
    if kept != [name for name in before if name in after]:
        yield f"The order of the {what.split()[0]}s can't be changed: people took part in this one."


def _named(document: Document, name: str, key: str) -> dict[str, Document]:
    return {one.get(key, ""): one for one in document.get(name, [])}


def _count(n: int, what: str = "answer") -> str:
    return f"{n} {what}" if n == 1 else f"{n} {what}s"
