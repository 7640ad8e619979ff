"""How far the files of a report are, for whoever waits: told beside them, not in the database.

What is exported is read at one moment of the database, and meanwhile its process can't write there.
"""

from collections.abc import Callable
from pathlib import Path

from django.conf import settings

# What is being done, how much of it is done, and how much there is.
Tell = Callable[[str, int, int], None]


def tell(pk: int, what: str, done: int, of: int) -> None:
    """Replaced as a whole: nobody reads half a line."""
    path = _path(pk)
    aside = path.with_suffix(".new")
    aside.write_text(f"{what}: {done:,} of {of:,}", encoding="utf-8")
    aside.replace(path)


def read(pk: int) -> str:
    try:
        return _path(pk).read_text("utf-8")
    except OSError:
        return ""


def clear(pk: int) -> None:
    _path(pk).unlink(missing_ok=True)


def _path(pk: int) -> Path:
    return Path(settings.REPORTS_DIR) / f".{pk}.progress"
