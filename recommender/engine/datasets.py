"""Readers of data sets: clips with genre, group and spectrogram, from archives or folders of audio.

A reader never stops at one bad file: what is left out is listed with its reason.
"""

import fnmatch
import re
import zipfile
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from recommender.engine.audio import AudioError, read_recording
from recommender.engine.constants import COLUMNS, HALF_RATE, N_MELS, SAMPLE_RATE
from recommender.engine.features import from_image, from_levels
from recommender.engine.mel import Floats, log_mel

AUDIO_SUFFIXES = {
    ".wav", ".flac", ".mp3", ".ogg", ".oga", ".opus", ".aif", ".aiff", ".au", ".caf", ".m4a",
    ".mp4", ".aac", ".webm", ".wma",
}  # fmt: skip

# The same recording twice in GTZAN (Sturm 2013, "The GTZAN dataset"): the second is left out.
GTZAN_DUPLICATES = {"hiphop.00045": "hiphop.00039", "hiphop.00078": "hiphop.00076"}

_GTZAN_NAME = re.compile(r"^([A-Za-z][A-Za-z&_ -]*)\.(\d{5})$")
_IN_GTZAN = re.compile(
    r"(blues|classical|country|disco|hiphop|jazz|metal|pop|reggae|rock)\.000\d\d"
)
# Clips of one album follow one another among FMA's ids; a gap this wide starts a new group.
_FMA_GAP = 100


class DataError(ValueError):
    """A data set that can't be read at all; the message says why and what to do."""


@dataclass(frozen=True, slots=True, eq=False)
class Clip:
    """name : such as "hiphop.00039". genre : normalised. group : clips of one artist, album or
    track share it and must not be split. source : archive or folder. grids : (phases, 64,
    columns)."""

    name: str
    genre: str
    group: str
    source: str
    grids: Floats


@dataclass(slots=True)
class Found:
    """Clips, and what was left out: (name, reason) pairs."""

    clips: list[Clip] = field(default_factory=list)
    skipped: list[tuple[str, str]] = field(default_factory=list)


def normal_genre(name: str) -> str:
    """The usual spelling: "hiphop", "hip_hop", "HipHop" → "Hip-Hop"; "classical" → "Classical"."""
    words = re.split(r"[^a-z0-9&]+", name.lower())
    joined = "".join(words)
    if joined in ("hiphop", "raphiphop", "hiphoprap"):
        return "Hip-Hop"
    return " ".join(word.capitalize() for word in words if word)


def read(
    path: Path,
    only: str = "*",
    artists: Mapping[str, str] | None = None,
    genres: Collection[str] | None = None,
) -> Found:
    """Clips of a spectrogram archive, a folder of archives, or a folder of audio.

    Audio takes its genre from names such as `hiphop.00039.wav`, otherwise from its folder.

    Parameters
    ----------
    path : file or folder. only : pattern that archive names (without .npz) or audio files must
    match.
    artists : to group by, from a file's name without its ending, or from source and track in an
        archive ("emotify-rock-70"). Without it each file, track or run of ids is its own group.
    genres : the only ones wanted; clips of others are counted, listed as skipped, and not decoded.

    Raises
    ------
    DataError : no such path, or nothing in it that can be read.
    """
    path = Path(path)
    if not path.exists():
        raise DataError(f"There is no file or folder {path}.")
    found, unwanted = Found(), Counter[str]()
    for file, genre in _files(path, only):
        if genres is not None and genre not in genres:
            unwanted[genre] += _count(file)
        elif file.suffix == ".npz":
            _add_archive(found, file, genre, artists or {})
        else:
            _add_audio(found, file, genre, path, artists or {})
    for genre, n in unwanted.items():
        found.skipped.append((genre, f"{n} clips of a genre that the model does not know"))
    if not found.clips:
        raise DataError(_nothing(path, only, found))
    return _without_duplicates(found)


def _files(path: Path, only: str) -> list[tuple[Path, str]]:
    """What to read with its genre: archives, or audio where there are none."""
    archives = [path] if path.suffix == ".npz" else sorted(path.glob("*.npz"))
    files = [(archive, normal_genre(archive.stem.rpartition("_")[2])) for archive in archives]
    if not files and path.is_dir():
        files = list(audio_files(path))
    pattern = only.removesuffix(".npz")
    return [(f, g) for f, g in files if fnmatch.fnmatch(f.stem, pattern)]


def _count(file: Path) -> int:
    if file.suffix != ".npz":
        return 1
    try:
        with np.load(file, allow_pickle=False) as archive:
            return len(archive["ids"])
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
        return 0


def is_gtzan(clip: Clip) -> bool:
    """Whether a clip is of GTZAN, by its source or by a name such as "hiphop.00039"."""
    return "gtzan" in clip.source.lower() or _IN_GTZAN.fullmatch(clip.name) is not None


def audio_files(folder: Path) -> Iterator[tuple[Path, str]]:
    """Audio files below a folder, in order, with the genre that name or folder gives."""
    for file in sorted(folder.rglob("*")):
        if file.suffix.lower() in AUDIO_SUFFIXES and file.is_file():
            named = _GTZAN_NAME.match(file.stem)
            yield file, normal_genre(named[1] if named else file.parent.name)


def _add_audio(
    found: Found, file: Path, genre: str, root: Path, artists: Mapping[str, str]
) -> None:
    name = file.stem if _GTZAN_NAME.match(file.stem) else file.relative_to(root).as_posix()
    try:
        recording = read_recording(file)
    except AudioError as error:
        found.skipped.append((name, str(error)))
        return
    grids = from_levels(log_mel(recording.samples, recording.sample_rate))
    found.clips.append(Clip(name, genre, artists.get(file.stem, name), root.name, grids))


def _add_archive(found: Found, path: Path, genre: str, artists: Mapping[str, str]) -> None:
    try:
        with np.load(path, allow_pickle=False) as archive:
            images, ids = archive["X"], [str(key) for key in archive["ids"]]
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
        found.skipped.append((path.name, f"not a spectrogram archive with X and ids ({error})"))
        return
    if not _fits(images, len(ids)):
        found.skipped.append((path.name, "X must be uint8 (N, 128, multiple of 128), ids N long"))
        return
    # 128 columns were drawn from 44.1-kHz audio, 256 from 22.05-kHz audio.
    top_hz = (SAMPLE_RATE if images.shape[2] == COLUMNS else HALF_RATE) / 2
    groups = _groups(path.stem, ids, artists)
    for image, key, group in zip(images, ids, groups, strict=True):
        name = key if _GTZAN_NAME.match(key) else f"{path.stem}/{key}"
        found.clips.append(Clip(name, genre, group, path.stem, from_image(image, top_hz)))


def _fits(images: np.ndarray, n: int) -> bool:
    shaped = images.ndim == 3 and images.shape[0] == n and images.shape[1] == N_MELS
    return shaped and images.dtype == np.uint8 and not images.shape[2] % COLUMNS


def _groups(source: str, ids: list[str], artists: Mapping[str, str]) -> list[str]:
    """`<track>_<half>`: by artist where known, else by track. FMA: by runs of neighbouring ids."""
    if all(re.fullmatch(r"\d+", key) for key in ids):
        numbers = np.array([int(key) for key in ids])
        order = np.argsort(numbers)
        runs = np.empty(len(ids), dtype=int)
        runs[order] = np.cumsum(np.diff(numbers[order], prepend=numbers[order[0]]) > _FMA_GAP)
        return [f"{source}/{run}" for run in runs]
    tracks = [key.rpartition("_")[0] or key for key in ids]
    prefix = source.replace("_", "-")
    return [artists.get(f"{prefix}-{track}", f"{source}/{track}") for track in tracks]


def _without_duplicates(found: Found) -> Found:
    names = {clip.name for clip in found.clips}
    repeated = {n: o for n, o in GTZAN_DUPLICATES.items() if n in names and o in names}
    skipped = [(n, f"the same recording as {o}, counted once") for n, o in repeated.items()]
    return Found([c for c in found.clips if c.name not in repeated], found.skipped + skipped)


def _nothing(path: Path, only: str, found: Found) -> str:
    if found.skipped:
        name, reason = found.skipped[0]
        return f"Nothing in {path} can be read; the first of {len(found.skipped)}: {name}: {reason}"
    matching = "" if only == "*" else f" that matches {only}"
    return (
        f"There is nothing to read in {path}{matching}. It must be a folder of audio named "
        "<genre>.NNNNN.wav, a folder with one folder of audio a genre, or .npz archives named "
        "<source>_<genre>.npz."
    )
