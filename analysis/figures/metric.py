"""Ratings of playlists against what is measured on them: cohesion, entropy, diversity …"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from .band import line_with_band
from .paper import INK, SMALL, Figure, colour, mark, named, sheet, styled
from .words import (
    METRICS,
    clean,
    conditions_of,
    counted,
    estimate,
    file_name,
    metric_in_words,
    number,
    span,
    why,
    wrapped,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# So many points are drawn at most; of more, a seeded sample. Lines are fitted to all.
MOST_POINTS = 600
JITTER = 0.012
POOLED = "all conditions"


@styled
def rating_against_metric(
    playlists: pd.DataFrame,
    metric: str,
    outcome: str,
    *,
    conditions: Sequence[str] | None = None,
    correlations: pd.DataFrame | None = None,
    said: str = "",
    alpha: float = 0.05,
    seed: int = 1,
) -> Figure | None:
    """Each playlist's rating against one metric: all conditions together, then each by itself.

    `playlists` has one row a playlist with participant_id, condition, the metric and the outcome:
    `playlist_metrics` of one label source joined with `playlist_ratings`. The lines are straight
    ones with bands (`band.line_with_band`). `correlations` are the rows of `cohesion_vs_rating`
    for this metric, outcome and label source; their coefficients are printed, none is computed
    here; their intervals have confidence 1 − `alpha`. None when no playlist has both values.
    """
    numbers = playlists[[metric, outcome]].apply(pd.to_numeric).astype(float)
    known = playlists.assign(**numbers).dropna(subset=[metric, outcome, "condition"])
    if known.empty:
        return None
    wanted = conditions_of(known, conditions)
    panels = {POOLED: known, **{c: known[known["condition"] == c] for c in wanted}}
    drawn = _jittered(_sample(known, seed), [metric, outcome], seed)
    rows = 1 + (len(wanted) + 1) // 2
    drawing = sheet(1.0 + 2.2 + 1.75 * (rows - 1))
    grid = drawing.add_gridspec(rows, 2, height_ratios=[2.2, *[1.6] * (rows - 1)])
    whole = drawing.add_subplot(grid[0, :])
    own = [
        drawing.add_subplot(grid[1 + at // 2, at % 2], sharey=whole) for at in range(len(wanted))
    ]
    # Where a band widens beyond the ratings, it may leave the picture.
    margin = 0.06 * (float(np.ptp(known[outcome])) or 1.0)
    whole.set_ylim(known[outcome].min() - margin, known[outcome].max() + margin)
    for axes, (name, rows_of) in zip([whole, *own], panels.items(), strict=True):
        for at, condition in enumerate(wanted):
            if name in (POOLED, condition):
                _points(axes, drawn[drawn["condition"] == condition], metric, outcome, at)
        _line(axes, rows_of, metric, outcome, seed)
        if len(rows_of) and np.ptp(rows_of[metric]) == 0:
            _one_place(axes, float(rows_of[metric].iloc[0]), float(np.ptp(known[metric])))
        title = _panel_title(name, rows_of, correlations)
        axes.set_title(title, fontsize=SMALL, loc="left")
    _outside(whole, own, metric, named(outcome, said))
    return Figure(
        file_name("against", metric, outcome),
        drawing,
        f"{named(outcome, said)} against {METRICS.get(metric, metric)}",
        " ".join(_sentence(n, rows_of, correlations, alpha) for n, rows_of in panels.items()),
        _caption(known, drawn),
    )


def _sample(known: pd.DataFrame, seed: int) -> pd.DataFrame:
    if len(known) <= MOST_POINTS:
        return known
    return known.sample(MOST_POINTS, random_state=seed).sort_index()


def _jittered(frame: pd.DataFrame, columns: Sequence[str], seed: int) -> pd.DataFrame:
    """Moved a little, so that equal points show."""
    rng, moved = np.random.default_rng(seed), frame.copy()
    for column in columns:
        reach = float(np.ptp(frame[column])) or 1.0
        moved[column] = frame[column] + rng.uniform(-JITTER, JITTER, len(frame)) * reach
    return moved


def _points(axes: "Axes", points: pd.DataFrame, metric: str, outcome: str, at: int) -> None:
    axes.plot(points[metric], points[outcome], mark(at), linestyle="none", markersize=4,
              markerfacecolor=f"{colour(at)}99", markeredgecolor=colour(at),
              markeredgewidth=0.5, zorder=2)  # fmt: skip


def _line(axes: "Axes", rows: pd.DataFrame, metric: str, outcome: str, seed: int) -> None:
    found = line_with_band(rows, metric, outcome, seed=seed)
    if found is None:
        return
    axes.plot(found.x, found.y, color=INK, zorder=4)
    if np.isfinite(found.low).all():
        axes.fill_between(found.x, found.low, found.high, color="0.3", alpha=0.22, linewidth=0)
        for edge in (found.low, found.high):
            axes.plot(found.x, edge, color="0.3", linewidth=0.6, linestyle=(0, (4, 2)), zorder=3)


def _one_place(axes: "Axes", x: float, reach: float) -> None:
    """Where the metric does not vary, the axis says its one value and not how points were moved."""
    around = 0.15 * (reach or 1.0)
    axes.set(xlim=(x - around, x + around), xticks=[x])


def _outside(whole: "Axes", own: Sequence["Axes"], metric: str, outcome: str) -> None:
    """Names of the axes once, under and beside all panels; a mark in each condition's title."""
    drawing = whole.figure
    drawing.supxlabel(metric_in_words(metric).replace(": ", "\n", 1), fontsize=10)
    drawing.supylabel(clean(outcome, 44), fontsize=10)
    for at, axes in enumerate(own):
        axes.plot(0.97, 1.09, mark(at), color=colour(at), transform=axes.transAxes,
                  clip_on=False, markersize=6)  # fmt: skip
        if at % 2:
            axes.tick_params(labelleft=False)


def _row(name: str, correlations: pd.DataFrame | None) -> "pd.Series | None":
    """The first row of that panel: pooled, or within the condition."""
    if correlations is None:
        return None
    if name == POOLED:
        rows = correlations[correlations["level"] == "pooled"]
    else:
        within = correlations["level"] == "within"
        rows = correlations[within & (correlations["condition"] == name)]
    return rows.iloc[0] if len(rows) else None


def _panel_title(name: str, rows: pd.DataFrame, correlations: pd.DataFrame | None) -> str:
    first = f"{clean(name, 18)}, n = {len(rows):,}"
    if name == POOLED:
        first += f" playlists of {rows['participant_id'].nunique():,} people"
    row = _row(name, correlations)
    if row is None:
        return first
    if not np.isfinite(float(row["estimate"])):
        return f"{first}\n{wrapped(f'no ρ: {_why(row)}', 30)}"
    ends = span(float(row["ci_low"]), float(row["ci_high"]))
    return f"{first}\nρ = {number(float(row['estimate']))}" + (f" ({ends})" if ends else "")


def _why(row: pd.Series) -> str:
    """Why there is no coefficient, as the table says it."""
    return why(row.get("status", "")) or "not estimable"


def _sentence(
    name: str, rows: pd.DataFrame, correlations: pd.DataFrame | None, alpha: float
) -> str:
    people = counted(rows["participant_id"].nunique(), "participant")
    about, row = f"{counted(len(rows), 'playlist')} of {people}", _row(name, correlations)
    if row is None:
        return f"{clean(name)}: {about}."
    if not np.isfinite(float(row["estimate"])):
        return f"{clean(name)}: {about}, no rank correlation: {_why(row)}."
    found, low, high = (float(row[column]) for column in ("estimate", "ci_low", "ci_high"))
    return f"{clean(name)}: rank correlation {estimate(found, low, high, alpha=alpha)} in {about}."


def _caption(known: pd.DataFrame, drawn: pd.DataFrame) -> str:
    fewer = len(drawn) < len(known)
    part = f" {len(drawn):,} of {len(known):,} playlists are drawn." if fewer else ""
    return (
        f"One point a playlist, moved by up to {JITTER:.0%} of the range so that equal ones show."
        f"{part} Lines: least squares; bands: 95 %, bootstrap over participants. Over all "
        "conditions a line may compare conditions and not the metric: look at each by itself. "
        "ρ is Spearman’s, with its interval from cohesion_vs_rating.csv."
    )
