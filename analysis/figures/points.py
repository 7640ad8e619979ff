"""How often each point of a scale was chosen, as bars that part at the middle of the scale."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from .paper import (
    INK,
    LINE,
    SMALL,
    Figure,
    beside,
    heading,
    legend_below,
    lines_of,
    named,
    rows_only,
    sheet,
    styled,
)
from .words import clean, conditions_of, counted, file_name, share, wrapped

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# Below the middle orange and hatched, above it blue: told apart in grey by side and hatching.
LOW, MIDDLE, HIGH = (213, 94, 0), (222, 222, 222), (0, 114, 178)
HATCH = "/////"
# A share is printed where its part of the bar has room for it.
NARROWEST = 0.07


@styled
def likert(
    likert_distribution: pd.DataFrame,
    outcome: str,
    labels: Sequence[str] = (),
    *,
    said: str = "",
    people: Mapping[str, int] | None = None,
) -> Figure | None:
    """Diverging stacked bars, one a condition, from the table `likert_distribution`.

    `labels` are what the points are called, from the first; `said` the question; `people` how many
    participants gave the ratings of each condition. Centred on the middle of the scale: half of
    the middle point's share lies on either side. None when nobody has rated.
    """
    table = likert_distribution[likert_distribution["outcome"] == outcome]
    conditions = conditions_of(table)
    counts = {c: _counts(table[table["condition"] == c]) for c in conditions}
    if not any(n.sum() for n in counts.values()):
        return None
    points = max(map(len, counts.values()))
    swatches, columns, below = _swatches(points, labels)
    right = {c: _n(int(n.sum()), c, people) for c, n in counts.items()}
    names = {c: beside(c, right[c]) for c in conditions}
    pitch = 0.62 + LINE * (max(map(lines_of, names.values())) - 1)
    height = 0.5 + pitch * len(conditions) + below
    drawing = sheet(height, asked=named(outcome, said))
    axes = drawing.subplots()
    for row, (condition, n) in enumerate(counts.items()):
        heading(axes, row - 0.26, names[condition], right[condition])
        _bar(axes, row, n)
    axes.axvline(0, color=INK, linewidth=0.8, zorder=0)
    _limits(axes, list(counts.values()))
    legend_below(drawing, swatches, columns)
    return Figure(
        file_name("likert", outcome),
        drawing,
        f"{named(outcome, said)}: ratings by condition",
        " ".join(_sentence(c, n, points) for c, n in counts.items()),
        f"Shares of all ratings of {outcome} in per cent, each bar 100 % of its condition's "
        "ratings and centred on the middle of the scale. In bold: all below and all above the "
        "middle. Numbers, and the shares' intervals, for which ratings of one participant count "
        "together: likert_distribution.csv.",
    )


def _counts(rows: pd.DataFrame) -> NDArray[np.int64]:
    return rows.sort_values("category")["count"].to_numpy(dtype=np.int64)


def _n(ratings: int, condition: str, people: Mapping[str, int] | None) -> str:
    said = counted(ratings, "rating")
    return f"{said}, {people[condition]} people" if people and condition in people else said


def sides(counts: NDArray[np.int64]) -> tuple[float, float, float]:
    """The shares below, at and above the middle of the scale; a scale of even points has none."""
    shares, half = counts / max(counts.sum(), 1), len(counts) // 2
    middle = float(shares[half]) if len(counts) % 2 else 0.0
    return float(shares[:half].sum()), middle, float(shares[-half:].sum()) if half else 0.0


def _bar(axes: "Axes", row: int, counts: NDArray[np.int64]) -> None:
    if not counts.sum():
        return
    low, middle, high = sides(counts)
    start = -low - middle / 2
    for point, part in enumerate(counts / counts.sum()):
        face, hatch = _look(point, len(counts))
        axes.barh(row, part, 0.42, left=start, color=face, hatch=hatch, edgecolor="white",
                  linewidth=0.8)  # fmt: skip
        if part >= NARROWEST:
            axes.text(start + part / 2, row, share(part).removesuffix(" %"), ha="center",
                      va="center_baseline", fontsize=SMALL, color=_ink(face),
                      bbox={"facecolor": face, "edgecolor": "none", "pad": 1.6})  # fmt: skip
        start += part
    for x, total, side in ((-low - middle / 2, low, "right"), (high + middle / 2, high, "left")):
        axes.annotate(share(total), (x, row), (-4 if side == "right" else 4, 0), ha=side,
                      textcoords="offset points", va="center", fontsize=SMALL,
                      weight="bold")  # fmt: skip


def _limits(axes: "Axes", counts: list[NDArray[np.int64]]) -> None:
    parts = [sides(n) for n in counts]
    left, right = (max(part[side] + part[1] / 2 for part in parts) for side in (0, 2))
    axes.set_xlim(-left - 0.16 * (left + right), right + 0.16 * (left + right))
    rows_only(axes, range(len(counts)))
    axes.set_xticks([])
    axes.spines["bottom"].set_visible(False)


def _look(point: int, points: int) -> tuple[str, str]:
    """A point's colour and hatching; the further from the middle, the darker."""
    away = (2 * point - points + 1) / max(points - 1, 1)
    end = np.array(LOW if away < 0 else HIGH)
    # The points next to the middle must differ from it and from white.
    strength = 0.0 if away == 0 else 0.25 + 0.75 * abs(away)
    mixed = np.array(MIDDLE) + strength * (end - np.array(MIDDLE))
    return "#{:02x}{:02x}{:02x}".format(*mixed.round().astype(int)), HATCH if away < 0 else ""


def _ink(face: str) -> str:
    red, green, blue = (int(face[at : at + 2], 16) for at in (1, 3, 5))
    return "white" if 0.299 * red + 0.587 * green + 0.114 * blue < 135 else INK


def _swatches(points: int, labels: Sequence[str]) -> tuple[list[object], int, float]:
    """What the points are called, in how many columns there is room for it, and how high it is."""
    from matplotlib.patches import Patch

    names = [_label(point, labels) for point in range(points)]
    looks = [_look(point, points) for point in range(points)]
    longest = max(len(line) for name in names for line in name.split("\n"))
    columns = 1 if longest > 24 else 2 if longest > 3 else min(points, 7)
    below = sum(0.2 + LINE * (lines_of(name) - 1) for name in names) / columns + 0.1
    return (
        [
            Patch(facecolor=face, hatch=hatch, edgecolor="white", label=name)
            for name, (face, hatch) in zip(names, looks, strict=True)
        ],
        columns,
        below,
    )


def _label(point: int, labels: Sequence[str]) -> str:
    said = wrapped(labels[point], 52) if point < len(labels) else ""
    return f"{point + 1} = {said}" if said and said != str(point + 1) else str(point + 1)


def _sentence(condition: str, counts: NDArray[np.int64], points: int) -> str:
    if not counts.sum():
        return f"{clean(condition)}: no ratings."
    low, middle, high = sides(counts)
    at = f" {share(middle)} at it," if points % 2 else ""
    return (
        f"{clean(condition)}: of {counted(int(counts.sum()), 'rating')} {share(low)} below the "
        f"middle of the scale,{at} {share(high)} above it."
    )
