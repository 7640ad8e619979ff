"""Figures into files, by two processes: laying out and rendering take longer than the statistics.

The second one is a program of its own, as Celery's workers may have no children of
`multiprocessing`.
"""

import pickle
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import IO, cast

from .paper import Figure, save

ROOT = Path(__file__).parents[2]
PROGRAM = f"import django; django.setup(); from {__name__} import serve; serve()"
Save = Callable[[Iterable[Figure]], list[Figure]]


@contextmanager
def saving(folder: Path, *, processes: int) -> Iterator[Save]:
    """A function that saves figures into the folder while they are drawn, and gives them back.

    The second process takes a second or two to begin, and does so while there is other work. The
    files are the same as those of one process. Raises OSError.
    """
    if processes < 2:
        yield partial(_alone, folder)
        return
    command = [sys.executable, "-c", PROGRAM]
    # S603: no shell, and only our own module.
    with subprocess.Popen(command, stdin=subprocess.PIPE, cwd=ROOT) as other:  # noqa: S603
        try:
            yield partial(_in_turn, folder.absolute(), other)
        except BaseException:
            other.kill()
            raise


def _alone(folder: Path, figures: Iterable[Figure]) -> list[Figure]:
    return [_saved(figure, folder) for figure in figures]


def _in_turn(
    folder: Path, other: subprocess.Popen[bytes], figures: Iterable[Figure]
) -> list[Figure]:
    done: list[Figure] = []
    with cast("IO[bytes]", other.stdin) as to:
        for figure in figures:
            if len(done) % 2:
                pickle.dump((figure, folder), to)
                to.flush()
                done.append(figure)
            else:
                done.append(_saved(figure, folder))
    if code := other.wait():
        raise OSError(f"the process that saves figures ended with {code}, see above")
    return done


def _saved(figure: Figure, folder: Path) -> Figure:
    save(figure, folder)
    return figure


def serve() -> None:
    """Save what comes in, until there is no more."""
    while True:
        try:
            figure, folder = pickle.load(sys.stdin.buffer)  # noqa: S301 - the other half wrote it
        except EOFError:
            return
        save(figure, folder)
