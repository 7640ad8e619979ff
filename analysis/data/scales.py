"""A study's scales, and the columns of the files that they become."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from survey.kinds import kinds_that
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
    placed = Item.objects.placed(study, placement).filter(
        kind__in=kinds_that("is_scale"), right_answer=""
    )
    items = list(
        placed.select_related("instrument").order_by("instrument__position", "position", "pk")
    )
    used = Counter(item.key for item in items)
    return [scale for item in items for scale in _scales_of(item, used)]


def _scales_of(item: Item, used: Mapping[str, int]) -> list[Scale]:
    name, (low, high) = _column_name(item, used), item.ends
    points = high if item.question_kind.counts_points else None
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
                item.question_kind.points_in_words(item),
            ),
            points,
            item.question_kind.point_labels(item, labels),
        )
        for row, labels in rows.items()
    ]


def _with_row(name: str, row: str) -> str:
    return f"{name}.{row}" if row else name


def _meaning(item: Item, labels: list[str]) -> str:
    """The question, its row, and what the points are called."""
    points = item.question_kind.points_in_words(item)
    said = [
        item.text,
        " – ".join(labels),
        f"[{points}]" if points else "",
        "Worded in reverse." if item.reversed else "",
    ]
    return " ".join(part for part in said if part)


def _column_name(item: Item, used: Mapping[str, int]) -> str:
    """The item's key; with its instrument's where two columns would be called the same."""
    taken = {column.name for file in ("ratings", "playlist_ratings") for column in FILES[file]}
    if used[item.key] > 1 or item.key in taken:
        return f"{item.instrument.key}.{item.key}"
    on_track = item.instrument.placement == Instrument.Placement.TRACK
    return FAMILIAR if on_track and item.key == FAMILIARITY else item.key
