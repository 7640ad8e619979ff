"""Precomputed spectrograms: `.npz` archives named <source>_<genre>, with images X and ids."""

import re
import zipfile
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from recommender.engine.constants import COLUMNS, HALF_RATE, N_MELS, SAMPLE_RATE
from recommender.engine.datasets.clips import Clip, Found, normal_genre
from recommender.engine.datasets.folders import GTZAN_NAME
from recommender.engine.features import from_image

# Clips of one album follow one another among FMA's ids; a gap this wide starts a new group.
_FMA_GAP = 100
_UNREADABLE = (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile)


def archives(path: Path) -> list[tuple[Path, str]]:
    """The archives of a folder, or a path that is one, with their genres."""
    files = [path] if path.suffix == ".npz" else sorted(path.glob("*.npz"))
    return [(file, normal_genre(file.stem.rpartition("_")[2])) for file in files]


def count(file: Path) -> int:
    """Clips in an archive; 0 where it can't be read."""
    try:
        with np.load(file, allow_pickle=False) as archive:
            return len(archive["ids"])
    except _UNREADABLE:
        return 0


def add_archive(found: Found, path: Path, genre: str, artists: Mapping[str, str]) -> None:
    """Add an archive's clips, or it as a whole to what is left out.

    X : uint8 (N, 128, T), T a multiple of 128 columns over 30 s. ids : (N,), numbers of FMA's, or
    `<track>_<part>`. artists : by source and track ("emotify-rock-70").
    """
    try:
        with np.load(path, allow_pickle=False) as archive:
            images, ids = archive["X"], [str(key) for key in archive["ids"]]
    except _UNREADABLE as error:
        found.skipped.append((path.name, f"not a spectrogram archive with X and ids ({error})"))
        return
    if not _fits(images, len(ids)):
        found.skipped.append((path.name, "X must be uint8 (N, 128, multiple of 128), ids N long"))
        return
    # 128 columns were drawn from 44.1-kHz audio, 256 from 22.05-kHz audio.
    top_hz = (SAMPLE_RATE if images.shape[2] == COLUMNS else HALF_RATE) / 2
    groups = _groups(path.stem, ids, artists)
    for image, key, group in zip(images, ids, groups, strict=True):
        name = key if GTZAN_NAME.match(key) else f"{path.stem}/{key}"
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
