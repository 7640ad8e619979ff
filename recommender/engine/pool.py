"""Many files heard one after the other by several processes. What goes wrong with one of them is
that file's own outcome."""

from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import replace
from functools import lru_cache
from itertools import islice
from pathlib import Path

import numpy as np

from recommender.engine.audio import AudioError, Recording, read_recording
from recommender.engine.cnn import GenreClassifier, ModelError
from recommender.engine.faults import Unforeseen, unforeseen
from recommender.engine.hearing import Heard, hear
from recommender.engine.processes import several

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
    caller's: they start anew, take one thread and about 100 MB each, and leave Ctrl-C to it. Where
    one is killed, what was in work is tried again, each file in a process of its own; the file that
    kills this one, too, has done it.

    Raises
    ------
    ModelError : the network can't be loaded.
    """
    classifier = GenreClassifier.load(directory)
    if min(processes, len(paths)) <= 1:
        yield from ((path, outcome(path, classifier)) for path in paths)
        return
    left = deque(paths)
    ahead = _AHEAD * processes
    while left:
        with several(min(processes, len(left))) as pool:
            try:
                for heard in _in_order(pool, list(left), directory, ahead):
                    yield left.popleft(), heard
            except BrokenProcessPool:
                suspects = list(islice(left, ahead + 1))
            else:
                suspects = []
        for path in suspects:
            left.popleft()
            yield path, _alone(path, directory)


def _in_order(
    pool: ProcessPoolExecutor, paths: Sequence[Path], directory: Path, ahead: int
) -> Iterator[Outcome]:
    waiting: deque[Future[Outcome]] = deque()
    for path in paths:
        waiting.append(pool.submit(_outcome_there, path, directory))
        if len(waiting) > ahead:
            yield waiting.popleft().result()
    for future in waiting:
        yield future.result()


def _alone(path: Path, directory: Path) -> Outcome:
    with several(1) as pool:
        try:
            return pool.submit(_outcome_there, path, directory).result()
        except BrokenProcessPool:
            return Unforeseen(
                "The process that listened to this file was ended twice: the file crashes our "
                "decoder, or it needs more memory than there is. Please report it. Another copy "
                "of the song, converted to WAV or MP3, may do."
            )


def _outcome_there(path: Path, directory: Path) -> Outcome:
    return outcome(path, _classifier(directory))


def outcome(path: Path, classifier: GenreClassifier) -> Outcome:
    """What became of one file. Raises ModelError, which is not the file's."""
    try:
        recording = read_recording(path)
        heard = hear(recording, classifier)
    except (AudioError, OSError) as error:
        return error
    except ModelError:
        raise
    except Exception as error:
        # Whatever it is: the other files are not concerned.
        return unforeseen(error)
    return replace(recording, samples=np.zeros(0, np.float32)), heard


@lru_cache(maxsize=1)
def _classifier(directory: Path) -> GenreClassifier:
    return GenreClassifier.load(directory)
