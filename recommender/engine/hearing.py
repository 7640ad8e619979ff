"""Everything that is computed from one recording, over one log-mel-spectrogram; for many files by
several processes."""

from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

import numpy as np

from recommender.engine.audio import AudioError, Recording, read_recording
from recommender.engine.cnn import GenreClassifier
from recommender.engine.fingerprint import Bytes, fingerprint
from recommender.engine.mel import Floats, log_mel
from recommender.engine.mfcc import mfcc_statistics
from recommender.engine.picture import spectrogram_png
from recommender.engine.processes import several


@dataclass(frozen=True, slots=True, eq=False)
class Heard:
    """What the recommender knows of a song.

    probabilities : (K,) float32 in the order of the network's genres. embedding : (D,) float32.
    mfcc : (40,) float32, see `mfcc_statistics`. fingerprint : (512,) uint8. picture : PNG of the
    mel-spectrogram.
    """

    probabilities: Floats
    embedding: Floats
    mfcc: Floats
    fingerprint: Bytes
    picture: bytes


def hear(recording: Recording, classifier: GenreClassifier) -> Heard:
    """Run the network over a recording, and compute what needs no network. Raises ModelError."""
    levels = log_mel(recording.samples, recording.sample_rate)
    prediction = classifier.predict_levels(levels)
    return Heard(
        probabilities=prediction.probabilities,
        embedding=prediction.embedding,
        mfcc=mfcc_statistics(levels),
        fingerprint=fingerprint(levels),
        picture=spectrogram_png(levels),
    )


# What became of a file: its recording, without the samples, and what was heard; or why not.
Outcome = tuple[Recording, Heard] | AudioError | OSError

# Files handed out beyond those being worked on, for each process: enough to keep all of them busy
# while the caller saves.
_AHEAD = 2


def hear_files(
    paths: Sequence[Path], directory: Path, processes: int = 1
) -> Iterator[tuple[Path, Outcome]]:
    """Decode and hear files with the model in a folder, and give them back in their order.

    With one process, or one file, all happens in the caller's. Other processes know nothing of the
    caller's: they start anew, take one thread and about 100 MB each, and leave Ctrl-C to it.

    Raises
    ------
    ModelError : the network can't be loaded. BrokenProcessPool : a process was killed.
    """
    classifier = GenreClassifier.load(directory)
    if min(processes, len(paths)) <= 1:
        yield from ((path, _outcome(path, classifier)) for path in paths)
        return
    with several(min(processes, len(paths))) as pool:
        yield from _in_order(pool, paths, directory, _AHEAD * processes)


def _in_order(
    pool: ProcessPoolExecutor, paths: Sequence[Path], directory: Path, ahead: int
) -> Iterator[tuple[Path, Outcome]]:
    waiting: deque[tuple[Path, Future[Outcome]]] = deque()
    for path in paths:
        waiting.append((path, pool.submit(_outcome_there, path, directory)))
        if len(waiting) > ahead:
            first, outcome = waiting.popleft()
            yield first, outcome.result()
    for path, outcome in waiting:
        yield path, outcome.result()


def _outcome_there(path: Path, directory: Path) -> Outcome:
    return _outcome(path, _classifier(directory))


def _outcome(path: Path, classifier: GenreClassifier) -> Outcome:
    try:
        recording = read_recording(path)
    except (AudioError, OSError) as error:
        return error
    heard = hear(recording, classifier)
    return replace(recording, samples=np.zeros(0, np.float32)), heard


@lru_cache(maxsize=1)
def _classifier(directory: Path) -> GenreClassifier:
    return GenreClassifier.load(directory)
