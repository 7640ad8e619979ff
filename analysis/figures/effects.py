"""Differences between conditions with their intervals: the planned ones first and marked apart."""

from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from analysis.stats.conclusions import DECISION, EQUIVALENCE

from .paper import (
    COLOURS,
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
from .words import clean, counted, estimate, file_name, listed, number, span, wrapped

if TYPE_CHECKING:
    from matplotlib.axes import Axes

PLANNED = ("planned",)
# The others stand in the table comparisons.
MOST_ROWS, MOST_SAID = 24, 8
# Inches from one comparison to the next.
ROW = 0.42
# Panels share an axis while none reaches further than so many times as far as another.
ALIKE = 8
NUMBERS = [
    *("estimate", *DECISION, *EQUIVALENCE),
    *("effect", "ci_low", "ci_high", "tost_low", "tost_high"),
]
PAIRED = ("paired_t", "wilcoxon_signed_rank")
KEY = ["outcome", "condition_a", "condition_b"]


@styled
def forest(
    comparisons: pd.DataFrame,
    *,
    planned: Collection[str] = PLANNED,
    names: Mapping[str, str] | None = None,
    name: str = "effects",
    alpha: float = 0.05,
) -> Figure | None:
    """A forest plot of mean differences, a panel an outcome, from the table `comparisons`.

    Each comparison's difference of means in the outcome's unit (`estimate`) with the interval that
    decided it and its level, and its effect size in words. Where an equivalence bound was set
    (`tost_low`, `tost_high`, in the same unit) it is shaded, and the interval of equivalence drawn
    thick. Of several tests of one comparison the confirmatory one counts, which has a `conclusion`.
    Comparisons of a family in `planned` are drawn first, filled; the others hollow. A second
    `analysis_set` stands below the first, smaller. `names` gives outcomes in the study's words;
    intervals of effect sizes have confidence 1 − `alpha`. Rows that could not be estimated are left
    out; None when there is no other.
    """
    rows = _rows(comparisons, planned)
    if rows.empty:
        return None
    shown = rows[rows["place"] < MOST_ROWS]
    panels = [shown[shown["panel"] == panel] for panel in shown["panel"].unique()]
    heights = [0.75 + _places(panel) for panel in panels]
    ends = _ends(panels)
    titles = [_title(panel, names or {}) for panel in panels]
    more = sum(LINE * lines_of(title) for title in titles)
    drawing = sheet(
        0.4 + more + sum(ROW * height + (0.28 if ends is None else 0.1) for height in heights)
    )
    grid = drawing.subplots(
        len(panels), 1, squeeze=False, height_ratios=heights, sharex=ends is not None
    )[:, 0]
    for axes, panel, title in zip(grid, panels, titles, strict=True):
        axes.set_title(title, fontsize=SMALL + 0.5, loc="left", weight="bold")
        _panel(axes, panel)
        low, high = ends or _reach([panel])
        axes.set_xlim(low - 0.04 * (high - low), high + 0.04 * (high - low))
        if ends and axes is not grid[-1]:
            axes.spines["bottom"].set_visible(False)
            axes.tick_params(bottom=False)
    grid[-1].set_xlabel("first − second, in the outcome's unit", fontsize=SMALL)
    legend_below(drawing, _marks(shown), 2)
    return Figure(
        name=file_name("forest", name),
        drawing=drawing,
        title="Differences between conditions",
        alt=_told(rows, alpha),
        caption=_caption(rows, shown),
    )


def _rows(comparisons: pd.DataFrame, planned: Collection[str]) -> pd.DataFrame:
    """One row a comparison and analysis set, with where it stands."""
    numbers = comparisons[NUMBERS].apply(pd.to_numeric, errors="coerce").astype(float)
    known = np.isfinite(numbers[["estimate", *DECISION]]).all(axis=1)
    decides = comparisons["conclusion"].notna()
    rows = comparisons.assign(**numbers)[known & decides]
    rows = rows.drop_duplicates([*KEY, "analysis_set"])
    pairs = [rows[column] for column in KEY]
    rows = rows.assign(
        planned=rows["family"].isin(planned).groupby(pairs, dropna=False).transform("any"),
        second=rows.groupby(KEY, sort=False, dropna=False).cumcount(),
    )
    rows = rows.sort_values("planned", ascending=False, kind="stable")
    rows["place"] = rows.groupby(KEY, sort=False, dropna=False).ngroup()
    rows["panel"] = rows.groupby(["planned", "outcome"], sort=False, dropna=False).ngroup()
    return rows.sort_values(["panel", "place", "second"], kind="stable")


def _places(panel: pd.DataFrame) -> float:
    return sum(_step(row) for _, row in panel.iterrows())


def _step(row: pd.Series) -> float:
    """How far below the one before a row stands, in rows: names have as many lines as they need."""
    if row["second"]:
        return 0.4
    return 1.0 + LINE / ROW * (lines_of(beside(_pair(row), _numbers(row))) - 1)


def _title(panel: pd.DataFrame, names: Mapping[str, str]) -> str:
    first = panel.iloc[0]
    kind = "planned" if first["planned"] else "exploratory"
    said = named(first["outcome"], names.get(first["outcome"], ""))
    return wrapped(f"{said} · {kind}", 50)


def _marks(shown: pd.DataFrame) -> list[object]:
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    def one(planned: bool) -> object:
        colour = COLOURS[0] if planned else "0.3"
        return Line2D([], [], color=colour, linewidth=1.5, marker="s" if planned else "o",
                      markersize=7, markerfacecolor=colour if planned else "white",
                      label="planned" if planned else "exploratory")  # fmt: skip

    marks = [one(planned) for planned in (True, False) if (shown["planned"] == planned).any()]
    if shown[["tost_low", "tost_high"]].notna().all(axis=1).any():
        marks.append(Patch(facecolor="0.88", label="too small to matter"))
    if shown["tost_ci_low"].notna().any():
        marks.append(Line2D([], [], color="0.3", linewidth=4, label="interval of equivalence"))
    return marks


def _panel(axes: "Axes", panel: pd.DataFrame) -> None:
    ys, y = [], 0.0
    for _, row in panel.iterrows():
        y += _step(row)
        ys.append(y)
        _row(axes, y, row)
    rows_only(axes, [0.55, *ys], 0.35)


def _ends(panels: Sequence[pd.DataFrame]) -> tuple[float, float] | None:
    """Where one axis for all panels ends, so that they can be compared by eye; None where scales
    are so different that some panels would hold nothing but a dot."""
    reaches = [_reach([panel]) for panel in panels]
    widths = [high - low for low, high in reaches]
    return _reach(panels) if max(widths) <= ALIKE * min(widths) else None


def _reach(panels: Sequence[pd.DataFrame]) -> tuple[float, float]:
    columns = ["decision_ci_low", "decision_ci_high", "tost_low", "tost_high"]
    values = pd.concat(panels)[columns].to_numpy(dtype=np.float64)
    low, high = float(np.nanmin(values)), float(np.nanmax(values))
    return min(low, 0.0), max(high, 0.0)


def _row(axes: "Axes", y: float, row: pd.Series) -> None:
    bounds, second = (row["tost_low"], row["tost_high"]), bool(row["second"])
    height = (y - 0.15, y + 0.15) if second else (y - 0.25, y + 0.25)
    axes.plot((0, 0), height, color=INK, linewidth=0.8, zorder=1)
    if np.isfinite(bounds).all():
        axes.fill_betweenx(height, *bounds, color="0.88", linewidth=0, zorder=0)
        for bound in bounds:
            axes.plot((bound, bound), height, ":", color="0.35", linewidth=1, zorder=1)
    colour = COLOURS[0] if row["planned"] else "0.3"
    axes.plot((row["decision_ci_low"], row["decision_ci_high"]), (y, y), color=colour,
              linewidth=1 if second else 1.5, zorder=2)  # fmt: skip
    axes.plot((row["tost_ci_low"], row["tost_ci_high"]), (y, y), color=colour,
              linewidth=2.4 if second else 4, solid_capstyle="butt", zorder=2)  # fmt: skip
    axes.plot(row["estimate"], y, "s" if row["planned"] else "o", color=colour, zorder=3,
              markersize=4.5 if second else 7,
              markerfacecolor=colour if row["planned"] and not second else "white")  # fmt: skip
    if not second:
        heading(axes, y - 0.29, beside(_pair(row), _numbers(row)), _numbers(row))


def _pair(row: pd.Series) -> str:
    return f"{clean(row['condition_a'])} − {clean(row['condition_b'])}"


def _numbers(row: pd.Series) -> str:
    return f"{number(row['estimate'])} ({_ends_of(row)}) · n {_n(row, ', ')}"


def _ends_of(row: pd.Series) -> str:
    """“0.10 to 0.52, 97.5 %”."""
    return f"{span(row['decision_ci_low'], row['decision_ci_high'])}, {_level(row)}"


def _level(row: pd.Series, of: str = "decision") -> str:
    return f"{100 * row[f'{of}_level']:.4g} %"


def _effect(row: pd.Series, alpha: float) -> str:
    if not np.isfinite(row["effect"]):
        return ""
    name = clean(str(row["effect_name"])).replace("_", " ")
    return f", {name} {estimate(row['effect'], row['ci_low'], row['ci_high'], alpha=alpha)}"


def _told(rows: pd.DataFrame, alpha: float) -> str:
    """The first comparisons in sentences; the others are in the table beside the figure."""
    said = [_sentence(row, alpha) for _, row in rows.head(MOST_SAID).iterrows()]
    others = f"{len(rows) - MOST_SAID} more are in comparisons.csv."
    return " ".join([*said, others] if len(rows) > MOST_SAID else said)


def _sentence(row: pd.Series, alpha: float) -> str:
    kind = "Planned" if row["planned"] else "Exploratory"
    kind = "The same" if row["second"] else kind
    ends = span(row["decision_ci_low"], row["decision_ci_high"])
    numbers = f"{number(row['estimate'])} ({_level(row)} interval {ends}{_narrow(row)})"
    return (
        f"{kind}, {clean(row['outcome'])}, {_people(row['analysis_set'])}: {_pair(row)} is "
        f"{numbers}{_effect(row, alpha)}, n = {_n(row)}."
    )


def _narrow(row: pd.Series) -> str:
    ends = span(row["tost_ci_low"], row["tost_ci_high"])
    return f"; of equivalence {_level(row, 'tost')}, {ends}" if ends else ""


def _n(row: pd.Series, between: str = " and ") -> str:
    if str(row["test"]) in PAIRED:
        return f"{int(row['n_a']):,} pairs"
    return between.join(f"{int(row[n]):,}" for n in ("n_a", "n_b"))


def _people(analysis_set: object) -> str:
    return clean(str(analysis_set)).replace("_", " ")


BOUND = (
    " Shaded: differences too small to matter, as set by the study; thick: the interval of the "
    "equivalence test."
)


def _caption(rows: pd.DataFrame, shown: pd.DataFrame) -> str:
    sets = [_people(one) for one in shown["analysis_set"].dropna().unique()]
    below = f" Small, below: {listed(sets[1:])}; above: {sets[0]}." if len(sets) > 1 else ""
    bounded = shown[["tost_low", "tost_high"]].notna().all(axis=1).any()
    bound = BOUND if bounded else ""
    there, drawn = rows["place"].nunique(), shown["place"].nunique()
    part = f" {drawn} of {counted(there, 'comparison')} are drawn." if drawn < there else ""
    return (
        "Differences with the intervals by which they are decided (Holm's method; the level stands "
        "beside each): one with 0 in it shows no difference. Filled "
        f"squares: planned before the data; hollow circles: exploratory.{bound}{below}{part} "
        "Numbers, tests, p adjusted by Holm's method, and effect sizes: comparisons.csv."
    )
