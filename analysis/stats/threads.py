"""Linear algebra on one thread: faster on many small matrices, and the same to the last digit on
machines with more processors, where sums are split otherwise."""

from collections.abc import Callable
from functools import cache, wraps
from typing import ParamSpec, TypeVar

from threadpoolctl import ThreadpoolController

P = ParamSpec("P")
R = TypeVar("R")


def on_one_thread(work: Callable[P, R]) -> Callable[P, R]:
    """The same function, with numpy's and scipy's libraries kept to one thread while it runs."""

    @wraps(work)
    def alone(*args: P.args, **options: P.kwargs) -> R:
        with _libraries().limit(limits=1):
            return work(*args, **options)

    return alone


@cache
def _libraries() -> ThreadpoolController:
    # Looking for them takes milliseconds; they are loaded before anything here runs.
    return ThreadpoolController().select(user_api="blas")
