"""The way of participants from the first page to the analysis, as boxes and arrows."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pandas as pd

from .paper import INK, MUTED, SMALL, WIDTH, Figure, styled
from .words import clean, counted, wrapped

if TYPE_CHECKING:
    from matplotlib.axes import Axes

EVERYBODY = ""
LINE, PADDING, GAP = 0.17, 0.14, 0.3
# A column this wide, in inches, holds most conditions' names.
NARROWEST = 1.16
CHARACTER = 0.074


@dataclass(slots=True)
class Stage:
    """How many got there and who did not, by condition; EVERYBODY before conditions part."""

    name: str
    reached: dict[str, int] = field(default_factory=dict)
    lost: dict[str, list[tuple[int, str]]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Column:
    """Where boxes of a condition stand, in inches."""

    middle: float
    width: float

    @property
    def letters(self) -> int:
        return int((self.width - 0.1) / CHARACTER)


@styled
def flow(table: pd.DataFrame) -> Figure | None:
    """A flow chart of participants, after CONSORT (Schulz, Altman & Moher 2010, BMJ 340:c332).

    `table` has stage, condition, n and reason, stages in their order. A row without a reason says
    how many reached a stage; one with a reason how many did not get there, and why. Without a
    condition it is about everybody. None when nobody reached any stage.
    """
    stages = _stages(table)
    if not any(n for stage in stages for n in stage.reached.values()):
        return None
    conditions = list(dict.fromkeys(c for s in stages for c in s.reached if c != EVERYBODY))
    width = max(WIDTH, NARROWEST * len(conditions))
    columns = _columns(conditions, width)
    chart = _Chart(columns, set())
    height = chart.draw(None, stages)
    from matplotlib.figure import Figure as Drawing

    drawing = Drawing(figsize=(width, height))
    axes = drawing.add_axes((0, 0, 1, 1), xlim=(0, width), ylim=(height, 0))
    axes.set_axis_off()
    _Chart(columns, set()).draw(axes, stages)
    return Figure(
        "flow", drawing, "The way of participants through the study",
        " ".join(_sentence(stage) for stage in stages),
        "Boxes: who got to each stage. Dashed: who did not get to the next one, and why.",
    )  # fmt: skip


def _stages(table: pd.DataFrame) -> list[Stage]:
    found: dict[str, Stage] = {}
    for row in table.dropna(subset=["stage", "n"]).to_dict("records"):
        stage = found.setdefault(str(row["stage"]), Stage(str(row["stage"])))
        condition = EVERYBODY if pd.isna(row["condition"]) else str(row["condition"])
        if pd.isna(row["reason"]) or not row["reason"]:
            stage.reached[condition] = int(row["n"])
        elif int(row["n"]):
            stage.lost.setdefault(condition, []).append((int(row["n"]), str(row["reason"])))
    for stage in found.values():
        # Where conditions have parted, the sum over them has no box of its own.
        if len(stage.reached) > 1:
            stage.reached.pop(EVERYBODY, None)
    return list(found.values())


def _columns(conditions: Iterable[str], width: float) -> dict[str, Column]:
    names = list(conditions)
    room = width / max(len(names), 1)
    found = {c: Column(room * (at + 0.5), room - 0.12) for at, c in enumerate(names)}
    return {EVERYBODY: Column(width / 2, min(2.6, width - 0.1)), **found}


@dataclass(slots=True)
class _Chart:
    """Draws from top to bottom; without axes it only measures."""

    columns: Mapping[str, Column]
    named: set[str]

    def draw(self, axes: "Axes | None", stages: list[Stage]) -> float:
        """How high it is, in inches."""
        y, above = 0.08, dict[str, float]()
        for stage in stages:
            if not stage.reached:
                continue
            y = self._lost(axes, stage, y, above)
            y = self._reached(axes, stage, y, above)
        return y + 0.08

    def _lost(self, axes: "Axes | None", stage: Stage, y: float, above: dict[str, float]) -> float:
        """Dashed boxes: beside the arrow where there is one arrow, else upon each column's."""
        if not above:
            return y
        lowest = y + GAP
        for condition, reasons in stage.lost.items():
            column = self.columns.get(condition)
            if column is None:
                continue
            beside = condition == EVERYBODY
            width = 0.42 * 2 * column.middle if beside else column.width
            middle = column.middle + 0.2 + width / 2 if beside else column.middle
            text = _reasons(reasons, int((width - 0.12) / CHARACTER))
            top = y + (GAP / 2 if beside else GAP)
            bottom = top + _height(text)
            if axes is not None:
                if beside:
                    axes.plot((column.middle, middle - width / 2), ((top + bottom) / 2,) * 2,
                              color=MUTED, linewidth=0.8)  # fmt: skip
                else:
                    _arrow(axes, column.middle, above.get(condition, y), top)
                _box(axes, middle, top, width, text, dashed=True)
            if not beside:
                above[condition] = bottom
            lowest = max(lowest, bottom + (GAP / 2 if beside else GAP))
        return lowest

    def _reached(
        self, axes: "Axes | None", stage: Stage, y: float, above: dict[str, float]
    ) -> float:
        if above and set(stage.reached) != set(above):
            y = self._parted(axes, stage, y, above)
        bottoms = {}
        for condition, n in stage.reached.items():
            column = self.columns[condition]
            text = self._text(condition, stage.name, n, column)
            bottoms[condition] = y + _height(text)
            if axes is not None:
                if condition in above:
                    _arrow(axes, column.middle, above[condition], y)
                _box(axes, column.middle, y, column.width, text)
        above.clear()
        above.update(bottoms)
        return max(bottoms.values())

    def _parted(
        self, axes: "Axes | None", stage: Stage, y: float, above: dict[str, float]
    ) -> float:
        """A line across, where one way parts into several or several come together."""
        across = y - GAP / 6
        if axes is not None:
            ends = [self.columns[c].middle for c in (*above, *stage.reached)]
            axes.plot((min(ends), max(ends)), (across, across), color=INK, linewidth=0.9)
            for condition, bottom in above.items():
                axes.plot((self.columns[condition].middle,) * 2, (bottom, across), color=INK,
                          linewidth=0.9)  # fmt: skip
        above.clear()
        above.update(dict.fromkeys(stage.reached, across))
        return y + GAP / 2

    def _text(self, condition: str, stage: str, n: int, column: Column) -> str:
        said = f"{wrapped(stage, column.letters, 3)}\nn = {n:,}"
        if condition == EVERYBODY or condition in self.named:
            return said
        self.named.add(condition)
        return f"{wrapped(condition, column.letters)}\n{said}"


def _reasons(reasons: list[tuple[int, str]], letters: int) -> str:
    return "\n".join(wrapped(f"{n:,} {reason}", letters, 4) for n, reason in reasons)


def _height(text: str) -> float:
    return LINE * (text.count("\n") + 1) + PADDING


def _arrow(axes: "Axes", x: float, start: float, end: float) -> None:
    axes.annotate("", (x, end), (x, start), arrowprops={
        "arrowstyle": "-|>", "color": INK, "linewidth": 0.9, "shrinkA": 0, "shrinkB": 0,
    })  # fmt: skip


def _box(
    axes: "Axes", middle: float, top: float, width: float, text: str, *, dashed: bool = False
) -> None:
    from matplotlib.patches import Rectangle

    axes.add_patch(Rectangle((middle - width / 2, top), width, _height(text), facecolor="white",
                             edgecolor=MUTED if dashed else INK, linewidth=0.9, zorder=2,
                             linestyle=(0, (3, 2)) if dashed else "-"))  # fmt: skip
    for at, line in enumerate(text.split("\n")):
        y = top + PADDING / 2 + LINE * (at + 0.5)
        x, side = (middle - width / 2 + 0.06, "left") if dashed else (middle, "center")
        axes.text(x, y, line, ha=side, va="center", fontsize=SMALL, zorder=3,
                  weight="bold" if line.startswith("n = ") else "normal")  # fmt: skip


def _sentence(stage: Stage) -> str:
    lost = [
        f"{n:,} {clean(reason, 80)}{f' ({clean(condition)})' if condition else ''}"
        for condition, reasons in stage.lost.items()
        for n, reason in reasons
    ]
    not_there = f"Did not get to “{clean(stage.name)}”: {'; '.join(lost)}. " if lost else ""
    reached = ", ".join(
        f"{clean(condition)} {n:,}" if condition else counted(n, "participant")
        for condition, n in stage.reached.items()
    )
    return f"{not_there}{clean(stage.name)}: {reached or 'not counted'}."
