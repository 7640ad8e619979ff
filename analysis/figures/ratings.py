"""Participants' means by condition: each person a dot, and the mean with its interval."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from analysis.stats.describe import Floats, mean_interval, participant_means

from .paper import (
    INK,
    LINE,
    Figure,
    as_numbers,
    beside,
    colour,
    heading,
    in_files,
    legend_below,
    lines_of,
    mark,
    named,
    rows_only,
    sheet,
    styled,
)
from .words import clean, conditions_of, counted, estimate, file_name, number

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# How many places dots can have across; dots at one place are piled up.
PLACES = 48
PILE = 0.5
# Dots nearer to each other than this would overlap: there are bars instead.
NEAREST = 0.055


@styled
def by_condition(
    frame: pd.DataFrame,
    outcome: str,
    *,
    conditions: Sequence[str] | None = None,
    ends: tuple[float, float] | None = None,
    said: str = "",
    seed: int = 1,
) -> Figure | None:
    """The distribution of participants' means in each condition, with the mean of these means.

    `frame` is `ratings` or `playlist_ratings`, or any with participant_id, condition and the
    outcome; `ends` are those of the scale. The interval is that of the table `descriptives` for
    the same seed. None when nobody has a value.
    """
    wanted = conditions_of(frame, conditions)
    means = {c: participant_means(frame[frame["condition"] == c], outcome) for c in wanted}
    if not any(len(values) for values in means.values()):
        return None
    spans = {c: mean_interval(values, seed=seed)[:2] for c, values in means.items()}
    low, high = ends or _ends(means.values())
    right = {c: _right(values, spans[c]) for c, values in means.items()}
    names = {c: beside(c, right[c]) for c in wanted}
    more = 1.7 * LINE * (max(map(lines_of, names.values())) - 1)
    drawing = sheet(0.95 + (0.95 + more) * len(wanted), asked=named(outcome, said))
    axes = drawing.subplots()
    for row, (condition, values) in enumerate(means.items()):
        heading(axes, row - 0.33, names[condition], right[condition])
        _pile(axes, row, values, (low, high))
        _mean(axes, row, values, spans[condition])
    rows_only(axes, range(len(wanted)), 0.55)
    margin = 0.03 * (high - low)
    axes.set(xlim=(low - margin, high + margin), xlabel="rating")
    legend_below(drawing, _marks(), 2)
    name = file_name("by-condition", outcome)
    return Figure(
        name,
        drawing,
        f"{named(outcome, said)}: participants' means by condition",
        " ".join(_sentence(c, values, spans[c]) for c, values in means.items()),
        f"Each dot is one participant's mean of {outcome}, piled up where they are alike (as bars "
        "where there are too many). Below: the mean of these means with its 95 % interval "
        "(bias-corrected and accelerated bootstrap over participants), so that everybody counts "
        f"once. {in_files(name)}",
        as_numbers(_numbers(means, spans)),
    )


def _numbers(
    means: Mapping[str, Floats], spans: Mapping[str, tuple[float, float]]
) -> Iterator[tuple[Any, ...]]:
    for condition, values in means.items():
        for value in np.sort(values):
            yield condition, "participant", None, value, None, None, 1
        if len(values):
            yield condition, "mean", None, values.mean(), *spans[condition], len(values)


def _marks() -> list[object]:
    from matplotlib.lines import Line2D

    return [
        Line2D([], [], linestyle="none", marker="o", markersize=4, markerfacecolor="0.75",
               markeredgecolor="0.35", label="participants"),
        Line2D([], [], linewidth=3, marker="o", markersize=8, color="0.5", markeredgecolor=INK,
               label="mean with 95 % interval"),
    ]  # fmt: skip


def _ends(means: Iterable[Floats]) -> tuple[float, float]:
    every = np.concatenate(list(means))
    low, high = float(every.min()), float(every.max())
    return (low, high) if high > low else (low - 0.5, high + 0.5)


def _pile(axes: "Axes", row: int, values: Floats, ends: tuple[float, float]) -> None:
    """Dots over the row's line, as high as the fullest place allows."""
    if not len(values):
        return
    step = (ends[1] - ends[0]) / PLACES
    places = np.round((np.sort(values) - ends[0]) / step)
    level = np.concatenate([np.arange(n) for n in np.unique(places, return_counts=True)[1]])
    axes.plot(ends, (row + 0.24, row + 0.24), color="0.8", linewidth=0.6, zorder=0)
    apart = PILE / (level.max() + 1)
    if apart < NEAREST:
        at, sizes = np.unique(places, return_counts=True)
        axes.bar(ends[0] + at * step, -sizes * PILE / sizes.max(), 0.8 * step, row + 0.22,
                 color="0.75", edgecolor="0.35", linewidth=0.5)  # fmt: skip
        return
    apart = min(0.075, apart)
    axes.plot(
        ends[0] + places * step, row + 0.19 - level * apart, "o", markersize=3.6,
        markerfacecolor="0.75", markeredgecolor="0.35", markeredgewidth=0.5, linestyle="none",
    )  # fmt: skip


def _mean(axes: "Axes", row: int, values: Floats, ends: tuple[float, float]) -> None:
    if not len(values):
        return
    if np.isfinite(ends).all():
        axes.plot(ends, (row + 0.36, row + 0.36), color=colour(row), linewidth=3, zorder=2)
    axes.plot(values.mean(), row + 0.36, mark(row), color=colour(row), markeredgecolor=INK,
              markersize=8, zorder=3)  # fmt: skip


def _right(values: Floats, ends: tuple[float, float]) -> str:
    if not len(values):
        return "n = 0"
    low, high = ends
    shown = f" ({number(low)} to {number(high)})" if np.isfinite(ends).all() else ""
    return f"mean {number(float(values.mean()))}{shown}, n = {len(values)}"


def _sentence(condition: str, values: Floats, ends: tuple[float, float]) -> str:
    if not len(values):
        return f"{clean(condition)}: nobody."
    return (
        f"{clean(condition)}: mean {estimate(float(values.mean()), *ends)} of "
        f"{counted(len(values), 'participant')}, from {number(float(values.min()))} to "
        f"{number(float(values.max()))}."
    )
