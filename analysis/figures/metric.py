"""Ratings of playlists against what is measured on them: cohesion, entropy, diversity …"""

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from .band import Line, line_with_band
from .paper import (
    INK,
    LINE,
    SMALL,
    Figure,
    as_numbers,
    colour,
    in_files,
    legend_below,
    lines_of,
    mark,
    named,
    sheet,
    styled,
)
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
    from matplotlib.figure import Figure as Drawing

# So many points are drawn at most; of more, a seeded sample. Lines are fitted to all.
MOST_POINTS = 600
JITTER = 0.012
POOLED = "all conditions"
APART = (
    " Over all conditions a line may compare conditions and not the metric: look at each by itself."
)


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
    parts = wanted if len(wanted) > 1 else []
    panels = {POOLED: known, **{c: known[known["condition"] == c] for c in parts}}
    # One condition is all there is, and called by its name.
    called = {POOLED: wanted[0]} if len(wanted) == 1 else {}
    drawn = _jittered(_sample(known, seed), [metric, outcome], seed)
    rows = 1 + (len(parts) + 1) // 2
    titles = {n: _panel_title(n, called, its, correlations) for n, its in panels.items()}
    more = LINE * sum(max(map(lines_of, pair)) - 1 for pair in _by_row(list(titles.values())))
    more += LINE * sum(lines_of(wrapped(condition, 28)) for condition in parts) / 2
    drawing = sheet(1.1 + 2.4 + 1.75 * (rows - 1) + more, asked=named(outcome, said))
    grid = drawing.add_gridspec(rows, 2, height_ratios=[2.2, *[1.6] * (rows - 1)])
    whole = drawing.add_subplot(grid[0, :])
    own = [drawing.add_subplot(grid[1 + at // 2, at % 2], sharey=whole) for at in range(len(parts))]
    # Where a band widens beyond the ratings, it may leave the picture.
    margin = max(0.06 * float(np.ptp(known[outcome])), 0.25 if known[outcome].nunique() == 1 else 0)
    whole.set_ylim(known[outcome].min() - margin, known[outcome].max() + margin)
    lines = {n: line_with_band(its, metric, outcome, seed=seed) for n, its in panels.items()}
    for axes, (name, rows_of) in zip([whole, *own], panels.items(), strict=True):
        for at, condition in enumerate(wanted):
            if name in (POOLED, condition):
                _points(axes, drawn[drawn["condition"] == condition], metric, outcome, at)
        _line(axes, lines[name])
        if len(rows_of) and np.ptp(rows_of[metric]) == 0:
            _one_place(axes, float(rows_of[metric].iloc[0]), float(np.ptp(known[metric])))
        axes.set_title(titles[name], fontsize=SMALL, loc="left")
    _outside(whole, own, metric)
    if parts:
        _legend(drawing, wanted)
    name = file_name("against", metric, outcome)
    return Figure(
        name,
        drawing,
        f"{named(outcome, said)} against {METRICS.get(metric, metric)}",
        " ".join(
            _sentence(n, called.get(n, n), its, correlations, alpha) for n, its in panels.items()
        ),
        _caption(known, drawn, name, several=bool(parts)),
        as_numbers(_numbers(known, metric, outcome, lines, called)),
    )


def _numbers(
    known: pd.DataFrame,
    metric: str,
    outcome: str,
    lines: Mapping[str, Line | None],
    called: Mapping[str, str],
) -> Iterator[tuple[Any, ...]]:
    for row in known[["condition", metric, outcome]].itertuples(index=False):
        yield row[0], "playlist", row[1], row[2], None, None, 1
    for name, line in lines.items():
        if line is not None:
            for at in zip(line.x, line.y, line.low, line.high, strict=True):
                yield called.get(name, name), "line", *at, None


def _by_row(titles: Sequence[str]) -> list[Sequence[str]]:
    """The titles that stand side by side: the first alone, then two and two."""
    return [titles[:1], *(titles[at : at + 2] for at in range(1, len(titles), 2))]


def _sample(known: pd.DataFrame, seed: int) -> pd.DataFrame:
    if len(known) <= MOST_POINTS:
        return known
    return known.sample(MOST_POINTS, random_state=seed).sort_index()


def _jittered(frame: pd.DataFrame, columns: Sequence[str], seed: int) -> pd.DataFrame:
    """Moved a little, so that equal points show; never beyond the lowest and the highest."""
    rng, moved = np.random.default_rng(seed), frame.copy()
    for column in columns:
        low, high = float(frame[column].min()), float(frame[column].max())
        by = rng.uniform(-JITTER, JITTER, len(frame)) * (high - low)
        above = low + (frame[column] + by - low).abs()
        moved[column] = high - (high - above).abs()
    return moved


def _points(axes: "Axes", points: pd.DataFrame, metric: str, outcome: str, at: int) -> None:
    axes.plot(points[metric], points[outcome], mark(at), linestyle="none", markersize=4,
              markerfacecolor=f"{colour(at)}99", markeredgecolor=colour(at),
              markeredgewidth=0.5, zorder=2)  # fmt: skip


def _line(axes: "Axes", found: Line | None) -> None:
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


def _outside(whole: "Axes", own: Sequence["Axes"], metric: str) -> None:
    """Names of the axes once, under the first panel and beside all."""
    whole.set_xlabel(wrapped(metric_in_words(metric), 56))
    whole.figure.supylabel("rating", fontsize=10)
    for at, axes in enumerate(own):
        if at % 2:
            axes.tick_params(labelleft=False)


def _legend(drawing: "Drawing", conditions: Sequence[str]) -> None:
    from matplotlib.lines import Line2D

    names = [wrapped(condition, 28) for condition in conditions]
    marks = [
        Line2D([], [], linestyle="none", marker=mark(at), markersize=6, color=colour(at), label=one)
        for at, one in enumerate(names)
    ]
    legend_below(drawing, marks, 2)


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


def _panel_title(
    name: str, called: Mapping[str, str], rows: pd.DataFrame, correlations: pd.DataFrame | None
) -> str:
    first = f"{called.get(name, name)}, n = {len(rows):,}"
    if name == POOLED:
        first += f" playlists of {rows['participant_id'].nunique():,} people"
    first = wrapped(first, 58 if name == POOLED else 28)
    row = _row(name, correlations)
    if row is None:
        return first
    if not np.isfinite(float(row["estimate"])):
        return f"{first}\n{wrapped(f'no ρ: {_why(row)}', 58 if name == POOLED else 28)}"
    ends = span(float(row["ci_low"]), float(row["ci_high"]))
    return f"{first}\nρ = {number(float(row['estimate']))}" + (f" ({ends})" if ends else "")


def _why(row: pd.Series) -> str:
    """Why there is no coefficient, as the table says it."""
    return why(row.get("status", "")) or "not estimable"


def _sentence(
    name: str, called: str, rows: pd.DataFrame, correlations: pd.DataFrame | None, alpha: float
) -> str:
    people = counted(rows["participant_id"].nunique(), "participant")
    about, row = f"{counted(len(rows), 'playlist')} of {people}", _row(name, correlations)
    if row is None:
        return f"{clean(called)}: {about}."
    if not np.isfinite(float(row["estimate"])):
        return f"{clean(called)}: {about}, no rank correlation: {_why(row)}."
    found, low, high = (float(row[column]) for column in ("estimate", "ci_low", "ci_high"))
    return (
        f"{clean(called)}: rank correlation {estimate(found, low, high, alpha=alpha)} in {about}."
    )


def _caption(known: pd.DataFrame, drawn: pd.DataFrame, name: str, *, several: bool) -> str:
    fewer = len(drawn) < len(known)
    part = f" {len(drawn):,} of {len(known):,} playlists are drawn." if fewer else ""
    return (
        f"One point a playlist, moved by up to {JITTER:.0%} of the range so that equal ones show."
        f"{part} Lines: least squares; bands: 95 %, bootstrap over participants."
        f"{APART if several else ''} ρ is Spearman’s, with its interval from "
        f"cohesion_vs_rating.csv. {in_files(name)}"
    )
