"""Audio over HTTP, with ranges, so that seeking works."""

from http import HTTPStatus
from typing import Any, BinaryIO

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from whitenoise.middleware import WhiteNoiseFileResponse
from whitenoise.responders import MissingFileError, Response, SlicedFile, StaticFile

from .models import QuerySong, Track

# By container. What all browsers play is decided in engine.decode.
TYPES = {
    "mp3": "audio/mpeg",
    "wav": "audio/wav",
    "flac": "audio/flac",
    "ogg": "audio/ogg",
    "opus": "audio/ogg",
    "m4a": "audio/mp4",
    "aac": "audio/aac",
    "webm": "audio/webm",
    "aiff": "audio/aiff",
}


class AudioFile(StaticFile):  # type: ignore[misc]
    """WhiteNoise's file with conditional and range requests, a range of one byte included."""

    def get_range_response(
        self, range_header: str, base_headers: list[tuple[str, str]], file_handle: BinaryIO | None
    ) -> Response:
        size = int(dict(base_headers)["Content-Length"])
        start, end = self.get_byte_range(range_header, size)
        if start != end or not 0 <= start < size:
            return super().get_range_response(range_header, base_headers, file_handle)
        headers = [item for item in base_headers if item[0] != "Content-Length"]
        headers += [("Content-Range", f"bytes {start}-{end}/{size}"), ("Content-Length", "1")]
        body = SlicedFile(file_handle, start, end) if file_handle else None
        return Response(HTTPStatus.PARTIAL_CONTENT, headers, body)


def serve_audio(request: HttpRequest, track: Track | QuerySong) -> HttpResponseBase:
    """The song as participants hear it; the caller has asked whether this person may hear it."""
    extension = str(track.played.name).rpartition(".")[2]
    headers: list[tuple[str, Any]] = [
        ("Content-Type", TYPES.get(extension, "application/octet-stream")),
        ("Accept-Ranges", "bytes"),
        # A participant's browser may keep it, a proxy for several people may not.
        ("Cache-Control", "private, max-age=3600"),
        ("X-Content-Type-Options", "nosniff"),
    ]
    try:
        answer = AudioFile(track.played.path, headers).get_response(request.method, request.META)
    except MissingFileError as error:
        raise Http404(f"The file of “{track}” is missing.") from error
    if answer.file is None:
        response: HttpResponseBase = HttpResponse(status=answer.status)
    else:
        response = WhiteNoiseFileResponse(answer.file, status=int(answer.status))
    for name, value in answer.headers:
        response[name] = value
    return response
