"""The demo library that ships with the repository: complete, tagged, audible, small."""

from __future__ import annotations

import csv
import hashlib
from collections import Counter
from functools import cache
from pathlib import Path

import mutagen
import numpy as np
import pytest
import soundfile

LIBRARY = Path(__file__).parents[2] / "recommender" / "demo" / "library"
with (LIBRARY / "tracks.csv").open(newline="", encoding="utf-8") as stream:
    TRACKS = list(csv.DictReader(stream))


@cache
def decoded(file: str) -> tuple[np.ndarray, int]:
    return soundfile.read(LIBRARY / file, dtype="float32", always_2d=True)


def test_table_and_folder_hold_the_same_files() -> None:
    assert sorted(row["file"] for row in TRACKS) == sorted(p.name for p in LIBRARY.glob("*.mp3"))


def test_table_has_the_columns_of_a_library() -> None:
    columns = ["file", "genre", "title", "artist", "album", "year", "style", "source", "licence"]
    assert list(TRACKS[0]) == columns
    assert all(all(row.values()) for row in TRACKS)


def test_every_genre_has_twenty_tracks() -> None:
    genres = Counter(row["genre"] for row in TRACKS)
    assert genres == {"Hip-Hop": 20, "Classical": 20, "Rock": 20}


def test_every_genre_has_artists_with_several_tracks() -> None:
    artists = Counter((row["genre"], row["artist"]) for row in TRACKS)
    for genre in ("Hip-Hop", "Classical", "Rock"):
        assert sum(count > 1 for (of, _), count in artists.items() if of == genre) >= 5


def test_titles_are_unique_within_an_artist() -> None:
    titles = [(row["artist"], row["title"]) for row in TRACKS]
    assert len(set(titles)) == len(titles)


def test_library_is_small_enough_to_ship() -> None:
    assert sum(path.stat().st_size for path in LIBRARY.iterdir()) <= 16_000_000


@pytest.mark.parametrize("row", TRACKS, ids=lambda row: row["file"])
def test_tags_equal_the_table(row: dict[str, str]) -> None:
    tags = mutagen.File(LIBRARY / row["file"], easy=True)
    keys = {
        "title": "title",
        "artist": "artist",
        "album": "album",
        "genre": "genre",
        "date": "year",
    }
    assert {tag: tags[tag] for tag in keys} == {tag: [row[key]] for tag, key in keys.items()}


@pytest.mark.parametrize("row", TRACKS, ids=lambda row: row["file"])
def test_clip_lasts_thirty_seconds(row: dict[str, str]) -> None:
    sound, rate = decoded(row["file"])
    assert rate == 44_100
    assert len(sound) / rate == pytest.approx(30.0, abs=0.1)


@pytest.mark.parametrize("row", TRACKS, ids=lambda row: row["file"])
def test_clip_is_neither_silent_nor_clipped(row: dict[str, str]) -> None:
    sound, _ = decoded(row["file"])
    assert np.abs(sound).max() < 10 ** (-1 / 20)
    assert np.sqrt(np.mean(np.square(sound))) > 10 ** (-26 / 20)


@pytest.mark.parametrize("row", TRACKS, ids=lambda row: row["file"])
def test_clip_never_falls_silent_midway(row: dict[str, str]) -> None:
    sound, rate = decoded(row["file"])
    seconds = np.square(sound[: 28 * rate]).mean(axis=1).reshape(28, rate).mean(axis=1)
    assert np.sqrt(seconds.min()) > 10 ** (-50 / 20)


def test_no_two_clips_are_the_same() -> None:
    hashes = {hashlib.sha256(decoded(row["file"])[0].tobytes()).digest() for row in TRACKS}
    assert len(hashes) == len(TRACKS)
