"""Ratings along the playlist, and by distance to the query song in the genre space."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import pandas as pd

from analysis.stats.describe import describe

from .paper import (
    FAINT,
    LINE,
    SMALL,
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
from .words import clean, conditions_of, counted, estimate, file_name, number, wrapped

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure as Drawing

BINS = 6


@styled
def by_position(
    ratings: pd.DataFrame,
    outcome: str,
    *,
    conditions: Sequence[str] | None = None,
    position: str = "position",
    said: str = "",
    seed: int = 1,
) -> Figure | None:
    """The mean rating at each position, a panel a condition; from the table `ratings`.

    `position` may be `shown_position`, the order of hearing. Means of participants' means with
    95 % intervals, as in `descriptives`. None without a rating.
    """
    known = ratings.dropna(subset=[outcome, position])
    wanted = conditions_of(known, conditions)
    found = {c: _described(known[known["condition"] == c], outcome, position, seed) for c in wanted}
    titles = _titles(known, found)
    drawing = _panels(found, titles, "position in the playlist", named(outcome, said), whole=True)
    if drawing is None:
        return None
    name = file_name("by", position, outcome)
    return Figure(
        name,
        drawing,
        f"{named(outcome, said)} by position",
        " ".join(_sentence(c, rows, "position") for c, rows in found.items()),
        f"Mean {outcome} at each {position.replace('_', ' ')}, each participant counted once, with "
        "95 % intervals (bias-corrected and accelerated bootstrap over participants)."
        f"{_grey(found)} {in_files(name)}",
        as_numbers(_numbers(found)),
    )


@styled
def by_distance(
    ratings: pd.DataFrame,
    outcome: str,
    *,
    conditions: Sequence[str] | None = None,
    distance: str = "distance",
    said: str = "",
    seed: int = 1,
) -> Figure | None:
    """The mean rating by the track's distance to the query song, a panel a condition.

    `ratings` with a column of distances in the genre space (0 to √2) besides. Tracks are put into
    at most six bins of as many tracks each over all conditions, so that the bins are the same in
    every panel, and drawn at the bin's mean distance. None without a rating or a distance.
    """
    if distance not in ratings:
        return None
    known = ratings.dropna(subset=[outcome, distance])
    if known.empty:
        return None
    bins = pd.qcut(known[distance], BINS, labels=False, duplicates="drop")
    # All distances equal: one bin, to which qcut gives no number.
    known = known.assign(bin=known[distance].groupby(bins.fillna(0)).transform("mean"))
    wanted = conditions_of(known, conditions)
    found = {c: _described(known[known["condition"] == c], outcome, "bin", seed) for c in wanted}
    x = "distance to the query song (genre space)"
    drawing = _panels(found, _titles(known, found), x, named(outcome, said))
    if drawing is None:
        return None
    name = file_name("by-distance", outcome)
    return Figure(
        name,
        drawing,
        f"{named(outcome, said)} by distance to the query song",
        " ".join(_sentence(c, rows, "distance") for c, rows in found.items()),
        f"Mean {outcome} of tracks in {counted(known['bin'].nunique(), 'bin')} of distance to the "
        "query song, drawn at the bin's mean distance; each participant counted once, with 95 % "
        f"intervals (bias-corrected and accelerated bootstrap over participants).{_grey(found)} "
        f"{in_files(name)}",
        as_numbers(_numbers(found)),
    )


def _grey(found: Mapping[str, pd.DataFrame]) -> str:
    return " In grey: the other conditions." if len(found) > 1 else ""


def _numbers(found: Mapping[str, pd.DataFrame]) -> Iterator[tuple[Any, ...]]:
    columns = ["x", "mean", "ci_low", "ci_high", "n_participants"]
    for condition, rows in found.items():
        for row in rows[columns].itertuples(index=False):
            yield condition, "mean", *row


def _described(rows: pd.DataFrame, outcome: str, by: str, seed: int) -> pd.DataFrame:
    found = describe(rows, outcome, group_by=by, seed=seed)
    return found.assign(x=found["level"].astype(float)).sort_values("x")


def _titles(known: pd.DataFrame, found: Iterable[str]) -> dict[str, str]:
    """Each condition's name with its n: of participants and of ratings."""
    people = known.groupby("condition")["participant_id"].agg(["nunique", "size"])
    n = {condition: tuple(map(int, row)) for condition, *row in people.itertuples()}
    return {
        c: wrapped(
            f"{c}: {counted(n[c][0], 'participant')}, {counted(n[c][1], 'rating')}"
            if c in n
            else f"{c}: no ratings",
            56,
        )
        for c in found
    }


def _panels(
    found: Mapping[str, pd.DataFrame],
    titles: Mapping[str, str],
    x: str,
    y: str,
    *,
    whole: bool = False,
) -> "Drawing | None":
    """`whole`: the places are whole numbers, each with its tick."""
    if not any(len(rows) for rows in found.values()):
        return None
    more = sum(LINE * (lines_of(title) - 1) for title in titles.values())
    drawing = sheet(0.85 + 1.25 * len(found) + more, asked=y)
    panels = drawing.subplots(len(found), 1, sharex=True, sharey=True, squeeze=False)[:, 0]
    for at, (axes, (condition, rows)) in enumerate(zip(panels, found.items(), strict=True)):
        for other, behind in found.items():
            if other != condition:
                axes.plot(behind["x"], behind["mean"], color=FAINT, linewidth=1, zorder=0)
        _curve(axes, rows, at)
        axes.set_title(titles[condition], fontsize=SMALL, loc="left")
    if whole:
        places = sorted({value for rows in found.values() for value in rows["x"]})
        panels[-1].set_xticks(places if len(places) <= 15 else places[:: len(places) // 10])
    at_least(panels[0], 0.5)
    panels[-1].set_xlabel(x)
    drawing.supylabel("mean rating", fontsize=10)
    legend_below(drawing, _marks(several=len(found) > 1), 2)
    return drawing


def _marks(*, several: bool) -> list[object]:
    from matplotlib.lines import Line2D

    others = [Line2D([], [], color=FAINT, linewidth=1, label="other conditions")]
    return [
        Line2D([], [], color="0.4", marker="o", markersize=5, label="mean with 95 % interval"),
        *(others if several else []),
    ]


def _curve(axes: "Axes", rows: pd.DataFrame, at: int) -> None:
    sure = rows.dropna(subset=["ci_low"])
    axes.vlines(sure["x"], sure["ci_low"], sure["ci_high"], color=colour(at), linewidth=1.6)
    axes.plot(rows["x"], rows["mean"], marker=mark(at), color=colour(at), markersize=5,
              markeredgecolor="black", markeredgewidth=0.5)  # fmt: skip


def _sentence(condition: str, rows: pd.DataFrame, what: str) -> str:
    if rows.empty:
        return f"{clean(condition)}: no ratings."
    first, last = rows.iloc[0], rows.iloc[-1]
    digits = 0 if what == "position" else 2
    parts = [
        f"{estimate(row['mean'], row['ci_low'], row['ci_high'])} at {what} "
        f"{number(row['x'], digits)} (n = {row['n_participants']})"
        for row in ((first, last) if len(rows) > 1 else (first,))
    ]
    return f"{clean(condition)}: mean {', '.join(parts)}."
