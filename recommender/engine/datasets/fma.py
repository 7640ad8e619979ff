"""The Free Music Archive data set (Defferrard et al. 2017, "FMA: A dataset for music analysis"):
`fma_small/000/000002.mp3` beside `fma_metadata/tracks.csv`."""

import csv
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from recommender.engine.datasets.clips import DataError, Listing, Sound, normal_genre

SUBSETS = ("small", "medium", "large")
CLIP_S = 30.0

# The data set's maintainers list these: clips cut at a wrong place because the track's length was
# wrong in the archive. The first three hold no sound at all.
KNOWN_FAULTS = frozenset({
    99134, 108925, 133297,
    1486, 5574, 65753, 80391, 98558, 98559, 98560, 98565, 98566, 98567, 98568, 98569, 98571,
    105247, 108924, 126981, 127336, 143992,
})  # fmt: skip

_GENRE, _SUBSET = ("track", "genre_top"), ("set", "subset")
_ARTIST_ID, _ARTIST_NAME = ("artist", "id"), ("artist", "name")
# Albums' and artists' notes in tracks.csv are longer than what the csv module expects.
_LONGEST_CELL = 10_000_000


@dataclass(frozen=True, slots=True)
class Track:
    """A row of tracks.csv. genre, subset, artist : empty where the table has nothing."""

    genre: str
    subset: str
    artist: str


def metadata(path: Path) -> Path | None:
    """The tracks.csv that belongs to a folder: in it, in its `fma_metadata`, or beside it."""
    beside = [path.parent / "fma_metadata"] if path.name.startswith("fma_") else []
    for folder in (path / "fma_metadata", path, *beside):
        file = folder / "tracks.csv"
        if file.is_file() and _is_metadata(file):
            return file
    return None


def _is_metadata(file: Path) -> bool:
    try:
        with file.open(encoding="utf-8", errors="replace") as lines:
            first, second = lines.readline(), lines.readline()
    except OSError as error:
        raise DataError(f"{file} cannot be read: {error.strerror}.") from None
    return "track" in first.strip().split(",") and "genre_top" in second.strip().split(",")


def read_tracks(file: Path) -> dict[int, Track]:
    """Tracks by id from a table with two header rows and a row that names the index.

    Raises
    ------
    DataError : not such a table, or damaged.
    """
    csv.field_size_limit(_LONGEST_CELL)
    try:
        with file.open(encoding="utf-8", newline="") as text:
            rows = csv.reader(text)
            columns = {pair: i for i, pair in enumerate(zip(next(rows), next(rows), strict=True))}
            next(rows)
            return {int(row[0]): _track(row, columns) for row in rows if row}
    except (OSError, ValueError, KeyError, IndexError, StopIteration, csv.Error) as error:
        raise DataError(
            f"{file} is not FMA's table of tracks (two header rows, then track_id): {error!r}. "
            "Unpack fma_metadata.zip again."
        ) from None


def _track(row: list[str], columns: dict[tuple[str, str], int]) -> Track:
    def cell(column: tuple[str, str]) -> str:
        return row[columns[column]].strip() if column in columns else ""

    genre = row[columns[_GENRE]].strip()
    return Track(
        normal_genre(genre) if genre else "", cell(_SUBSET), cell(_ARTIST_ID) or cell(_ARTIST_NAME)
    )


def listing(path: Path, table: Path, subset: str | None = None) -> Listing:
    """FMA's clips below a folder, each track once, grouped by artist.

    subset : "small", "medium" (which holds small) or "large" (which holds both); None for what is
    there. Files without an entry, without a top genre, or outside the subset are counted, and so
    are the subset's tracks that are not in the folder.

    Raises
    ------
    DataError : a table that can't be read, or an unknown subset.
    """
    if subset is not None and subset not in SUBSETS:
        raise DataError(f"FMA has no subset {subset}; choose from {', '.join(SUBSETS)}.")
    tracks = read_tracks(table)
    wanted = {number for number, track in tracks.items() if _within(track, subset)}
    files = dict(_files(path))
    found, left = Listing(), Counter[str]()
    for number, file in sorted(files.items()):
        reason = _why_not(tracks.get(number), number in wanted, subset)
        if reason:
            left[reason] += 1
        else:
            found.sounds.append(_sound(file, number, tracks[number]))
    if subset and wanted - set(files):
        left["in the table but not in the folder"] = len(wanted - set(files))
    found.skipped = [(path.name, f"{n} tracks {reason}") for reason, n in left.items()]
    return found


def _within(track: Track, subset: str | None) -> bool:
    if subset is None or track.subset not in SUBSETS:
        return subset is None
    return SUBSETS.index(track.subset) <= SUBSETS.index(subset)


def _files(path: Path) -> Iterator[tuple[int, Path]]:
    """Ids and files; of a track in several subsets' folders the last (the smallest subset's)."""
    for file in sorted(path.rglob("*.mp3")):
        if re.fullmatch(r"\d{6}", file.stem) and file.parent.name == file.stem[:3]:
            yield int(file.stem), file


def _why_not(track: Track | None, wanted: bool, subset: str | None) -> str:
    if track is None:
        return "not in tracks.csv"
    if not wanted:
        return f"outside the subset {subset}"
    return "" if track.genre else "without a top genre"


def _sound(file: Path, number: int, track: Track) -> Sound:
    source = file.parent.parent.name
    group = f"fma/artist/{track.artist}" if track.artist else f"fma/track/{number}"
    fault = "one of FMA's known broken clips" if number in KNOWN_FAULTS else ""
    length = 0.0 if source == "fma_full" else CLIP_S
    return Sound(file, f"{source}/{number:06}", track.genre, group, source, length, fault)
