"""From audio files to spectrograms, each file decoded once: what was heard is kept in a folder by
the file's content, so an interrupted reading goes on where it stopped."""

import hashlib
import json
import os
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np

from recommender.engine import constants
from recommender.engine.audio import AudioError, read_recording
from recommender.engine.constants import BANDS, COLUMN_SECONDS
from recommender.engine.datasets.clips import Clip, Found, Sound
from recommender.engine.faults import unforeseen
from recommender.engine.features import from_levels
from recommender.engine.fingerprint import Bytes, fingerprint
from recommender.engine.mel import Floats, log_mel
from recommender.engine.provenance import mark

Progress = Callable[[int, int], None]

# To be raised when spectrograms change though no constant does.
_RECIPE = 1
_MISSING_S = 1.0
# Beside each spectrogram: what its sound is known by.
_MARK = ".mark"


def hear(
    sounds: Iterable[Sound], cache: Path | None = None, progress: Progress = lambda done, all_: None
) -> Found:
    """Clips of audio files in order. A file that can't be read, or whose content was already there
    under another name, is left out with the reason; one that is shorter than its data set promises
    is kept with a remark.

    cache : a folder for the spectrograms, made if missing; None keeps nothing.
    progress : called after every file with the numbers of files done and to do.
    """
    found, seen, listed = Found(), dict[str, str](), list(sounds)
    for i, sound in enumerate(listed):
        _add(found, sound, cache, seen)
        progress(i + 1, len(listed))
    return found


def _add(found: Found, sound: Sound, cache: Path | None, seen: dict[str, str]) -> None:
    try:
        key = _digest(sound.path)
        if key in seen:
            found.skipped.append((sound.name, f"the same file as {seen[key]}, counted once"))
            return
        grids, known_by = _heard(sound.path, cache and cache / recipe() / key[:2] / f"{key}.npy")
    except (AudioError, OSError) as error:
        reason = f"{sound.fault}: {error}" if sound.fault else str(error)
        found.skipped.append((sound.name, reason))
        return
    except Exception as error:
        found.skipped.append((sound.name, str(unforeseen(error))))
        return
    seen[key] = sound.name
    clip = Clip(sound.name, sound.genre, sound.group, sound.source, grids, known_by)
    found.clips.append(clip)
    heard_s = grids.shape[2] * COLUMN_SECONDS
    if heard_s < sound.length_s - _MISSING_S:
        known = f", {sound.fault}" if sound.fault else ""
        reason = f"only {heard_s:.0f} s of {sound.length_s:.0f} s{known}; used all the same"
        found.remarks.append((sound.name, reason))


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def recipe() -> str:
    """Twelve hexadecimal digits that change with everything that decides a spectrogram."""
    numbers = {
        name: value for name, value in vars(constants).items() if isinstance(value, int | float)
    }
    text = json.dumps([_RECIPE, numbers], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def _heard(path: Path, kept: Path | None) -> tuple[Floats, Bytes]:
    """A file's grids, and what its sound is known by."""
    known = _load(kept) if kept else None
    if known is not None:
        return known
    recording = read_recording(path)
    levels = log_mel(recording.samples, recording.sample_rate)
    grids, known_by = from_levels(levels), mark(recording.sha256, fingerprint(levels))
    if kept:
        _store(kept.with_suffix(_MARK), known_by)
        _store(kept, grids)
    return grids, known_by


def _load(kept: Path) -> tuple[Floats, Bytes] | None:
    """Mapped, not copied: tens of thousands of clips need no memory of their own."""
    try:
        grids = np.load(kept, mmap_mode="r", allow_pickle=False)
        known_by = np.load(kept.with_suffix(_MARK), allow_pickle=False)
    except (OSError, ValueError, EOFError):
        return None
    fits = grids.ndim == 3 and grids.shape[1] == BANDS and grids.dtype == np.float32
    return (grids, known_by) if fits and known_by.dtype == np.uint8 else None


def _store(kept: Path, grids: Floats | Bytes) -> None:
    """Written beside and renamed, so that a file is whole or not there."""
    kept.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=kept.parent, suffix=".part", delete=False) as part:
        try:
            np.save(part, grids)
            part.close()
            os.replace(part.name, kept)
        except BaseException:
            Path(part.name).unlink(missing_ok=True)
            raise
