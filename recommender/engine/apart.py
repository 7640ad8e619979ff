"""One file of unknown origin, heard in a process of its own with limits of time and memory.

Whatever the file does there, it ends there: nothing but numbers and text comes back.
"""

import json
import os
import signal
import subprocess
import sys
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from recommender.engine.constants import APART_MEMORY, APART_SECONDS, COPY_SECONDS
from recommender.engine.containers import AudioError

# The project's folder, where the process finds this module.
_ROOT = Path(__file__).resolve().parents[2]
# It needs no secret, so it is given none.
_KEPT = ("PATH", "HOME", "LANG", "LC_ALL", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "TMPDIR")
_ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}

_TOO_LONG = (
    "It took too long to listen to this file. Use a shorter version, or convert it to MP3 or WAV."
)
_TOO_LARGE = "Unpacked, this file is too large to listen to. Use a shorter version."
_BROKEN = "This file can't be decoded: it is damaged. Copy it again, or convert it to MP3 or WAV."


# An hour of MP3 at its highest rate.
_MOST_WRITTEN = 150_000_000


class HearingError(RuntimeError):
    """Nothing could be heard, and not for the file's sake: the message is for the log."""


@dataclass(frozen=True, slots=True)
class Song:
    """What a version of a model heard in a file; features as in `hearing.Heard`, little-endian."""

    version: str
    container: str
    playable: bool
    duration_s: float
    sha256: str
    probabilities: list[float]
    embedding: bytes
    mfcc: bytes
    fingerprint: bytes


def hear_apart(
    path: Path, directory: Path, *, seconds: float = APART_SECONDS, memory: int = APART_MEMORY
) -> Song:
    """Let the model in a folder hear a file, within so many seconds and bytes of memory.

    Raises
    ------
    AudioError : the file can't be used, or is more than the limits allow; in plain words.
    HearingError : the model can't be loaded, or the like.
    """
    song = _answer(["hear", path, directory], seconds, memory)
    for name in ("embedding", "mfcc", "fingerprint"):
        song[name] = bytes.fromhex(song[name])
    return Song(**song)


def copy_apart(
    path: Path, out: Path, *, seconds: float = COPY_SECONDS, memory: int = APART_MEMORY
) -> None:
    """Write a copy of a file that all browsers play, as MP3, within the same kinds of limits.

    Raises AudioError and HearingError as `hear_apart` does.
    """
    _answer(["copy", path, out], seconds, memory)


def _answer(words: list[str | Path], seconds: float, memory: int) -> dict[str, Any]:
    command = [sys.executable, "-m", __name__, str(int(seconds) + 1), str(memory)]
    command += [str(word.resolve()) if isinstance(word, Path) else word for word in words]
    environment = {name: os.environ[name] for name in _KEPT if name in os.environ}
    with subprocess.Popen(  # noqa: S603 - no shell, and only our own module
        command, cwd=_ROOT, env=environment | _ONE_THREAD, stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True,
    ) as process:  # fmt: skip
        try:
            said, complaint = process.communicate(timeout=seconds)
        except subprocess.TimeoutExpired:
            raise AudioError(_TOO_LONG) from None
        finally:
            # With whatever it started.
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(process.pid, signal.SIGKILL)
    return _understood(process.returncode, said, complaint.decode(errors="replace"))


def _understood(status: int, said: bytes, complaint: str) -> dict[str, Any]:
    if status == -signal.SIGXCPU:
        raise AudioError(_TOO_LONG)
    if status < 0:
        raise AudioError(_TOO_LARGE if status == -signal.SIGKILL else _BROKEN)
    if status:
        raise HearingError(complaint.strip().rpartition("\n")[2] or f"exit status {status}")
    answer: dict[str, Any] = json.loads(said)
    if "refused" in answer:
        raise AudioError(str(answer["refused"]))
    return answer


# In the process apart


def _limit(memory: int, seconds: int = int(APART_SECONDS) + 1, written: int = 0) -> None:
    """What this process, and what it starts, may use; where the system knows such limits."""
    import resource

    limits = {
        resource.RLIMIT_AS: (memory, memory),
        # The soft one says which limit it was.
        resource.RLIMIT_CPU: (seconds, seconds + 1),
        resource.RLIMIT_FSIZE: (written, written),
        resource.RLIMIT_CORE: (0, 0),
    }
    for limit, most in limits.items():
        with suppress(ValueError, OSError):
            resource.setrlimit(limit, most)


def _heard(path: Path, directory: Path) -> dict[str, object]:
    from recommender.engine.audio import read_recording
    from recommender.engine.cnn import GenreClassifier, ModelError
    from recommender.engine.faults import unforeseen
    from recommender.engine.hearing import hear

    classifier = GenreClassifier.load(directory)
    try:
        recording = read_recording(path)
        heard = hear(recording, classifier)
    except (AudioError, OSError, ModelError, MemoryError):
        raise
    except Exception as error:
        raise unforeseen(error) from error
    return {
        "version": classifier.version,
        "container": recording.container,
        "playable": recording.playable,
        "duration_s": recording.duration_s,
        "sha256": recording.sha256,
        "probabilities": [float(p) for p in heard.probabilities],
        "embedding": heard.embedding.astype("<f4").tobytes().hex(),
        "mfcc": heard.mfcc.astype("<f4").tobytes().hex(),
        "fingerprint": heard.fingerprint.tobytes().hex(),
    }


def _copied(path: Path, out: Path) -> dict[str, object]:
    from recommender.engine.loudness import render

    render(path, out, 0.0)
    return {}


def main(seconds: str, memory: str, what: str, path: str, other: str) -> None:
    _limit(int(memory), int(seconds), _MOST_WRITTEN if what == "copy" else 0)
    try:
        answer = (_copied if what == "copy" else _heard)(Path(path), Path(other))
    except AudioError as error:
        answer = {"refused": str(error)}
    except MemoryError:
        answer = {"refused": _TOO_LARGE}
    json.dump(answer, sys.stdout)


if __name__ == "__main__":
    main(*sys.argv[1:])
