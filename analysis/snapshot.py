"""One moment of the database to read from, whoever writes meanwhile."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

# Not Django's own transactions: on SQLite they begin by locking out whoever writes.
BEGIN = {
    "sqlite": "BEGIN DEFERRED",
    "postgresql": "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
}


@contextmanager
def snapshot() -> Iterator[None]:
    """Everything read inside is of one moment; nobody waits for it, and nothing can be written.

    Inside a transaction it is the transaction that decides what is seen.
    """
    if connection.in_atomic_block:
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute(BEGIN[connection.vendor])
        try:
            # SQLite's moment is that of the first reading.
            cursor.execute("SELECT 1 FROM survey_study")
            cursor.fetchall()
            yield
        finally:
            cursor.execute("ROLLBACK")
