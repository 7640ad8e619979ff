"""Layouts of audio in folders: GTZAN's (Tzanetakis & Cook 2002), one folder a genre, and a folder
with a table of its files."""

import csv
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from recommender.engine.datasets.clips import DataError, Listing, Sound, normal_genre

AUDIO_SUFFIXES = {
    ".wav", ".flac", ".mp3", ".ogg", ".oga", ".opus", ".aif", ".aiff", ".au", ".caf", ".m4a",
    ".mp4", ".aac", ".webm", ".wma",
}  # fmt: skip

# The same recording twice in GTZAN (Sturm 2013, "The GTZAN dataset"): the second is left out.
GTZAN_DUPLICATES = {"hiphop.00045": "hiphop.00039", "hiphop.00078": "hiphop.00076"}
GTZAN_BROKEN = {"jazz.00054": "known to be unreadable in copies of GTZAN"}
GTZAN_NAME = re.compile(r"^([A-Za-z][A-Za-z&_ -]*)\.(\d{5})$")

_TABLE = "tracks.csv"


def audio_files(folder: Path) -> Iterator[tuple[Path, str]]:
    """Audio files below a folder, in order, with the genre that name or folder gives."""
    for file in sorted(folder.rglob("*")):
        if file.suffix.lower() in AUDIO_SUFFIXES and file.is_file():
            named = GTZAN_NAME.match(file.stem)
            yield file, normal_genre(named[1] if named else file.parent.name)


def listing(root: Path, artists: Mapping[str, str]) -> Listing:
    """Audio below a folder. Genre and artist come from a `tracks.csv` there with columns file and
    genre (and artist), else from names such as `hiphop.00039.wav`, else from the file's folder.

    artists : by a file's name without its ending; before the table's. A file without one is its
    own group.

    Raises
    ------
    DataError : a tracks.csv that can't be read.
    """
    table = _table(root / _TABLE)
    return Listing([_sound(file, genre, root, table, artists) for file, genre in audio_files(root)])


def _sound(
    file: Path, genre: str, root: Path, table: dict[str, dict[str, str]], artists: Mapping[str, str]
) -> Sound:
    gtzan = GTZAN_NAME.match(file.stem) is not None
    name = file.stem if gtzan else file.relative_to(root).as_posix()
    row = table.get(file.relative_to(root).as_posix(), {})
    group = artists.get(file.stem) or row.get("artist") or name
    fault = GTZAN_BROKEN.get(name, "")
    return Sound(file, name, normal_genre(row.get("genre") or genre), group, root.name, fault=fault)


def _table(file: Path) -> dict[str, dict[str, str]]:
    if not file.is_file():
        return {}
    try:
        with file.open(encoding="utf-8-sig", newline="") as text:
            rows = list(csv.DictReader(text))
        known = bool(rows) and {"file", "genre"} <= set(rows[0])
        return {row["file"]: row for row in rows} if known else {}
    except (OSError, ValueError, csv.Error) as error:
        raise DataError(f"{file} can't be read as CSV in UTF-8: {error}.") from None
