"""The way of participants from consent to the analysis, as boxes and arrows."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from .paper import INK, MUTED, SMALL, WIDTH, Figure, styled
from .words import clean, wrapped

if TYPE_CHECKING:
    from matplotlib.axes import Axes

EVERYBODY = ""
LINE, PADDING, GAP = 0.17, 0.14, 0.3
# A column this wide, in inches, holds most conditions' names.
NARROWEST = 1.16
CHARACTER = 0.074
WORDS = {
    "consented": "gave consent",
    "erased": "had everything erased",
    "screened_out_later": "screened out later",
    "still_taking_part": "still taking part",
}
WENT = ("began", "completed", "withdrew", "screened_out_later", "abandoned", "still_taking_part")


@dataclass(frozen=True, slots=True)
class Level:
    """Boxes of one height: lines of text by condition. Those `lost` are dashed; of everybody, they
    stand beside the arrow."""

    lines: dict[str, list[str]]
    lost: bool = False

    @property
    def beside(self) -> bool:
        return self.lost and list(self.lines) == [EVERYBODY]


@dataclass(frozen=True, slots=True)
class Column:
    """Where a condition's boxes stand, in inches."""

    middle: float
    width: float


@styled
def flow(table: pd.DataFrame) -> Figure | None:
    """A flow chart of participants, after CONSORT (Schulz, Altman & Moher 2010, BMJ 340:c332).

    From the table `flow` (stage, condition, n, reason): down to registration everybody, from
    assignment on a column a condition. None when nobody gave consent.
    """
    known = table[pd.to_numeric(table["n"], errors="coerce").fillna(0) > 0]
    known = known.assign(condition=known["condition"].fillna(EVERYBODY))
    if known.empty:
        return None
    parted = [c for c in dict.fromkeys(known["condition"]) if c != EVERYBODY]
    levels = _levels(known, parted or [EVERYBODY])
    width = max(WIDTH, NARROWEST * len(parted))
    columns = _columns(parted, width)
    from matplotlib.figure import Figure as Drawing

    height = _draw(None, levels, columns)
    drawing = Drawing(figsize=(width, height))
    axes = drawing.add_axes((0, 0, 1, 1), xlim=(0, width), ylim=(height, 0))
    axes.set_axis_off()
    _draw(axes, levels, columns)
    several = _n(known, "assigned", EVERYBODY) < sum(_n(known, "assigned", c) for c in parted)
    return Figure(
        "flow", drawing, "The way of participants through the study",
        " ".join(_sentence(level) for level in levels),
        "Dashed: who did not get further, and why. Visits to the study's page are not counted. "
        + ("Who had several conditions is in the column of each. " if several else "")
        + "Numbers: flow.csv.",
    )  # fmt: skip


# what stands in the boxes


def _levels(table: pd.DataFrame, parted: Sequence[str]) -> list[Level]:
    def of_all(*stages: str) -> dict[str, list[str]]:
        return {EVERYBODY: _counts(table, stages, EVERYBODY)}

    def of_each(*stages: str) -> dict[str, list[str]]:
        return {c: lines for c in parted if (lines := _counts(table, stages, c))}

    def boxes(stage: str) -> dict[str, list[str]]:
        return {c: [*([clean(c)] if c else []), *_reached(table, stage, c)] for c in parted}

    levels = [
        Level({EVERYBODY: _reached(table, "consented", EVERYBODY)}),
        Level(of_all("erased"), lost=True),
        Level({EVERYBODY: _reached(table, "registered", EVERYBODY)}),
        Level(of_all("screened_out", "not_assigned"), lost=True),
        Level(boxes("assigned")),
        Level(of_each(*WENT)),
        Level(of_each("excluded", "without_ratings"), lost=True),
        Level({c: _reached(table, "analysed", c) for c in parted}),
    ]
    return [level for level in levels if any(level.lines.values())]


def _n(table: pd.DataFrame, stage: str, condition: str) -> int:
    of = table[(table["stage"] == stage) & (table["condition"] == condition)]
    return int(of["n"].sum())


def _reached(table: pd.DataFrame, stage: str, condition: str) -> list[str]:
    said = WORDS.get(stage, stage)
    return [said[0].upper() + said[1:], f"n = {_n(table, stage, condition):,}"]


def _counts(table: pd.DataFrame, stages: Iterable[str], condition: str) -> list[str]:
    """A line for each reason of each stage that somebody is in."""
    lines = []
    for stage in stages:
        of = table[(table["stage"] == stage) & (table["condition"] == condition)]
        said = WORDS.get(stage, stage.replace("_", " "))
        for n, reason in zip(of["n"], of["reason"], strict=True):
            # Everything else of the erased is gone, and no reason was ever kept.
            why = "" if pd.isna(reason) or stage == "erased" else f": {_why(str(reason))}"
            lines.append(f"{int(n):,} {said}{why}")
    return lines


def _why(reason: str) -> str:
    return clean(reason.replace(";", ", ").replace("_", " "))


def _sentence(level: Level) -> str:
    parts = []
    for condition, lines in level.lines.items():
        shown = [line for line in lines if line != condition]
        about = f"{clean(condition)}: " if condition != EVERYBODY else ""
        parts.append(about + ("; " if level.lost else ", ").join(shown))
    return f"{'Not further: ' if level.lost else ''}{'; '.join(parts)}."


# where the boxes stand


def _columns(parted: Sequence[str], width: float) -> dict[str, Column]:
    room = width / max(len(parted), 1)
    found = {c: Column(room * (at + 0.5), min(room - 0.12, 2.2)) for at, c in enumerate(parted)}
    return {**found, EVERYBODY: Column(width / 2, 2.2)}


def _draw(axes: "Axes | None", levels: Sequence[Level], columns: dict[str, Column]) -> float:
    """From top to bottom; without axes it only measures. How high all is, in inches."""
    y, above = 0.06, dict[str, float]()
    for level in levels:
        if level.beside:
            y = _beside(axes, level.lines[EVERYBODY], y, columns[EVERYBODY])
            continue
        if above and not set(level.lines) <= set(above):
            y = _parted(axes, level, y, above, columns)
        elif above:
            y += GAP
        bottoms = {c: _one(axes, level, c, y, above, columns[c]) for c in level.lines}
        above = {**above, **bottoms}
        y = max(bottoms.values())
    return y + 0.06


def _one(
    axes: "Axes | None",
    level: Level,
    condition: str,
    y: float,
    above: dict[str, float],
    column: Column,
) -> float:
    """One box with the arrow to it; where it ends."""
    text = _wrapped(level.lines[condition], column.width)
    if axes is not None:
        if condition in above:
            _arrow(axes, column.middle, above[condition], y)
        _box(axes, column.middle, y, column.width, text, lost=level.lost)
    return y + _height(text)


def _beside(axes: "Axes | None", lines: list[str], y: float, column: Column) -> float:
    """A box to the right of the arrow, from which a line leads to it."""
    left, right = column.middle + 0.2, 2 * column.middle - 0.06
    text, top = _wrapped(lines, right - left), y + GAP / 2
    bottom = top + _height(text)
    if axes is not None:
        axes.plot((column.middle, left), ((top + bottom) / 2,) * 2, color=MUTED, linewidth=0.8)
        _box(axes, (left + right) / 2, top, right - left, text, lost=True)
    return bottom - GAP / 2


def _parted(
    axes: "Axes | None",
    level: Level,
    y: float,
    above: dict[str, float],
    columns: dict[str, Column],
) -> float:
    """The line across where everybody's way parts into conditions; where boxes go on."""
    across = y + 0.75 * GAP
    if axes is not None:
        ends = [columns[c].middle for c in (*above, *level.lines)]
        axes.plot((min(ends), max(ends)), (across, across), color=INK, linewidth=0.9)
        middle = columns[EVERYBODY].middle
        axes.plot((middle, middle), (above[EVERYBODY], across), color=INK, linewidth=0.9)
    above.clear()
    above.update(dict.fromkeys(level.lines, across))
    return across + 0.75 * GAP


def _wrapped(lines: Iterable[str], width: float) -> str:
    return "\n".join(wrapped(line, int((width - 0.12) / CHARACTER)) for line in lines)


def _height(text: str) -> float:
    return LINE * (text.count("\n") + 1) + PADDING


def _arrow(axes: "Axes", x: float, start: float, end: float) -> None:
    axes.annotate("", (x, end), (x, start), arrowprops={
        "arrowstyle": "-|>", "color": INK, "linewidth": 0.9, "shrinkA": 0, "shrinkB": 0,
    })  # fmt: skip


def _box(axes: "Axes", middle: float, top: float, width: float, text: str, *, lost: bool) -> None:
    from matplotlib.patches import Rectangle

    axes.add_patch(Rectangle((middle - width / 2, top), width, _height(text), facecolor="white",
                             edgecolor=MUTED if lost else INK, linewidth=0.9, zorder=2,
                             linestyle=(0, (3, 2)) if lost else "-"))  # fmt: skip
    for at, line in enumerate(text.split("\n")):
        y = top + PADDING / 2 + LINE * (at + 0.5)
        x, side = (middle - width / 2 + 0.06, "left") if lost else (middle, "center")
        axes.text(x, y, line, ha=side, va="center", fontsize=SMALL, zorder=3,
                  weight="bold" if line.startswith("n = ") else "normal")  # fmt: skip
