"""What a picture of a playlist in the genre space shows, from the database as arrays."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from .engine.projection import Doubles, Plane, plane_of
from .models import GenreModel, Playlist, Track, TrackFeatures

# So many songs of the library are drawn behind; of a larger one, the same ones every time.
MOST_SONGS = 2_000
_SEED = 0


@dataclass(frozen=True, slots=True, eq=False)
class Song:
    """A song in the picture. place : (2,) in the plane."""

    label: str
    probabilities: tuple[float, ...]
    place: Doubles
    distance: float


@dataclass(frozen=True, slots=True, eq=False)
class Scene:
    """songs : in the playlist's order. library : (n, 2), the songs behind, n of `available`."""

    genres: tuple[str, ...]
    plane: Plane
    query: Song
    songs: tuple[Song, ...]
    library: Doubles
    available: int

    @property
    def radius(self) -> float:
        """How far the playlist's songs are from the query song in the plane, at most."""
        away = [float(np.hypot(*(song.place - self.query.place))) for song in self.songs]
        return max([*away, 1e-6])

    def said(self, song: Song) -> str:
        """The genres that make up a song, the greatest first."""
        return composition_in_words(self.genres, song.probabilities)


def composition_in_words(genres: Sequence[str], probabilities: Sequence[float]) -> str:
    parts = sorted(zip(probabilities, genres, strict=True), key=lambda part: -part[0])
    told = [part for part in parts if part[0] >= 0.05] or parts[:1]
    return ", ".join(f"{genre} {share:.0%}" for share, genre in told)


def scene_of(playlist: Playlist) -> Scene | None:
    """The playlist among the songs that are available now; None while it has no songs."""
    entries = list(playlist.entries.select_related("track"))
    shown = {playlist.query_track_id, *(entry.track_id for entry in entries)} - {None}
    heard = dict(
        playlist.model.features.filter(track__in=shown).values_list("track_id", "probabilities")
    )
    if not entries or not shown <= set(heard):
        return None
    own = playlist.query_song
    asked = own.probabilities if own else heard[playlist.query_track_id or 0]
    behind, available = _library(playlist.model)
    plane = plane_of(np.array(behind or list(heard.values())))

    def song(label: str, p: Sequence[float], distance: float) -> Song:
        return Song(label, tuple(p), plane.at(p), distance)

    return Scene(
        genres=tuple(playlist.model.genres),
        plane=plane,
        query=song(str(playlist.query), asked, 0.0),
        songs=tuple(song(str(e.track), heard[e.track_id], e.distance) for e in entries),
        library=plane.at(np.array(behind).reshape(-1, len(playlist.model.genres))),
        available=available,
    )


def _library(model: GenreModel) -> tuple[list[list[float]], int]:
    """The probabilities of the songs to draw, and how many there are in all."""
    features = TrackFeatures.objects.filter(model=model, track__in=Track.objects.offered())
    keys = list(features.order_by("pk").values_list("pk", flat=True))
    if len(keys) > MOST_SONGS:
        drawn = np.random.default_rng(_SEED).choice(len(keys), MOST_SONGS, replace=False)
        features = features.filter(pk__in=[keys[at] for at in drawn])
    return list(features.order_by("pk").values_list("probabilities", flat=True)), len(keys)
