"""Where playlists lie in the genre space, with the query songs that they were made for."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from recommender.charts import PALETTE
from recommender.engine.projection import Plane, plane_of

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
    sheet,
    styled,
)
from .words import clean, conditions_of, counted, file_name, number, share, wrapped

if TYPE_CHECKING:
    from matplotlib.axes import Axes

QUERY_COLOUR = PALETTE[4]
MOST_PLAYLISTS = 200


@styled
def genre_space(
    places: pd.DataFrame, measured: pd.DataFrame, *, conditions: Sequence[str] | None = None,
    seed: int = 1,
) -> Figure | None:  # fmt: skip
    """Each playlist's mean place in the genre space, joined to its query song; a panel a condition.

    `places` is the table `playlist_places`; `measured` has one row a playlist with playlist_id,
    compactness and query_distance, as `playlist_metrics`. With three genres the plane is a triangle
    in which distances are true; else the two principal components of all these places. Spaces of
    different models have nothing in common: that of most playlists is drawn. None without a
    playlist that has a place.
    """
    known = places.dropna(subset=["mean"])
    if known.empty:
        return None
    model = known.groupby("model")["playlist_id"].nunique().sort_index().idxmax()
    of_model = known[known["model"] == model]
    genres = [str(genre) for genre in of_model["genre"].unique()]
    found = _wide(of_model, genres).merge(measured, on="playlist_id", how="left")
    plane = plane_of(np.stack([*found["mean"], *found["query"].dropna()]))
    wanted = conditions_of(found, conditions)
    own = {condition: found[found["condition"] == condition] for condition in wanted}
    across = min(len(wanted), 2)
    rows = -(-len(wanted) // across)
    names = {c: wrapped(c, 26 if across > 1 else 60) for c in wanted}
    more = LINE * (max(map(lines_of, names.values())) - 1)
    drawing = sheet(0.7 + (2.35 + 1.2 * more) * rows)
    panels = drawing.subplots(rows, across, squeeze=False).ravel()
    for at, (axes, (condition, its)) in enumerate(zip(panels, own.items(), strict=False)):
        _ground(axes, plane, genres)
        _playlists(axes, plane, its, at, seed)
        axes.set_title(f"{names[condition]}\n{_title(its)}", fontsize=SMALL, pad=3)
    for axes in panels[len(wanted) :]:
        axes.set_axis_off()
    legend_below(drawing, _marks(), 3)
    name = file_name("genre-space")
    return Figure(
        name, drawing, "Playlists in the genre space",
        " ".join(_sentence(c, its, genres) for c, its in own.items()),
        f"{_caption(plane, own, genres, known['model'].nunique())} {in_files(name)}",
        as_numbers(_numbers(plane, own)),
    )  # fmt: skip


def _numbers(plane: Plane, own: dict[str, pd.DataFrame]) -> Iterator[tuple[Any, ...]]:
    """Places in the plane that is drawn: `at` across, `value` up."""
    for condition, found in own.items():
        for mark_of, column in (("playlist", "mean"), ("query song", "query")):
            known = found[column].dropna()
            places = plane.at(np.stack(known.tolist())) if len(known) else ()
            for x, y in places:
                yield condition, mark_of, x, y, None, None, 1


def _wide(places: pd.DataFrame, genres: list[str]) -> pd.DataFrame:
    """One row a playlist: its mean vector and its query song's, None where that is unknown."""
    table = places.pivot(index=["playlist_id", "condition"], columns="genre")
    means, queries = table["mean"][genres].to_numpy(), table["query"][genres].to_numpy()
    asked = [None if np.isnan(query).any() else query for query in queries]
    frame = table.index.to_frame(index=False)
    return frame.assign(mean=list(means), query=pd.Series(asked, dtype=object))


def _ground(axes: "Axes", plane: Plane, genres: Sequence[str]) -> None:
    axes.set_aspect("equal")
    axes.set_axis_off()
    middle = plane.corners.mean(axis=0)
    if plane.shares is None:
        axes.fill(*plane.corners.T, fill=False, edgecolor=INK, linewidth=0.8)
    for genre, corner in zip(genres, plane.corners, strict=True):
        if plane.shares is not None:
            axes.plot(*np.array([middle, corner]).T, color="0.8", linewidth=0.7, zorder=0)
        up = corner[1] > middle[1]
        axes.annotate(wrapped(genre, 14), (corner[0], corner[1]), (0, 4 if up else -4), ha="center",
                      va="bottom" if up else "top", fontsize=SMALL,
                      textcoords="offset points", annotation_clip=False)  # fmt: skip
    _square(axes, plane)


def _square(axes: "Axes", plane: Plane) -> None:
    """Limits that hold every corner, and so every song, with room for the genres' names; also
    where one or two genres span no plane."""
    low, high = plane.corners.min(axis=0), plane.corners.max(axis=0)
    (x, y), (wide, tall) = (low + high) / 2, high - low
    across = max(float(wide), float(tall), 1e-6)
    up = max(float(tall) / 2, across / 4) + 0.17 * across
    axes.set(xlim=(x - 0.56 * across, x + 0.56 * across), ylim=(y - up, y + up))


def _playlists(axes: "Axes", plane: Plane, found: pd.DataFrame, at: int, seed: int) -> None:
    from matplotlib.collections import LineCollection

    if found.empty:
        return
    if len(found) > MOST_PLAYLISTS:
        found = found.sample(MOST_PLAYLISTS, random_state=seed).sort_index()
    asked = found.dropna(subset=["query"])
    if len(asked):
        ends = [plane.at(np.stack(asked[column].tolist())) for column in ("query", "mean")]
        ways = list(np.stack(ends, axis=1))
        axes.add_collection(LineCollection(ways, colors="0.55", linewidths=0.6, zorder=1))
        axes.plot(*ends[0].T, "x", color=QUERY_COLOUR, markersize=4.5, markeredgewidth=1.2,
                  zorder=2)  # fmt: skip
    means = plane.at(np.stack(found["mean"].tolist()))
    axes.plot(*means.T, "o", linestyle="none", color=f"{colour(at)}bb", markersize=4.5,
              markeredgecolor=INK, markeredgewidth=0.4, zorder=3)  # fmt: skip


def _marks() -> list[object]:
    from matplotlib.lines import Line2D

    return [
        Line2D([], [], linestyle="none", marker="x", markersize=6, color=QUERY_COLOUR,
               markeredgewidth=1.2, label="query song"),
        Line2D([], [], linestyle="none", marker="o", markersize=6, color="0.6",
               markeredgecolor=INK, label="its playlist's mean"),
    ]  # fmt: skip


def _title(found: pd.DataFrame) -> str:
    if found.empty:
        return "no playlists"
    away = found["query_distance"].mean()
    return f"n = {len(found)}, distance {number(away) if np.isfinite(away) else 'unknown'}"


def _sentence(condition: str, found: pd.DataFrame, genres: Sequence[str]) -> str:
    if found.empty:
        return f"{clean(condition)}: no playlists."
    centre = np.stack(found["mean"].tolist()).mean(axis=0)
    made_of = ", ".join(f"{clean(g)} {share(p)}" for g, p in zip(genres, centre, strict=True))
    away = found["query_distance"].dropna()
    sd = f" (SD {number(away.std())})" if len(away) > 1 else ""
    far = f"{number(away.mean())}{sd} from" if len(away) else "at an unknown distance from"
    return (
        f"{clean(condition)}: {counted(len(found), 'playlist')}, on average {made_of}; songs are "
        f"{far} the query song and spread by "
        f"{number(found['compactness'].mean())}."
    )


def _caption(plane: Plane, own: dict[str, pd.DataFrame], genres: Sequence[str], models: int) -> str:
    if plane.shares is None:
        shown = "Each corner is a pure genre; distances are those of the genre space."
    else:
        shown = (
            f"Two principal components of {len(genres)} genres show {share(sum(plane.shares))} of "
            "the variance: what is near here may be apart in what is not shown."
        )
    part = any(len(its) > MOST_PLAYLISTS for its in own.values())
    return (
        "Each mark is one playlist's mean of its songs' genre probabilities, joined to its query "
        f"song. {shown} In the titles: the mean distance of songs to their query song, 0 to √2."
        + (f" {MOST_PLAYLISTS} playlists a condition are drawn." if part else "")
        + (" Of several models, the one behind most playlists." if models > 1 else "")
    )
