"""Every other portion is made by a second process, in the order of all."""

from collections.abc import Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from threading import get_ident

import pytest

from analysis.export.second_process import in_turn

# Here a thread is the other process: what is made where is the same, and it begins at once.


@pytest.fixture
def other() -> Iterator[Executor]:
    with ThreadPoolExecutor(1) as pool:
        yield pool


def made(of: int, portion: int) -> tuple[int, int]:
    return of * portion, get_ident()


@pytest.mark.parametrize("n", [0, 1, 2, 3, 10])
def test_all_are_made_in_their_order(other: Executor, n: int):
    assert [one for one, _ in in_turn(other, made, 7, range(n))] == [7 * i for i in range(n)]


def test_every_other_one_is_made_there(other: Executor):
    places = [where for _, where in in_turn(other, made, 7, range(5))]
    there = other.submit(get_ident).result()
    assert places == [get_ident(), there, get_ident(), there, get_ident()]


def test_without_another_all_are_made_here():
    assert list(in_turn(None, made, 7, range(3))) == [(7 * i, get_ident()) for i in range(3)]


def test_what_fails_there_fails_here(other: Executor):
    def fail(of: int, portion: int) -> float:
        return of / (portion - 1)

    with pytest.raises(ZeroDivisionError):
        list(in_turn(other, fail, 7, [0, 1, 2]))
