"""Power against the number of participants, and how often tests find what is not there."""

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from .paper import (
    INK,
    LINE,
    SMALL,
    Figure,
    beside,
    colour,
    heading,
    legend_below,
    lines_of,
    mark,
    rows_only,
    sheet,
    styled,
)
from .words import clean, counted, number, share, span, wrapped

if TYPE_CHECKING:
    from matplotlib.axes import Axes

TARGET = 0.8
# Simulated 2,000 times, a test that keeps its level stays within this.
BAND = (0.03, 0.07)
NOMINAL = 0.05
DASHES = ("-", (0, (5, 2)), (0, (1, 1.5)), (0, (5, 2, 1, 2)))
MOST_CURVES = 8
CURVE = ["outcome", "condition_a", "condition_b", "test", "assumption", "effect"]


@styled
def power_curve(power: pd.DataFrame, *, target: float = TARGET) -> Figure | None:
    """Power against n a condition, a curve for each effect assumed; from the table `power`.

    Rows with `ci_low` and `ci_high` were simulated and have those as bars (Wilson's). A curve needs
    two sizes: None when there is none, or no power could be computed. At most eight are drawn.
    """
    from matplotlib.ticker import MaxNLocator

    known = power[np.isfinite(pd.to_numeric(power["power"], errors="coerce"))].dropna(subset=["n"])
    by = [column for column in CURVE if column in known]
    curves = [rows.sort_values("n") for _, rows in known.groupby(by, sort=False, dropna=False)]
    curves = [rows for rows in curves if rows["n"].nunique() > 1][:MOST_CURVES]
    if not curves:
        return None
    differing = [c for c in by if len({str(rows.iloc[0][c]) for rows in curves}) > 1] or ["effect"]
    labels = [_label(rows.iloc[0], differing) for rows in curves]
    alike = _label(curves[0].iloc[0], [c for c in by if c not in differing])
    drawing = sheet(3.1 + 0.2 * sum(lines_of(wrapped(label, 54)) for label in labels))
    axes = drawing.subplots()
    for at, (rows, label) in enumerate(zip(curves, labels, strict=True)):
        _curve(axes, rows, at, wrapped(label, 54))
    axes.axhline(target, color=INK, linewidth=0.9, linestyle=(0, (2, 2)))
    axes.annotate(f"target {share(target)}", (0, target), (3, 3), ha="left", fontsize=SMALL,
                  xycoords=("axes fraction", "data"), textcoords="offset points")  # fmt: skip
    axes.set(ylim=(0, 1.03), xlabel=_unit(known["assumption"]), ylabel="power")
    axes.set_yticks(np.linspace(0, 1, 6), [share(value) for value in np.linspace(0, 1, 6)])
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    legend_below(drawing, axes.get_legend_handles_labels()[0], 1)
    simulated = any(_bars(rows) is not None for rows in curves)
    return Figure(
        "power", drawing, "Power by number of participants",
        " ".join(_sentence(rows, label, target)
                 for rows, label in zip(curves, labels, strict=True)),
        f"Chance to find the assumed effect: {alike}." + (
            " Bars: 95 % Wilson intervals of simulated shares." if simulated
            else " Computed by formula, without uncertainty of its own: the effect is assumed."
        ) + " Numbers: power.csv.",
    )  # fmt: skip


def _unit(assumptions: pd.Series) -> str:
    """What n counts, as the assumptions say it; n where they differ or say nothing."""
    found = set(assumptions.astype(str).str.extract(r"n: ([^;]+)")[0].dropna())
    return found.pop() if len(found) == 1 else "n"


def _label(row: pd.Series, differing: list[str]) -> str:
    said = {"effect": "effect {}", "condition_a": "{} −", "condition_b": "{}"}
    parts = []
    for column in differing:
        value = row[column]
        text = f"{value:g}" if isinstance(value, int | float) else clean(str(value))
        parts.append(said.get(column, "{}").format(text))
    return ", ".join(parts).replace(" −, ", " − ")


def _bars(rows: pd.DataFrame) -> "np.ndarray | None":
    if not {"ci_low", "ci_high"} <= set(rows):
        return None
    ends = rows[["ci_low", "ci_high"]].to_numpy(dtype=np.float64).T
    return ends if np.isfinite(ends).any() else None


def _curve(axes: "Axes", rows: pd.DataFrame, at: int, label: str) -> None:
    axes.plot(rows["n"], rows["power"], marker=mark(at), color=colour(at), label=label,
              linestyle=DASHES[at % len(DASHES)], markersize=5, markeredgecolor=INK,
              markeredgewidth=0.4)  # fmt: skip
    if (ends := _bars(rows)) is not None:
        axes.vlines(rows["n"], *ends, color=colour(at), linewidth=2.2)


def _sentence(rows: pd.DataFrame, label: str, target: float) -> str:
    enough = rows[rows["power"] >= target]
    sizes = f"of {len(rows)} sizes from {rows['n'].min():g} to {rows['n'].max():g}"
    if enough.empty:
        best = rows.loc[rows["power"].idxmax()]
        return f"{label}: none {sizes} reaches {share(target)}; the highest is {_power(best)}."
    return f"{label}: {share(target)} is reached first, {sizes}, with {_power(enough.iloc[0])}."


def _power(row: pd.Series) -> str:
    ends = (float(row.get("ci_low", np.nan)), float(row.get("ci_high", np.nan)))
    told = f" (95 % interval {share(ends[0])} to {share(ends[1])})"
    sure = told if np.isfinite(ends).all() else ""
    return f"n = {row['n']:g}, power {share(row['power'])}{sure}"


@styled
def false_positives(table: pd.DataFrame) -> Figure | None:
    """The share of simulated studies without an effect in which each test found one.

    `table` has test, n_runs, share, ci_low and ci_high, a row a test. Shaded: 3 to 7 %, around the
    5 % that a test promises. None without a share.
    """
    known = table[table["share"].notna() & (table["n_runs"] > 0)]
    if known.empty:
        return None
    names = [beside(one["test"], _rate(one)) for _, one in known.iterrows()]
    pitch = 0.46 + LINE * (max(map(lines_of, names)) - 1)
    drawing = sheet(0.75 + pitch * len(known))
    axes = drawing.subplots()
    for row, (_, one) in enumerate(known.iterrows()):
        height = (row - 0.2, row + 0.2)
        axes.fill_betweenx(
            height, 100 * BAND[0], 100 * BAND[1], color="0.88", linewidth=0, zorder=0
        )
        axes.plot((100 * NOMINAL,) * 2, height, "--", color=INK, linewidth=0.8, zorder=1)
        kept = BAND[0] <= one["share"] <= BAND[1]
        face = colour(0) if kept else "white"
        edge = colour(0) if kept else colour(4)
        axes.plot((100 * one["ci_low"], 100 * one["ci_high"]), (row, row), color=edge, linewidth=2)
        axes.plot(100 * one["share"], row, "o" if kept else "X", markerfacecolor=face,
                  markeredgecolor=edge, markersize=8, zorder=3)  # fmt: skip
        heading(axes, row - 0.26, names[row], _rate(one))
    rows_only(axes, range(len(known)), 0.55)
    axes.set_xlim(0, max(10.0, 105 * float(known[["share", "ci_high"]].max().max())))
    axes.set_xlabel("false positives (% of simulated studies without an effect)")
    return Figure(
        "false-positives", drawing, "False positives of each test",
        " ".join(f"{clean(one['test'], 60)}: {_rate(one)} of {counted(int(one['n_runs']), 'run')}, "
                 f"{'within' if BAND[0] <= one['share'] <= BAND[1] else 'outside of'} 3 to 7 %."
                 for _, one in known.iterrows()),
        "Studies simulated without an effect, and how often each test rejects at 5 %, with 95 % "
        "Wilson intervals. Shaded: 3 to 7 %. Crosses: outside of it. Numbers: false_positives.csv.",
    )  # fmt: skip


def _rate(one: pd.Series) -> str:
    ends = span(100 * one["ci_low"], 100 * one["ci_high"], 1)
    return f"{number(100 * one['share'], 1)} %" + (f" ({ends} %)" if ends else "")
