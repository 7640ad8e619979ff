"""The forest plot of an evaluation: a panel a metric, a row a condition."""

from pathlib import Path
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

import numpy as np
import pandas as pd

from analysis.figures.words import wrapped
from recommender import figures
from recommender.charts import PALETTE

from .words import SHOWN, described, figure_panels

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

NAME = "offline"
TITLE = "Metrics of playlists by condition, with 95 % intervals"
COLUMNS = 4
LONGEST = 30


def save(table: pd.DataFrame, folder: Path) -> list[Path]:
    """Write the figure as SVG, with its text alternative inside, PNG and text. Raises OSError."""
    svg, png = figures.save(forest(table), folder, NAME)
    alternative = described(table)
    svg.write_text(_with_text(svg.read_text("utf-8"), alternative), "utf-8", newline="\n")
    text = folder / f"{NAME}.txt"
    text.write_text(alternative, "utf-8", newline="\n")
    return [svg, png, text]


def _with_text(svg: str, alternative: str) -> str:
    head, tag, rest = svg.partition("<svg ")
    inside = rest.index(">") + 1
    said = f"<title>{escape(TITLE)}</title><desc>{escape(alternative)}</desc>"
    return f'{head}{tag}role="img" {rest[:inside]}{said}{rest[inside:]}'


def forest(table: pd.DataFrame) -> "Figure":
    """Means over query songs with 95 % intervals; hollow where circular."""
    from matplotlib.figure import Figure

    panels = list(figure_panels(table))
    names = panels[0][1]["condition"].tolist()
    down = -(-len(panels) // COLUMNS)
    figure = Figure(figsize=(11, down * (1.5 + 0.28 * len(names)) + 0.5), layout="constrained")
    every = figure.subplots(down, COLUMNS, sharey=True, squeeze=False)
    for axes, (key, rows) in zip(every.ravel(), panels, strict=True):
        _panel(axes, rows)
        axes.set_title(SHOWN[key], fontsize=10)
    _name_rows(every[:, 0], names)
    _legend(figure)
    return figure


def _panel(axes: "Axes", rows: pd.DataFrame) -> None:
    for y, row in enumerate(rows.to_dict("records")):
        axes.plot([row["ci_low"], row["ci_high"]], [y, y], color=PALETTE[0], linewidth=2)
        face = "white" if row["circular"] else PALETTE[0]
        axes.plot(row["mean"], y, "o", color=PALETTE[0], markerfacecolor=face, markersize=6)
        # Above the row, pointing down at it, so that it hides neither mean nor interval.
        axes.plot(row["chance"], y - 0.27, "v", color=PALETTE[4], markersize=6)
        if np.isnan(row["mean"]):
            axes.text(0.5, y, "not estimable", transform=axes.get_yaxis_transform(),
                      ha="center", va="center", fontsize=8, color="0.35")  # fmt: skip
    counts = rows["n_queries"]
    axes.set_xlabel(
        f"n = {_span(counts)} query songs of {_span(rows['n_artists'])} artists", fontsize=9
    )
    axes.grid(axis="x", color="0.9")
    axes.set_axisbelow(True)
    axes.margins(x=0.08)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)


def _span(counts: "pd.Series") -> str:
    return f"{counts.min()}–{counts.max()}" if counts.nunique() > 1 else str(counts.min())


def _name_rows(left: "np.ndarray", names: list[str]) -> None:
    for axes in left:
        axes.set_ylim(len(names) - 0.4, -0.6)
        axes.set_yticks(range(len(names)), [_short(name) for name in names])
        for label in axes.get_yticklabels():
            label.set_parse_math(False)


def _short(name: str) -> str:
    return wrapped(name, LONGEST)


def _legend(figure: "Figure") -> None:
    from matplotlib.lines import Line2D

    blue, orange = PALETTE[0], PALETTE[4]
    marks = [
        Line2D([], [], color=blue, marker="o", label="mean and 95 % interval"),
        Line2D([], [], color=blue, marker="o", markerfacecolor="white",
               label="circular: chosen by what is measured"),
        Line2D([], [], color=orange, marker="v", markersize=6, linestyle="",
               label="random songs, expected"),
    ]  # fmt: skip
    figure.legend(handles=marks, loc="outside lower center", ncols=3, frameon=False)
