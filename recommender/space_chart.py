"""A playlist in the genre space as SVG text: all of the space, and the query song's surroundings.

Attributes alone, no style and no script. Text takes the page's colour, so that it is readable in
light and dark. Pure genres are corners; what the library holds lies between them.
"""

from collections.abc import Callable, Sequence

import numpy as np
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from .charts import PALETTE
from .engine.projection import Doubles, around
from .scenes import Scene, Song

QUERY, SONGS = PALETTE[4], PALETTE[0]
SIZE = 440
# The surroundings: what is drawn ends at the inner circle, the numbers stand on the outer one.
_INNER, _OUTER = 150.0, 190.0
_LONGEST = 22
_TICKS = (0.25, 0.5, 0.75)

_SONG_MARK = (
    f'<circle cx="{{}}" cy="{{}}" r="5" fill="{SONGS}" stroke="currentColor">'
    "<title>{}</title></circle>"
)
_QUERY_MARK = (
    f'<path d="M {{}} {{}} m -8 0 l 8 -8 l 8 8 l -8 8 z" fill="{QUERY}" stroke="currentColor">'
    "<title>{}</title></path>"
)

ToPixels = Callable[[Doubles], Doubles]


def whole(scene: Scene) -> SafeString:
    """The whole space: genres at the corners, the library, the query song and the playlist."""
    to_pixels = _fitted(scene)
    triangle = scene.plane.shares is None
    ground = _triangle(to_pixels, scene) if triangle else _axes(to_pixels, scene)
    at = to_pixels(np.array([scene.query.place]))[0]
    reach = max(12.0, scene.radius * _scale(to_pixels))
    # Where the songs are everywhere, a ring around them would be outside of the picture.
    ring = [_circle(at, reach)] if reach < SIZE / 4 else []
    dots = _dots(to_pixels(scene.library))
    return _svg(_described(scene), [ground, dots, *ring, *_songs(scene, to_pixels)])


def near(scene: Scene) -> SafeString:
    """The query song's surroundings, as wide as the playlist: each song with its position."""
    centre = SIZE / 2

    def to_pixels(places: Doubles) -> Doubles:
        offset = (places - scene.query.place) * (_INNER / scene.radius)
        return offset * [1.0, -1.0] + centre

    behind = to_pixels(scene.library)
    inside = behind[np.hypot(*(behind - centre).T) <= _INNER]
    rim = _circle(np.array([centre, centre]), _INNER)
    width = format_html(
        '<text x="{}" y="{}" text-anchor="middle" fill="currentColor" font-size="14">'
        "The dashed circle: {} from the query song</text>",
        centre,
        SIZE - 4,
        f"{scene.radius:.2g}",
    )
    said = f"The query song's surroundings, {len(inside)} songs of the library among them"
    return _svg(
        said, [rim, _dots(inside), *_numbers(scene, to_pixels), *_songs(scene, to_pixels), width]
    )


def caption(scene: Scene) -> str:
    """What the marks mean, and what the picture can't show."""
    behind = f"all {scene.available}"
    if len(scene.library) < scene.available:
        behind = f"{len(scene.library):,} of {scene.available:,}, drawn at random"
    marks = (
        "Orange diamond: the query song. Blue circles: the playlist's songs, with their positions "
        f"in the enlarged part. Small dots: the library as it is now ({behind}). "
    )
    if scene.plane.shares is None:
        return marks + "Each corner is a pure genre; distances are those of the genre space."
    shown = sum(scene.plane.shares)
    return marks + (
        f"The two principal components of the dots show {shown:.0%} of the variance: songs that "
        "are near each other here may be apart in what is not shown."
    )


def _fitted(scene: Scene) -> ToPixels:
    """Places as pixels, so that everything has room, also the names of the genres."""
    songs = np.array([scene.query.place, *(song.place for song in scene.songs)])
    every = np.concatenate([scene.plane.corners, scene.library, songs])
    low, high = every.min(axis=0), every.max(axis=0)
    scale = (SIZE - 80) / max(float((high - low).max()), 1e-9)
    middle = (low + high) / 2

    def to_pixels(places: Doubles) -> Doubles:
        return (places - middle) * [scale, -scale] + SIZE / 2

    return to_pixels


def _scale(to_pixels: ToPixels) -> float:
    zero, one = to_pixels(np.array([[0.0, 0.0], [1.0, 0.0]]))
    return float(one[0] - zero[0])


def _triangle(to_pixels: ToPixels, scene: Scene) -> SafeString:
    a, b, c = to_pixels(scene.plane.corners)
    lines = [(a, b, 1.0), (b, c, 1.0), (c, a, 1.0)]
    for share in _TICKS:
        for p, q, r in ((a, b, c), (b, c, a), (c, a, b)):
            lines.append((p + share * (q - p), r + share * (q - r), 0.25))
    return format_html("{}{}", _lines(lines), _genres(scene, to_pixels))


def _axes(to_pixels: ToPixels, scene: Scene) -> SafeString:
    centre = to_pixels(np.zeros((1, 2)))[0]
    spokes = [(centre, corner, 0.25) for corner in to_pixels(scene.plane.corners)]
    first, second = scene.plane.shares or (0.0, 0.0)
    names = format_html(
        '<text x="{0}" y="{1}" text-anchor="middle" fill="currentColor" font-size="14">'
        "1st component: {2} of the variance</text>"
        '<text x="12" y="{0}" text-anchor="middle" fill="currentColor" font-size="14" '
        'transform="rotate(-90 12 {0})">2nd component: {3} of the variance</text>',
        SIZE / 2,
        SIZE - 4,
        f"{first:.0%}",
        f"{second:.0%}",
    )
    return format_html("{}{}{}", _lines(spokes), names, _genres(scene, to_pixels))


def _genres(scene: Scene, to_pixels: ToPixels) -> SafeString:
    """Each genre's name, outwards of its corner."""
    corners = to_pixels(scene.plane.corners)
    rows = []
    for genre, (x, y) in zip(scene.genres, corners, strict=True):
        side = "start" if x < SIZE / 3 else "end" if x > 2 * SIZE / 3 else "middle"
        below = y + 20 if y > SIZE / 2 else y - 8
        rows.append((_px(np.clip(x, 18, SIZE - 4)), _px(below), side, _short(genre)))
    return format_html_join(
        "",
        '<text x="{}" y="{}" text-anchor="{}" fill="currentColor" font-size="16" '
        'font-weight="bold">{}</text>',
        rows,
    )


def _songs(scene: Scene, to_pixels: ToPixels) -> list[SafeString]:
    """The marks; the query song last, on top."""
    marks = [
        _mark(_SONG_MARK, song, to_pixels, f"{position}. {song.label} ({scene.said(song)})")
        for position, song in enumerate(scene.songs, start=1)
    ]
    query = scene.query
    title = f"Query song: {query.label} ({scene.said(query)})"
    return [*reversed(marks), _mark(_QUERY_MARK, query, to_pixels, title)]


def _mark(shape: str, song: Song, to_pixels: ToPixels, title: str) -> SafeString:
    x, y = to_pixels(np.array([song.place]))[0]
    return format_html(shape, _px(x), _px(y), title)


def _numbers(scene: Scene, to_pixels: ToPixels) -> list[SafeString]:
    """Positions around the picture, each with a line to its song, so that none hides another."""
    places = to_pixels(np.array([song.place for song in scene.songs]))
    centre = SIZE / 2
    ends = centre + _OUTER * around(places - centre)
    lines = [
        (place, place + 0.93 * (end - place), 0.5) for place, end in zip(places, ends, strict=True)
    ]
    texts = format_html_join(
        "",
        '<text x="{}" y="{}" text-anchor="middle" fill="currentColor" font-size="15">{}</text>',
        [(_px(x), _px(y + 5), position) for position, (x, y) in enumerate(ends, start=1)],
    )
    return [_lines(lines), texts]


def _dots(pixels: Doubles) -> SafeString:
    rows = [(_px(x), _px(y)) for x, y in pixels]
    dots = format_html_join("", '<circle cx="{}" cy="{}" r="2"/>', rows)
    return format_html('<g fill="currentColor" fill-opacity="0.35">{}</g>', dots)


def _circle(at: Doubles, radius: float) -> SafeString:
    return format_html(
        '<circle cx="{}" cy="{}" r="{}" fill="none" stroke="currentColor" stroke-opacity="0.6" '
        'stroke-dasharray="4 4"/>',
        *(_px(at[0]), _px(at[1]), _px(radius)),
    )


def _lines(lines: Sequence[tuple[Doubles, Doubles, float]]) -> SafeString:
    return format_html_join(
        "",
        '<line x1="{}" y1="{}" x2="{}" y2="{}" stroke="currentColor" stroke-opacity="{}"/>',
        [(*map(_px, p), *map(_px, q), opacity) for p, q, opacity in lines],
    )


def _described(scene: Scene) -> str:
    """The picture in words."""
    songs = "; ".join(
        f"{position}. {song.label}: {scene.said(song)}"
        for position, song in enumerate(scene.songs, start=1)
    )
    return (
        f"The playlist in the space of {', '.join(scene.genres)}. Query song {scene.query.label}: "
        f"{scene.said(scene.query)}. Songs: {songs}"
    )


def _svg(said: str, parts: Sequence[SafeString]) -> SafeString:
    return format_html(
        '<svg role="img" aria-label="{0}" width="{1}" height="{1}" viewBox="0 0 {1} {1}">{2}</svg>',
        said,
        SIZE,
        format_html_join("", "{}", [(part,) for part in parts]),
    )


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def _px(value: float) -> str:
    return f"{value:.1f}"
