"""Readers of data sets: clips with genre, group and spectrogram, from archives or folders of audio.

A reader never stops at one bad file: what is left out is listed with its reason.
"""

import fnmatch
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from recommender.engine.datasets import fma, folders
from recommender.engine.datasets.archives import add_archive, archives, count
from recommender.engine.datasets.clips import (
    Clip,
    DataError,
    Found,
    Listing,
    is_gtzan,
    normal_genre,
)
from recommender.engine.datasets.folders import AUDIO_SUFFIXES, GTZAN_DUPLICATES, audio_files
from recommender.engine.datasets.hearing import Progress, hear

__all__ = [
    "AUDIO_SUFFIXES", "GTZAN_DUPLICATES", "Clip", "DataError", "Found", "Wanted", "audio_files",
    "is_gtzan", "normal_genre", "read",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Wanted:
    """What of a data set to read.

    only : pattern that archive names (without .npz) or audio files' names must match.
    genres : the only ones wanted, None for all; others are counted and not decoded.
    subset : of FMA, see `fma.listing`.
    artists : to group by, from a file's name without its ending, or from source and track in an
        archive ("emotify-rock-70"). Where none is known, each file, track or run of ids is a group.
    """

    only: str = "*"
    genres: Collection[str] | None = None
    subset: str | None = None
    artists: Mapping[str, str] = field(default_factory=dict)

    def name(self, stem: str) -> bool:
        return fnmatch.fnmatch(stem, self.only.removesuffix(".npz"))

    def genre(self, genre: str) -> bool:
        return self.genres is None or genre in self.genres


def read(
    path: Path,
    wanted: Wanted | None = None,
    cache: Path | None = None,
    progress: Progress = lambda done, all_: None,
) -> Found:
    """Clips of a spectrogram archive, a folder of archives, or a folder of audio: FMA with its
    metadata, GTZAN (`genres/` or `genres_original/`), a folder with a `tracks.csv`, or one folder a
    genre.

    cache : where spectrograms of audio are kept, see `hear`. progress : called with the numbers of
    audio files done and to do.

    Raises
    ------
    DataError : no such path, nothing in it that can be read, or tables that make no sense.
    """
    path, wanted = Path(path), wanted or Wanted()
    if not path.exists():
        raise DataError(f"There is no file or folder {path}.")
    found = _archived(path, wanted) if archives(path) else _heard(path, wanted, cache, progress)
    if not found.clips:
        raise DataError(_nothing(path, wanted, found))
    return _without_duplicates(found)


def _archived(path: Path, wanted: Wanted) -> Found:
    found, other = Found(), Counter[str]()
    for file, genre in archives(path):
        if not wanted.name(file.stem):
            continue
        if wanted.genre(genre):
            add_archive(found, file, genre, wanted.artists)
        else:
            other[genre] += count(file)
    found.skipped += _other_genres(other)
    return found


def _heard(path: Path, wanted: Wanted, cache: Path | None, progress: Progress) -> Found:
    listed, table = _listing(path, wanted)
    named = [sound for sound in listed.sounds if wanted.name(sound.path.stem)]
    chosen = [sound for sound in named if wanted.genre(sound.genre)]
    found = hear(chosen, cache, progress)
    other = Counter(sound.genre for sound in named if not wanted.genre(sound.genre))
    found.skipped = [*listed.skipped, *found.skipped, *_other_genres(other)]
    if table is not None:
        found.skipped += _missing_genres(wanted, {sound.genre for sound in chosen}, path)
    return found


def _listing(path: Path, wanted: Wanted) -> tuple[Listing, Path | None]:
    """The files, and FMA's table where this is FMA."""
    table = fma.metadata(path) if path.is_dir() else None
    if table is not None:
        return fma.listing(path, table, wanted.subset), table
    if wanted.subset is not None:
        raise DataError(
            f"Only FMA has subsets, and there is no fma_metadata/tracks.csv in or beside {path}."
        )
    return (folders.listing(path, wanted.artists) if path.is_dir() else Listing()), None


def _other_genres(other: Counter[str]) -> list[tuple[str, str]]:
    return [(genre, f"{n} clips of a genre that is not wanted") for genre, n in other.items()]


def _missing_genres(wanted: Wanted, there: set[str], path: Path) -> list[tuple[str, str]]:
    """fma_small has eight genres; Classical is not among them."""
    reason = f"no clips in {path.name}: take them from a larger subset or another data set"
    return [(genre, reason) for genre in sorted(set(wanted.genres or ()) - there)]


def _without_duplicates(found: Found) -> Found:
    names = {clip.name for clip in found.clips}
    repeated = {n: o for n, o in GTZAN_DUPLICATES.items() if n in names and o in names}
    skipped = [(n, f"the same recording as {o}, counted once") for n, o in repeated.items()]
    clips = [clip for clip in found.clips if clip.name not in repeated]
    return Found(clips, found.skipped + skipped, found.remarks)


def _nothing(path: Path, wanted: Wanted, found: Found) -> str:
    if found.skipped:
        name, reason = found.skipped[0]
        return f"Nothing in {path} can be read; the first of {len(found.skipped)}: {name}: {reason}"
    matching = "" if wanted.only == "*" else f" that matches {wanted.only}"
    return (
        f"There is nothing to read in {path}{matching}. It must be FMA with its "
        "fma_metadata/tracks.csv, a folder of audio named <genre>.NNNNN.wav, a folder with one "
        "folder of audio a genre, or .npz archives named <source>_<genre>.npz."
    )
