"""Two conditions that the same people had: everybody a line, and the mean difference."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from scipy import stats

from analysis.stats import exact
from analysis.stats.bootstrap import CONFIDENCE, Floats
from analysis.stats.participants import means_by_condition

from .paper import (
    INK,
    LINE,
    MUTED,
    Figure,
    as_numbers,
    at_least,
    colour,
    in_files,
    legend_below,
    lines_of,
    mark,
    named,
    sheet,
    styled,
)
from .words import clean, counted, estimate, file_name, number, share, span, wrapped

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MOST_LINES = 300


@styled
def paired(
    frame: pd.DataFrame, outcome: str, a: str, b: str, *, said: str = "", seed: int = 1
) -> Figure | None:
    """Each participant's mean in two conditions joined by a line, and the differences a − b.

    `frame` is `ratings` or `playlist_ratings`. The interval of the mean difference is Student's, as
    in the paired t test. Who has a value in one of the conditions only is left out. None with
    fewer than two participants who have both.
    """
    both = _both(frame, outcome, a, b)
    if len(both) < 2:
        return None
    differences = exact.differences(*both.T)
    mean, low, high = mean_difference(differences)
    names = [wrapped(one, 18) for one in (a, b)]
    drawing = sheet(3.5 + LINE * max(map(lines_of, names)), asked=named(outcome, said))
    left, right = drawing.subplots(1, 2, width_ratios=(1.5, 1))
    _slopes(left, both, seed)
    left.set_xticks((0, 1), names)
    left.set_ylabel("mean rating")
    at_least(left, 0.5)
    _differences(right, differences, (mean, low, high), seed)
    right.set_xlabel(f"n = {len(both)}")
    ends = span(low, high)
    around = f"{share(CONFIDENCE)}: {ends}" if ends else "no interval"
    right.set_title(f"difference {number(mean)}\n({around})", fontsize=9)
    higher, lower = int((differences > 0).sum()), int((differences < 0).sum())
    drawn = f" {MOST_LINES} of {len(both):,} people are drawn." if len(both) > MOST_LINES else ""
    legend_below(drawing, _marks(), 3)
    name = file_name("paired", outcome, a, b)
    return Figure(
        name,
        drawing,
        f"{named(outcome, said)}: {clean(a)} against {clean(b)}, person by person",
        f"{counted(len(both), 'participant')} rated both. Mean {number(both[:, 0].mean())} for "
        f"{clean(a)} and {number(both[:, 1].mean())} for {clean(b)}: a difference of "
        f"{estimate(mean, low, high)}. {higher} rated {clean(a)} higher, {lower} {clean(b)}, "
        f"{len(both) - higher - lower} both alike.",
        f"Left: each line one participant's means of {outcome}; thick: the mean over participants. "
        f"Right: differences {clean(a)} − {clean(b)}, moved sideways so that equal ones show, with "
        f"their mean and its 95 % interval (Student's t).{drawn} {in_files(name)}",
        as_numbers(_numbers(both, differences, (a, b), (mean, low, high))),
    )


def _numbers(
    both: Floats,
    differences: Floats,
    names: tuple[str, str],
    found: tuple[float, float, float],
) -> Iterator[tuple[Any, ...]]:
    """Everybody under the same number in all panels."""
    panels = {names[0]: both[:, 0], names[1]: both[:, 1], "difference": differences}
    for panel, values in panels.items():
        for at, value in enumerate(values, start=1):
            yield panel, "participant", at, value, None, None, 1
        ends = found[1:] if panel == "difference" else (None, None)
        yield panel, "mean", None, values.mean(), *ends, len(values)


def _marks() -> list[object]:
    from matplotlib.lines import Line2D

    return [
        Line2D([], [], color=MUTED, linewidth=0.7, label="one participant"),
        Line2D([], [], color=INK, linewidth=3, label="means"),
        Line2D([], [], color=colour(0), linewidth=3, marker="D", markersize=7, markeredgecolor=INK,
               label="mean difference"),
    ]  # fmt: skip


def _both(frame: pd.DataFrame, outcome: str, a: str, b: str) -> Floats:
    """Means in a and b of those who have both; shape (participants, 2)."""
    if a == b:
        return np.empty((0, 2))
    return means_by_condition(frame, outcome, [a, b]).dropna().to_numpy(dtype=np.float64)


def mean_difference(differences: Floats) -> tuple[float, float, float]:
    """The mean of paired differences with its 95 % t interval; NaN where all are equal."""
    mean = float(differences.mean())
    if len(differences) < 2 or exact.constant(differences):
        return mean, np.nan, np.nan
    half = stats.t.ppf((1 + CONFIDENCE) / 2, len(differences) - 1) * stats.sem(differences)
    return mean, mean - float(half), mean + float(half)


def _chosen(n: int, seed: int) -> "Sequence[int] | slice":
    if n <= MOST_LINES:
        return slice(None)
    return np.sort(np.random.default_rng(seed).choice(n, MOST_LINES, replace=False)).tolist()


def _slopes(axes: "Axes", both: Floats, seed: int) -> None:
    from matplotlib.collections import LineCollection

    lines = [[(0, first), (1, second)] for first, second in both[_chosen(len(both), seed)]]
    axes.add_collection(LineCollection(lines, colors=MUTED, linewidths=0.7, alpha=0.45))
    axes.plot((0, 1), both.mean(axis=0), color=INK, linewidth=3, zorder=3)
    for at in (0, 1):
        axes.plot(at, both[:, at].mean(), mark(at), color=colour(at), markersize=9,
                  markeredgecolor=INK, zorder=4)  # fmt: skip
    axes.set_xlim(-0.3, 1.3)


def _differences(
    axes: "Axes", differences: Floats, found: tuple[float, float, float], seed: int
) -> None:
    mean, low, high = found
    shown = differences[_chosen(len(differences), seed)]
    sideways = np.random.default_rng(seed).uniform(-0.22, 0.22, len(shown))
    axes.axhline(0, color=INK, linewidth=0.8, zorder=1)
    axes.plot(sideways, shown, "o", markersize=4, markerfacecolor="0.75", markeredgecolor="0.35",
              markeredgewidth=0.5, zorder=2)  # fmt: skip
    if np.isfinite(low):
        axes.plot((0.5, 0.5), (low, high), color=colour(0), linewidth=3, zorder=3)
    axes.plot(0.5, mean, "D", color=colour(0), markeredgecolor=INK, markersize=8, zorder=4)
    axes.set(xlim=(-0.4, 0.75), xticks=[])
    axes.margins(y=0.1)
    at_least(axes, 0.5)
