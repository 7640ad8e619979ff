"""Pictures as files, with matplotlib: for papers and slides. Never imported by the web process."""

from collections.abc import Sequence
from pathlib import Path
from textwrap import fill
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from .charts import PALETTE, TICKS_HZ
from .engine.constants import HOP, SAMPLE_RATE, TOP_DB
from .engine.mel import hz_to_mel
from .engine.projection import around
from .scenes import Scene

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

QUERY, SONGS = PALETTE[4], PALETTE[0]
_LONGEST = 48
DPI = 200


def save(figure: "Figure", folder: Path, name: str) -> list[Path]:
    """Write NAME.svg and NAME.png; the same picture gives the same bytes. Raises OSError."""
    import matplotlib

    folder.mkdir(parents=True, exist_ok=True)
    nothing: dict[str, dict[str, Any]] = {"svg": {"Date": None}, "png": {"Software": None}}
    files = [folder / f"{name}.{kind}" for kind in nothing]
    with matplotlib.rc_context({"svg.hashsalt": name}):
        _lay_out(figure)
        for file, metadata in zip(files, nothing.values(), strict=True):
            figure.savefig(file, metadata=metadata, dpi=DPI)
    return files


def _lay_out(figure: "Figure") -> None:
    """Once for both files: it takes longer than drawing."""
    figure.set_dpi(DPI)
    if engine := figure.get_layout_engine():
        engine.execute(figure)
    figure.set_layout_engine(None)


def _figure(width: float, height: float) -> "Figure":
    from matplotlib.figure import Figure

    return Figure(figsize=(width, height), layout="constrained")


def space(scene: Scene) -> "Figure":
    """The whole genre space, and the query song's surroundings with each song's position."""
    figure = _figure(11, 5.5)
    whole, near = figure.subplots(1, 2)
    for axes in (whole, near):
        axes.set_aspect("equal")
        _songs(axes, scene)
    _ground(whole, scene)
    _zoom(near, scene)
    figure.legend(loc="outside lower center", ncols=3, handles=whole.get_legend_handles_labels()[0])
    return figure


def _songs(axes: "Axes", scene: Scene) -> None:
    behind = f"library ({len(scene.library):,} of {scene.available:,} songs)"
    x, y = scene.library.T
    axes.scatter(x, y, s=8, color="0.55", alpha=0.6, linewidths=0, label=behind)
    x, y = np.array([song.place for song in scene.songs]).T
    axes.scatter(x, y, s=36, color=SONGS, edgecolors="black", zorder=3, label="playlist")
    x, y = scene.query.place
    axes.scatter(
        x, y, s=52, marker="D", color=QUERY, edgecolors="black", zorder=4, label="query song"
    )


def _ground(axes: "Axes", scene: Scene) -> None:
    corners, shares = scene.plane.corners, scene.plane.shares
    for genre, corner in zip(scene.genres, corners, strict=True):
        x, y = corner - corners.mean(axis=0)
        outside = "left" if x > 0.1 else "right" if x < -0.1 else "center"
        up = y > 0
        axes.annotate(
            _clean(genre), (corner[0], corner[1]), xytext=(0, 9 if up else -9), weight="bold",
            ha="center" if shares else outside, va="bottom" if up else "top",
            textcoords="offset points", parse_math=False, annotation_clip=False,
        )  # fmt: skip
    if shares is None:
        axes.fill(*corners.T, fill=False, edgecolor="black", linewidth=1)
        axes.axis("off")
        return
    for corner in corners:
        axes.plot(*np.array([[0.0, 0.0], corner]).T, color="0.8", linewidth=0.8, zorder=0)
    axes.set_xlabel(f"1st component ({shares[0]:.0%} of the variance)")
    axes.set_ylabel(f"2nd component ({shares[1]:.0%} of the variance)")
    axes.margins(0.15)


def _zoom(axes: "Axes", scene: Scene) -> None:
    reach = 1.4 * scene.radius
    x, y = scene.query.place
    axes.set(xlim=(x - reach, x + reach), ylim=(y - reach, y + reach), xticks=[], yticks=[])
    axes.set_title(f"around the query song (half a side: {reach:.2g})", fontsize=10)
    places = np.array([song.place for song in scene.songs])
    ends = scene.query.place + 1.25 * scene.radius * around(places - scene.query.place)
    for position, (place, end) in enumerate(zip(places, ends, strict=True), start=1):
        axes.annotate(
            str(position), (place[0], place[1]), xytext=(end[0], end[1]), ha="center", va="center",
            fontsize=9, arrowprops={"arrowstyle": "-", "color": "0.6", "linewidth": 0.7},
        )  # fmt: skip


def distances(scene: Scene) -> "Figure":
    """Each song's distance to the query song, in the playlist's order."""
    names = [_clean(f"{r}. {s.label}") for r, s in enumerate(scene.songs, start=1)]
    most = 1 + max(name.count("\n") for name in names) if names else 1
    figure = _figure(8, 1.2 + (0.15 + 0.15 * most) * len(scene.songs))
    axes = figure.subplots()
    rows = range(1, len(scene.songs) + 1)
    axes.barh(rows, [song.distance for song in scene.songs], color=SONGS)
    axes.set_yticks(rows, names)
    for label in axes.get_yticklabels():
        label.set_parse_math(False)
    axes.invert_yaxis()
    axes.set_xlabel("distance to the query song in the genre space (0 to √2)")
    _bare(axes)
    return figure


def composition(
    genres: Sequence[str], probabilities: Sequence[float], title: str, by: str
) -> "Figure":
    """A song's genre composition, as one model heard it: one bar a genre."""
    figure = _figure(6, 1.2 + 0.4 * len(genres))
    axes = figure.subplots()
    colours = [PALETTE[i % len(PALETTE)] for i in range(len(genres))]
    bars = axes.barh(range(len(genres)), [100 * p for p in probabilities], color=colours)
    axes.bar_label(bars, [f"{p:.1%}" for p in probabilities], padding=3)
    axes.set_yticks(range(len(genres)), [_clean(genre) for genre in genres])
    for label in axes.get_yticklabels():
        label.set_parse_math(False)
    axes.invert_yaxis()
    axes.set(xlim=(0, 112), xticks=range(0, 101, 20), xlabel=f"probability (%) by {by}")
    axes.set_title(_clean(title), parse_math=False, fontsize=10)
    _bare(axes)
    return figure


def spectrogram(levels: npt.NDArray[Any], title: str) -> "Figure":
    """A log-mel-spectrogram (bands, frames) in decibels, as the network is given it."""
    figure = _figure(9, 4)
    axes = figure.subplots()
    top = float(hz_to_mel(SAMPLE_RATE / 2))
    seconds = levels.shape[1] * HOP / SAMPLE_RATE
    picture = axes.imshow(
        levels, origin="lower", aspect="auto", cmap="magma", extent=(0, seconds, 0, top),
        vmin=-TOP_DB, vmax=0, interpolation="nearest",
    )  # fmt: skip
    axes.set_yticks([float(hz_to_mel(hz)) for hz in TICKS_HZ], [f"{hz:,}" for hz in TICKS_HZ])
    axes.set(xlabel="time (s)", ylabel="frequency (Hz, mel scale)")
    axes.set_title(_clean(title), parse_math=False, fontsize=10)
    figure.colorbar(picture, label="level (dB below the loudest)")
    return figure


def _bare(axes: "Axes") -> None:
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)


def _clean(text: str) -> str:
    """Text that can be drawn: no control characters, in as many lines as it needs."""
    shown = "".join(character for character in text if character.isprintable())
    return fill(shown, _LONGEST)
