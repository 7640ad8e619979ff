"""One moment of the database to read from, whoever writes meanwhile."""

from collections.abc import Iterator
from concurrent.futures import Executor
from contextlib import contextmanager

from django.db import connection

# Not Django's own transactions: on SQLite they begin by locking out whoever writes.
BEGIN = {
    "sqlite": "BEGIN DEFERRED",
    "postgresql": "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
}


@contextmanager
def snapshot(other: Executor | None = None) -> Iterator[None]:
    """Everything read inside is of one moment; nobody waits for it, and nothing can be written.

    An `other` process (`analysis.export.second_process`) reads from the same moment, until it ends;
    on SQLite
    writers wait for the milliseconds that it takes to begin. Inside a transaction it is the
    transaction that decides what is seen.
    """
    if connection.in_atomic_block:
        yield
        return
    _begin()
    try:
        if other:
            _begin_together(other)
        yield
    finally:
        _run("ROLLBACK")


def _begin(moment: str = "") -> None:
    """Where PostgreSQL has given a moment its name, at that moment."""
    _run(BEGIN[connection.vendor])
    if connection.vendor == "postgresql":
        # Else it takes each portion of an export for worth reading whole tables.
        _run("SET LOCAL random_page_cost = 1.1")
    if moment:
        _run("SET TRANSACTION SNAPSHOT %s", moment)
    # SQLite's moment is that of the first reading.
    _run("SELECT 1 FROM survey_study")


def _begin_together(other: Executor) -> None:
    if connection.vendor == "postgresql":
        [(moment,)] = _run("SELECT pg_export_snapshot()")
        other.submit(_begin, moment).result()
        return
    # SQLite has no names for moments: nobody may write between the one beginning and the other.
    lock = connection.copy()
    try:
        lock.cursor().execute("BEGIN IMMEDIATE")
        _run("ROLLBACK")
        _begin()
        other.submit(_begin).result()
    finally:
        lock.close()


def _run(sql: str, *values: str) -> list[tuple[str, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.fetchall() if cursor.description else []
