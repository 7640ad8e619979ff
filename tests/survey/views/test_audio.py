import uuid

import pytest

from recommender.models import Track

pytestmark = pytest.mark.django_db

SIZE = 2048  # of the files that the fixtures make
CONTENT = bytes(range(256)) * 8


@pytest.fixture
def song() -> str:
    return f"audio/{Track.objects.get(title='Rock 0').key}"


@pytest.fixture
def listener(visitor, song):
    return visitor.register()


def body(response) -> bytes:
    return b"".join(response) if response.streaming else response.content


def test_nobody_but_participants_hears_the_songs(visitor, song):
    answer = visitor.get(song)
    assert answer.status_code == 403
    assert "type your code first" in answer.text


def test_an_unknown_song_is_not_found(listener):
    assert listener.get(f"audio/{uuid.uuid4()}").status_code == 404


def test_strangers_can_not_tell_known_songs_from_unknown_ones(visitor, study):
    assert visitor.get(f"audio/{uuid.uuid4()}").status_code == 403


def test_a_participant_gets_the_whole_song(listener, song):
    answer = listener.get(song)
    assert (answer.status_code, answer["Content-Type"]) == (200, "audio/mpeg")
    assert body(answer) == CONTENT


@pytest.mark.parametrize(
    ("wanted", "first", "last"),
    [
        ("0-0", 0, 0),
        ("0-99", 0, 99),
        ("100-", 100, SIZE - 1),
        ("-10", SIZE - 10, SIZE - 1),
        ("-1", SIZE - 1, SIZE - 1),
        ("2000-9999", 2000, SIZE - 1),
        (f"{SIZE - 1}-", SIZE - 1, SIZE - 1),
    ],
)
def test_a_player_gets_the_part_that_it_asks_for(listener, song, wanted, first, last):
    answer = listener.get(song, headers={"Range": f"bytes={wanted}"})
    assert answer.status_code == 206
    assert answer["Content-Range"] == f"bytes {first}-{last}/{SIZE}"
    assert int(answer["Content-Length"]) == last - first + 1
    assert body(answer) == CONTENT[first : last + 1]


@pytest.mark.parametrize("wanted", [f"{SIZE}-", f"{SIZE}-{SIZE}", "99999-"])
def test_a_part_beyond_the_end_is_refused_with_the_size(listener, song, wanted):
    answer = listener.get(song, headers={"Range": f"bytes={wanted}"})
    assert answer.status_code == 416
    assert answer["Content-Range"] == f"bytes */{SIZE}"


@pytest.mark.parametrize("wanted", ["bytes=a-b", "bytes=", "songs=1-2", "bytes=5-2"])
def test_a_part_that_makes_no_sense_never_breaks(listener, song, wanted):
    assert listener.get(song, headers={"Range": wanted}).status_code in (200, 416)


def test_a_player_may_ask_for_the_headers_alone(listener, song):
    answer = listener.client.head(listener.url(song))
    assert answer.status_code == 200
    assert int(answer["Content-Length"]) == SIZE
    assert body(answer) == b""


def test_a_song_that_the_browser_has_is_not_sent_again(listener, song):
    known = listener.get(song)["Last-Modified"]
    answer = listener.get(song, headers={"If-Modified-Since": known})
    assert (answer.status_code, body(answer)) == (304, b"")


def test_a_song_is_kept_by_the_participants_browser_alone(listener, song):
    answer = listener.get(song)
    assert answer["Cache-Control"].startswith("private")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Accept-Ranges"] == "bytes"


def test_a_song_is_only_read(listener, song):
    assert listener.post(song).status_code == 405


def test_nothing_about_the_song_is_in_its_headers(listener, song):
    assert "Rock" not in str(listener.get(song).headers)


def test_a_file_that_went_missing_is_not_found(listener, song):
    track = Track.objects.get(title="Rock 0")
    track.file.storage.delete(track.file.name)
    assert listener.get(song).status_code == 404
