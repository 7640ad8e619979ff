# /// script
# requires-python = ">=3.11"
# dependencies = [
#     "music21==10.5.1",
#     "mutagen>=1.47",
#     "numpy>=2.0",
#     "pretty_midi==0.2.11.post0",
#     "scipy>=1.13",
#     "soundfile>=0.13",
#     "tinysoundfont==0.3.7",
# ]
#
# [tool.uv]
# # Live playback alone needs pyaudio, which has to be compiled: it is left out.
# override-dependencies = ["pyaudio; sys_platform == 'never'"]
# ///
"""Make the demo library: 60 clips of 30 s as MP3 with tags, and their table tracks.csv.

Run it with ``uv run recommender/demo/make_library.py``. Where the clips come from and
under which licence they are is in README.md beside this file.
"""

from __future__ import annotations

import argparse
import csv
import re
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import classical
import hiphop
import numpy as np
import rock
import soundfile
from mutagen.easyid3 import EasyID3
from mutagen.id3 import ID3
from render import RATE, Music, Signal, render, seed_of, sound_font

LIBRARY = Path(__file__).parent / "library"
LICENCE = "CC0 1.0"
# libsndfile maps 0..1 to 320..32 kbit/s; this is 64.
COMPRESSION = (320 - 64) / (320 - 32)


@dataclass(frozen=True, slots=True)
class Row:
    """A line of tracks.csv."""

    file: str
    genre: str
    title: str
    artist: str
    album: str
    year: int
    style: str
    source: str
    licence: str = LICENCE


Maker = Callable[[], Music]


def slug(*words: str) -> str:
    """A file name of the given words: ASCII, lower case, hyphens."""
    plain = " ".join(words).lower().replace("ü", "u").replace("é", "e")
    return re.sub(r"[^a-z0-9]+", "-", plain.replace("'", "")).strip("-")


def tracks() -> Iterator[tuple[Row, Maker]]:
    """Every track of the library: its line in the table and how to compose it."""
    own = "own composition"
    for beat in hiphop.read_beats():
        yield _row("Hip-Hop", beat, own), lambda beat=beat: hiphop.compose(beat)
    for piece in classical.PIECES:
        yield _row("Classical", piece, piece.source), piece.make
    for song in rock.read_songs():
        yield _row("Rock", song, own), lambda song=song: rock.compose(song)


def _row(genre: str, work: hiphop.Beat | rock.Song | classical.Piece, source: str) -> Row:
    name = slug(genre.replace("-", ""), work.artist, work.title) + ".mp3"
    return Row(name, genre, work.title, work.artist, work.album, work.year, work.style, source)


def write_mp3(path: Path, sound: Signal, *, mono: bool) -> None:
    """Encode at 64 kbit/s; one channel where the second would say the same."""
    data = sound[:, 0] if mono else sound
    soundfile.write(
        path,
        data,
        RATE,
        format="MP3",
        subtype="MPEG_LAYER_III",
        compression_level=COMPRESSION,
        bitrate_mode="CONSTANT",
    )


def write_tags(path: Path, row: Row) -> None:
    """The metadata an import reads, in the file itself."""
    ID3().save(path)
    tags = EasyID3(path)
    tags.update(
        title=row.title, artist=row.artist, album=row.album, genre=row.genre, date=str(row.year)
    )
    tags["copyright"] = row.licence
    tags.save()


def write_table(rows: list[Row], path: Path) -> None:
    with path.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.DictWriter(stream, list(Row.__dataclass_fields__), lineterminator="\n")  # noqa: TID251, import_tracks reads it
        writer.writeheader()
        writer.writerows(asdict(row) for row in rows)


def main() -> None:
    """Make the whole library, or with ``--only`` the tracks whose file name holds a word."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="", help="a part of the file name")
    parser.add_argument("--folder", type=Path, default=LIBRARY)
    parser.add_argument("--soundfont", type=Path, help="another General MIDI sound font (.sf2)")
    options = parser.parse_args()
    font = options.soundfont.read_bytes() if options.soundfont else sound_font()
    options.folder.mkdir(parents=True, exist_ok=True)
    rows = []
    for row, make in tracks():
        rows.append(row)
        if options.only not in row.file:
            continue
        music = make()
        sound = render(music, seed_of(row.file), font)
        path = options.folder / row.file
        write_mp3(path, sound, mono=music.mono)
        write_tags(path, row)
        print(f"{row.file:64s} peak {20 * np.log10(np.abs(sound).max()):5.1f} dBFS")
    write_table(rows, options.folder / "tracks.csv")


if __name__ == "__main__":
    main()
