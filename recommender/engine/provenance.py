"""Which recordings a model learned from: by name, and by their sound where it was there. The sound
itself is not kept, and can't be had from what is."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from zipfile import BadZipFile

import numpy as np

from recommender.engine.fingerprint import SAME_RECORDING, Bytes, unit_vectors

FILE = "learned_from.npz"
# What a recording was used for: its weights were fitted to it, or they were chosen and calibrated
# on it.
TRAINING, VALIDATION = "training", "validation"
BY_NAME = " (by its name alone)"
# A shorter name, such as “18”, says nothing.
_LEAST_NAME = 6
_AT_ONCE = 1_000
_HASH = 32


@dataclass(frozen=True, slots=True)
class Recording:
    """name : of the clip in its data set, such as "fma_rock/108969". part : TRAINING or VALIDATION.
    mark : (544,) uint8, SHA-256 and fingerprint as `mark` makes them; None where there was no
    sound."""

    name: str
    part: str
    mark: Bytes | None = None


def mark(sha256: str, fingerprint: Bytes) -> Bytes:
    """What a recording is known by: the hash of its decoded audio, then its fingerprint."""
    return np.concatenate([np.frombuffer(bytes.fromhex(sha256), np.uint8), fingerprint])


def save(recordings: Iterable[Recording], folder: Path) -> None:
    """Write them into a model's folder, by name; the same recordings give the same bytes."""
    listed = sorted(recordings, key=lambda one: (one.name, one.part))
    marks = [one.mark for one in listed if one.mark is not None]
    np.savez_compressed(
        folder / FILE,
        names=np.array([one.name for one in listed], np.str_),
        validation=np.array([one.part == VALIDATION for one in listed], bool),
        marked=np.array([one.mark is not None for one in listed], bool),
        marks=np.stack(marks) if marks else np.zeros((0, 0), np.uint8),
    )


def load(folder: Path) -> list[Recording] | None:
    """The recordings that a model's folder names; None if it does not say."""
    try:
        with np.load(folder / FILE, allow_pickle=False) as file:
            marks = iter(file["marks"])
            return [
                Recording(str(name), VALIDATION if held else TRAINING, next(marks) if has else None)
                for name, held, has in zip(
                    file["names"], file["validation"], file["marked"], strict=True
                )
            ]
    except (OSError, EOFError, KeyError, ValueError, StopIteration, BadZipFile):
        return None


def recognised(
    recordings: Sequence[Recording],
    hashes: Sequence[str],
    fingerprints: Sequence[bytes],
    names: Sequence[str],
) -> list[str]:
    """What a model used each of some songs for: TRAINING, VALIDATION or "" for neither.

    A song is known by the hash of its audio, else by its fingerprint (similarity of at least .92);
    else, marked BY_NAME, by a name of six characters or more that is a recording's without sound.

    Parameters
    ----------
    hashes : SHA-256 of the decoded audio, hexadecimal. fingerprints : 512 bytes each. names : of
    the files, without their endings.
    """
    by_hash = {
        one.mark[:_HASH].tobytes().hex(): one.part for one in recordings if one.mark is not None
    }
    by_name = {
        one.name.rpartition("/")[2].casefold(): one.part + BY_NAME
        for one in recordings
        if one.mark is None and len(one.name.rpartition("/")[2]) >= _LEAST_NAME
    }
    heard = _by_fingerprint(recordings, fingerprints)
    return [
        by_hash.get(digest) or sound or by_name.get(name.casefold(), "")
        for digest, sound, name in zip(hashes, heard, names, strict=True)
    ]


def _by_fingerprint(recordings: Sequence[Recording], fingerprints: Sequence[bytes]) -> list[str]:
    marked = [one for one in recordings if one.mark is not None]
    if not marked:
        return [""] * len(fingerprints)
    known = unit_vectors(np.stack([one.mark[_HASH:] for one in marked if one.mark is not None]))
    found: list[str] = []
    for start in range(0, len(fingerprints), _AT_ONCE):
        some = fingerprints[start : start + _AT_ONCE]
        length = known.shape[1]
        heard = np.array(
            [np.frombuffer(one if len(one) == length else bytes(length), np.uint8) for one in some]
        )
        alike = unit_vectors(heard) @ known.T
        best = alike.argmax(axis=1)
        found += [
            marked[at].part if alike[row, at] >= SAME_RECORDING else ""
            for row, at in enumerate(best)
        ]
    return found
