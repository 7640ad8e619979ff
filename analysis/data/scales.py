"""A study's scales, and the columns of the files that they become."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from survey.models import Instrument, Item, Study

from .codebook import FILES
from .column import Column, Type

FAMILIARITY, FAMILIAR = "familiarity", "familiar"


@dataclass(frozen=True, slots=True)
class Scale:
    """A scale, or one row of several, and the column that it becomes."""

    name: str  # instrument.item, or instrument.item.row
    item: int
    row: str
    column: Column
    points: int | None  # None where a distribution over points says little: sliders, yes or no
    labels: tuple[str, ...] = ()  # of the points, where there are some; of a differential the ends


def scales(study: Study, placement: str) -> list[Scale]:
    """The study's scales of a placement, in the order they are asked."""
    placed = Item.objects.placed(study, placement).filter(kind__in=Item.SCALES, right_answer="")
    items = list(
        placed.select_related("instrument").order_by("instrument__position", "position", "pk")
    )
    used = Counter(item.key for item in items)
    return [scale for item in items for scale in _scales_of(item, used)]


def _scales_of(item: Item, used: Mapping[str, int]) -> list[Scale]:
    name, (low, high) = _column_name(item, used), item.ends
    points = None if item.kind in (Item.Kind.SLIDER, Item.Kind.YES_NO) else high
    rows = item.labelled_rows or {"": []}
    return [
        Scale(
            _with_row(item.key_in_form, row),
            item.pk,
            row,
            Column(
                _with_row(name, row),
                Type.INTEGER,
                "scale point",
                f"{low}–{high}" if high >= low else f"≥ {low}",
                _meaning(item, labels),
                item.instrument.source,
                _points(item),
            ),
            points,
            _labels(item, labels),
        )
        for row, labels in rows.items()
    ]


def _with_row(name: str, row: str) -> str:
    return f"{name}.{row}" if row else name


def _meaning(item: Item, labels: list[str]) -> str:
    """The question, its row, and what the points are called."""
    said = [
        item.text,
        " – ".join(labels),
        f"[{_points(item)}]" if _points(item) else "",
        "Worded in reverse." if item.reversed else "",
    ]
    return " ".join(part for part in said if part)


def _labels(item: Item, row: list[str]) -> tuple[str, ...]:
    """What the points are called, from the first on; of those between two poles nothing."""
    if item.kind == Item.Kind.DIFFERENTIAL and len(row) == 2:
        return (row[0], *[""] * (item.ends[1] - 2), row[1])
    return tuple(item.options) if item.kind != Item.Kind.SLIDER else ()


def _points(item: Item) -> str:
    low, high = item.ends
    named: Iterable[tuple[float, str]]
    match item.kind:
        case Item.Kind.YES_NO:
            return "0 = No, 1 = Yes"
        case Item.Kind.DIFFERENTIAL:
            return f"{low} = left, {high} = right"
        case Item.Kind.SLIDER:
            ends = (low, high) if len(item.options) == 2 else (low, (low + high) / 2, high)
            named = zip(ends, item.options, strict=False)
        case _:
            named = enumerate(item.options, start=1)
    return ", ".join(f"{point:g} = {label}" for point, label in named)


def _column_name(item: Item, used: Mapping[str, int]) -> str:
    """The item's key; with its instrument's where two columns would be called the same."""
    taken = {column.name for file in ("ratings", "playlist_ratings") for column in FILES[file]}
    if used[item.key] > 1 or item.key in taken:
        return f"{item.instrument.key}.{item.key}"
    on_track = item.instrument.placement == Instrument.Placement.TRACK
    return FAMILIAR if on_track and item.key == FAMILIARITY else item.key
