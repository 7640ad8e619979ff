"""Whether there is room, and files of ours in the media folder: there whole, or not at all."""

import errno
import os
import secrets
from contextlib import suppress
from pathlib import Path

from django.conf import settings
from django.core.files import File
from django.core.files.storage import default_storage

# More than what is left where a disk is full.
SAMPLE = bytes(64 * 1024)
NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EROFS)


class StorageError(Exception):
    """Nothing can be kept, whatever it is; the message says why and what to do."""


def keep(name: str, content: File) -> str:
    """Save a file, in place of one of that name; gives the name. Raises StorageError, and then what
    was there before still is."""
    part = f"{name}.part"
    try:
        default_storage.delete(part)
        default_storage.save(part, content)
        os.replace(default_storage.path(part), default_storage.path(name))
    except OSError as error:
        with suppress(OSError):
            default_storage.delete(part)
        raise StorageError(
            f"The media folder {settings.MEDIA_ROOT} takes no more files: "
            f"{error.strerror or error}. Free some space there, or let us write there."
        ) from error
    return name


def try_writing(folder: Path) -> None:
    """Write something there, and delete it. Raises OSError."""
    path = folder / f".room-{secrets.token_hex(8)}"
    try:
        path.write_bytes(SAMPLE)
    finally:
        path.unlink(missing_ok=True)


def lacks_room(error: BaseException) -> bool:
    """Whether it failed for want of space, or of a place that can be written to."""
    words = str(error)
    # SQLite's own words; it says “I/O error” where it can't begin its log.
    told = any(said in words for said in ("disk is full", "disk I/O error", "readonly database"))
    return told or (isinstance(error, OSError) and error.errno in NO_ROOM)
