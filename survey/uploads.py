"""How an uploaded file comes in: piece by piece to the disk, and never more than is allowed."""

from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import TemporaryUploadedFile, UploadedFile
from django.core.files.uploadhandler import (
    FileUploadHandler,
    SkipFile,
    StopUpload,
)
from django.http import HttpRequest

# The form's other fields and what separates them.
AROUND_THE_FILE = 64 * 1024


class NoFiles(FileUploadHandler):
    """For pages that take no file: whatever is sent is dropped, piece by piece."""

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        raise SkipFile

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        """Nothing is kept."""

    def file_complete(self, file_size: int) -> None:
        """There is no file."""


class UploadedSong(TemporaryUploadedFile):
    """A file on the disk that goes by itself when nobody wants it, and knows no name."""

    def __init__(self) -> None:
        folder = Path(settings.UPLOADS_DIR)
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        file = NamedTemporaryFile(suffix=".upload", dir=folder)  # noqa: SIM115  closed with us
        UploadedFile.__init__(self, file, "song")

    @property
    def path(self) -> Path:
        return Path(self.temporary_file_path())


class OneSong(FileUploadHandler):
    """Takes one file, of the field `song`, and stops when it grows too large.

    It is not called `file`: that is what Django closes whenever another part is skipped.
    """

    def __init__(self, request: HttpRequest) -> None:
        super().__init__(request)
        self.song: UploadedSong | None = None
        self.too_large = self.several = False

    def new_file(self, field_name: str, *args: Any, **kwargs: Any) -> None:
        if field_name != "song" or self.song:
            self.several = self.several or field_name == "song"
            raise SkipFile
        self.song = UploadedSong()

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        if start + len(raw_data) > settings.OWN_SONG_MAX_BYTES:
            self.too_large = True
            raise StopUpload(connection_reset=True)
        if self.song:
            self.song.write(raw_data)

    def file_complete(self, file_size: int) -> UploadedSong | None:
        if self.song:
            self.song.seek(0)
            self.song.size = file_size
        return self.song

    def close(self) -> None:
        """The file goes, unless somebody has taken it away."""
        if self.song:
            self.song.close()


def says_too_large(request: HttpRequest) -> bool:
    """Whether a request says of itself that it holds more than a song may have."""
    length = request.META.get("CONTENT_LENGTH") or "0"
    most = settings.OWN_SONG_MAX_BYTES + AROUND_THE_FILE
    return not length.isdecimal() or int(length) > most
