"""Files of ours in the media folder: there whole, or not at all."""

import os
from contextlib import suppress

from django.conf import settings
from django.core.files import File
from django.core.files.storage import default_storage


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
