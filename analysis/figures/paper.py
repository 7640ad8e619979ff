"""What all figures share: their size, colours and marks, and the way to a file.

Drawn for a phone's width first: what can be read there can be read in a paper's column.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

import pandas as pd

from analysis.data.codebook import FIGURE
from analysis.data.csv_files import csv_bytes
from recommender import figures
from recommender.charts import PALETTE

from .svg import described
from .words import clean, wrapped

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure as Drawing

# In inches: at 360 pixels, less the page's margins, 10 points are 9.5 pixels.
WIDTH = 4.8
STYLE: dict[str, Any] = {
    "font.size": 10,
    "axes.labelsize": 10,
    "axes.titlesize": 10,
    "xtick.labelsize": 9,
    "ytick.labelsize": 9,
    "legend.fontsize": 9,
    "legend.frameon": False,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.linewidth": 0.8,
    "hatch.linewidth": 0.6,
    "lines.linewidth": 1.4,
    "figure.facecolor": "white",
    # Text stays text: it can be searched, and another font's letters are found.
    "svg.fonttype": "none",
    # A dollar sign in a name is a dollar sign.
    "text.parse_math": False,
}
# Without the yellow, which does not show on white. Colours and marks go together.
COLOURS = (*PALETTE[:6], "#000000", "#777777")
MARKS = ("o", "s", "^", "D", "v", "P", "X", "*")
INK, MUTED, FAINT = "#1a1a1a", "#595959", "#d0d0d0"
SMALL = 9
# Letters of this size that stand side by side, and the height of a line in inches.
ACROSS, LINE = 66, 0.165


@dataclass(frozen=True, slots=True, eq=False)
class Figure:
    """A figure and what is said of it. `name` is that of its files; `alt` says in sentences what
    it shows, with numbers and n; `caption` says how it was made."""

    name: str
    drawing: "Drawing"
    title: str
    alt: str
    caption: str
    # What is drawn, with the columns of `codebook.FIGURE`; of figures that are drawn from one table
    # as it is None, and the caption names the table.
    numbers: pd.DataFrame | None = None

    @property
    def wide(self) -> bool:
        """Wider than a phone: it scrolls there instead of shrinking."""
        return bool(self.drawing.get_figwidth() > 1.2 * WIDTH)


P = ParamSpec("P")
R = TypeVar("R")


def styled(draw: Callable[P, R]) -> Callable[P, R]:
    """Whatever is drawn in here looks the same, whoever's settings matplotlib finds."""

    @wraps(draw)
    def in_style(*args: P.args, **kwargs: P.kwargs) -> R:
        from matplotlib import style

        with style.context(["default", STYLE]):
            return draw(*args, **kwargs)

    return in_style


@styled
def save(figure: Figure, folder: Path) -> list[Path]:
    """Write NAME.svg and NAME.png, and what is drawn as NAME.csv; the same figure gives the same
    bytes. Raises OSError.

    The SVG holds the title and the description as its text alternatives.
    """
    files = figures.save(figure.drawing, folder, figure.name)
    if figure.numbers is not None:
        table = folder / f"{figure.name}.csv"
        table.write_bytes(csv_bytes(figure.numbers, FIGURE))
        files.append(table)
    for file in files:
        if file.suffix == ".svg":
            svg = described(file.read_text("utf-8"), figure.name, figure.title, figure.alt)
            file.write_text(svg, "utf-8", newline="\n")
    return files


def sheet(height: float, width: float = WIDTH, *, asked: str = "") -> "Drawing":
    """`asked` stands over the panels, however long it is."""
    from matplotlib.figure import Figure as Drawing

    said = wrapped(asked, 60)
    drawing = Drawing(figsize=(width, height + (LINE * lines_of(said) + 0.08 if said else 0)))
    # Room between panels, so that a title is nearer to its own than to the one above.
    drawing.set_layout_engine("constrained", h_pad=0.07)
    if said:
        drawing.suptitle(said, x=0.015, ha="left", fontsize=10)
    return drawing


def lines_of(text: str) -> int:
    return text.count("\n") + 1


def colour(index: int) -> str:
    return COLOURS[index % len(COLOURS)]


def mark(index: int) -> str:
    return MARKS[index % len(MARKS)]


def beside(text: str, right: str = "") -> str:
    """A row's name beside what stands on the right; where both don't fit, in lines above it."""
    text = clean(text)
    return text if len(text) + len(right) + 2 <= ACROSS else f"{wrapped(text, ACROSS)}\n"


def heading(axes: "Axes", y: float, text: str, right: str = "", *, weight: str = "normal") -> None:
    """Text over a row of a figure, as wide as the axes, that ends at y: long names have room."""
    place: dict[str, Any] = {
        "transform": axes.get_yaxis_transform(),
        "fontsize": SMALL,
        "va": "bottom",
        "linespacing": 1.1,
    }
    axes.text(0.0, y, text, ha="left", weight=weight, **place)
    if right:
        axes.text(1.0, y, right, ha="right", **place)


def rows_only(axes: "Axes", rows: Sequence[float], room: float = 0.6) -> None:
    """Rows from top to bottom without an axis beside them: their headings name them."""
    axes.set_ylim(max(rows) + room, min(rows) - room)
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)


def legend_below(drawing: "Drawing", handles: Sequence[Any], columns: int) -> None:
    drawing.legend(handles=list(handles), loc="outside lower center", ncols=columns,
                   handlelength=1.6, columnspacing=1.2)  # fmt: skip


def named(text: str, said: str) -> str:
    """An outcome in the study's words, or by its name in the files."""
    return clean(said or text)


def as_numbers(rows: Iterable[Sequence[Any]]) -> pd.DataFrame:
    """What a figure draws: panel, mark, at, value, low, high, n."""
    return pd.DataFrame(list(rows), columns=[column.name for column in FIGURE])


def in_files(name: str) -> str:
    return f"What is drawn, as numbers: figures/{name}.csv."


def at_least(axes: "Axes", reach: float) -> None:
    """Limits that are not wider apart than rounding is, where all values are alike."""
    low, high = axes.get_ylim()
    if high - low < reach:
        axes.set_ylim((low + high - reach) / 2, (low + high + reach) / 2)
