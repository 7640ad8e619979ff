"""A second process that makes every other portion of something long, in the order of all.

It knows nothing of this one but what it is given, and has a connection of its own to the database.
"""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor
from contextlib import contextmanager
from typing import Any, TypeVar

import django
from django.db import connection

from recommender.engine.processes import several

T = TypeVar("T")
U = TypeVar("U")
V = TypeVar("V")


@contextmanager
def beside() -> Iterator[Executor]:
    """The process, once it has begun: a second or two after it was asked for.

    Raises AssertionError in a process that may have no others, such as Celery's.
    """
    with several(1) as other:
        other.submit(_connect, connection.settings_dict).result()
        yield other


def _connect(database: dict[str, Any]) -> None:
    django.setup()
    # Whatever the settings say: the one that is asked about.
    connection.settings_dict.update(database)


def in_turn(
    other: Executor | None, make: Callable[[T, U], V], of: T, portions: Sequence[U]
) -> Iterator[V]:
    """`make(of, portion)` for each: one here while the next is made by the other process.

    Without another process, all are made here. Raises BrokenProcessPool when it was killed.
    """
    if not other:
        yield from (make(of, portion) for portion in portions)
        return
    other.submit(_keep, make, of).result()
    theirs = (other.submit(_make, portion) for portion in portions[1::2])
    # One ahead, so that it need not wait for this process, nor many made portions be held.
    coming = next(theirs, None)
    for portion in portions[::2]:
        yield make(of, portion)
        if coming:
            made, coming = coming, next(theirs, None)
            yield made.result()


# In the other process: what does not change is sent there once.
_kept: list[Any] = []


def _keep(make: Callable[[T, U], V], of: T) -> None:
    _kept[:] = make, of


def _make(portion: Any) -> Any:
    make, of = _kept
    return make(of, portion)
