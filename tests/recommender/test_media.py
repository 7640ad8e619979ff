"""Audio over HTTP; who may hear it is tested with the participants' pages."""

import pytest
from django.http import Http404
from django.test import RequestFactory

from recommender.media import serve_audio
from recommender.models import Track


@pytest.fixture
def track(settings) -> Track:
    track = Track(file="tracks/a.flac", title="A")
    settings.MEDIA_ROOT.joinpath("tracks").mkdir(parents=True)
    (settings.MEDIA_ROOT / "tracks" / "a.flac").write_bytes(b"0123456789")
    return track


@pytest.mark.parametrize(
    ("extension", "media_type"),
    [("mp3", "audio/mpeg"), ("wav", "audio/wav"), ("flac", "audio/flac"), ("ogg", "audio/ogg")],
)
def test_the_browser_is_told_what_kind_of_audio_it_is(track, settings, extension, media_type):
    path = settings.MEDIA_ROOT / "tracks" / "a.flac"
    path.rename(path.with_suffix(f".{extension}"))
    track.file = f"tracks/a.{extension}"
    assert serve_audio(RequestFactory().get("/"), track)["Content-Type"] == media_type


def test_a_range_of_one_byte_is_one_byte(track):
    answer = serve_audio(RequestFactory().get("/", headers={"Range": "bytes=3-3"}), track)
    assert (answer.status_code, b"".join(answer)) == (206, b"3")


def test_a_range_of_an_empty_file_never_breaks(track, settings):
    (settings.MEDIA_ROOT / "tracks" / "a.flac").write_bytes(b"")
    answer = serve_audio(RequestFactory().get("/", headers={"Range": "bytes=0-0"}), track)
    assert answer.status_code in (200, 416)


def test_headers_that_a_browser_asks_for_alone_name_the_size(track):
    answer = serve_audio(RequestFactory().head("/"), track)
    assert (answer["Content-Length"], answer["Accept-Ranges"]) == ("10", "bytes")


def test_a_file_that_went_missing_is_not_found(track, settings):
    (settings.MEDIA_ROOT / "tracks" / "a.flac").unlink()
    with pytest.raises(Http404, match="is missing"):
        serve_audio(RequestFactory().get("/"), track)
