import io
import zipfile
from pathlib import Path

import numpy as np
import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from recommender import services as recommending
from recommender.models import Playlist, QuerySong
from survey.models import Study
from tests.sounds import encoded, tune

pytestmark = pytest.mark.django_db

WAV = encoded()


@pytest.fixture
def chooser(own_songs, visitor):
    """Somebody who is about to choose a song."""
    return visitor.go_to("song")


def files() -> list[Path]:
    """Every file of a participant that is anywhere."""
    folders = (Path(settings.MEDIA_ROOT) / "own-songs", Path(settings.UPLOADS_DIR))
    return [path for folder in folders for path in folder.glob("*")]


def zipped() -> bytes:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("song.mp3", WAV)
    return archive.getvalue()


@pytest.mark.django_db(transaction=True)
def test_an_own_song_leads_to_a_playlist_and_its_file_is_gone(chooser):
    answer = chooser.upload(WAV)
    assert answer.url == chooser.url("wait")
    assert len(files()) == 1
    chooser.get_playlist()
    song = chooser.trial.playlist.query_song
    assert (song.state, song.genre, song.container) == ("heard", "Rock", "wav")
    assert sum(song.probabilities) == pytest.approx(1)
    assert chooser.trial.playlist.entries.count() == 10
    assert set(chooser.trial.playlist.timings) == {"hearing_s", "library_s", "songs_s"}
    assert (song.file.name, files()) == ("", [])


def test_the_way_goes_on_as_with_any_other_song(chooser):
    chooser.upload(WAV)
    chooser.get_playlist().take_step("listen")
    chooser.take_step("survey")
    assert chooser.get("thanks").status_code == 200
    assert chooser.participant.completed_at


def test_the_waiting_page_says_what_is_happening(chooser):
    chooser.upload(WAV)
    assert "Waiting to be listened to" in chooser.get("wait").text
    QuerySong.objects.update(state="hearing")
    assert "Listening to your song" in chooser.get("wait").text
    QuerySong.objects.update(state="heard", audio_sha256="0" * 64)
    assert "Listened to" in chooser.get("wait").text


def test_the_same_song_gets_the_same_playlist_from_what_is_kept(chooser):
    chooser.upload(WAV)
    playlist = chooser.get_playlist().trial.playlist
    first = list(playlist.entries.values_list("track", "position", "distance"))
    playlist.entries.all().delete()
    Playlist.objects.update(status="queued")
    recommending.build_playlist(playlist.pk)
    assert list(playlist.entries.values_list("track", "position", "distance")) == first


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "The file is empty (0 bytes)"),
        (b"My favourite song goes like this\n" * 300, "it looks like text"),
        (zipped(), "it looks like a ZIP archive"),
        (bytes(5000), "This is not an audio file"),
    ],
)
def test_what_is_not_a_song_is_refused_at_once(chooser, content, reason):
    answer = chooser.upload(content, "song.mp3")
    assert answer.status_code == 422
    assert reason in answer.text
    assert "Rock 0" in chooser.get("song").text
    assert not QuerySong.objects.exists()
    assert files() == []


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (WAV[: len(WAV) // 2], "is cut off or damaged"),
        (encoded(np.zeros(22_050 * 8)), "are silent"),
        (encoded(tune(seconds=2)), "at least 5 s are needed"),
        (b"fLaC" + bytes(range(256)) * 40, "is damaged or incomplete"),
    ],
)
def test_what_nobody_can_hear_leads_back_with_the_reason(chooser, content, reason):
    chooser.upload(content)
    chooser.get_playlist()
    assert chooser.get("wait").url == chooser.url("song")
    page = chooser.get("song").text
    assert reason in page
    assert "Rock 0" in page
    assert files() == []


def test_after_a_refusal_any_song_can_be_chosen(chooser):
    chooser.upload(encoded(tune(seconds=2)))
    chooser.get_playlist()
    chooser.choose_song("Rock 3")
    assert chooser.trial.playlist.query_track.title == "Rock 3"
    assert chooser.get_playlist().trial.playlist.is_ready


def test_after_a_refusal_another_genre_can_be_picked(chooser):
    chooser.upload(encoded(tune(seconds=2)))
    chooser.get_playlist().choose_genre("Classical")
    assert "Classical 0" in chooser.get("song").text


def test_after_a_refusal_another_song_can_be_uploaded(chooser):
    chooser.upload(encoded(tune(seconds=2)))
    chooser.get_playlist().upload(WAV)
    assert chooser.get_playlist().trial.playlist.is_ready
    assert QuerySong.objects.count() == 2


@pytest.mark.parametrize("name", ["../../etc/passwd.wav", "so\x00ng\x1b[31m\r\n.wav", "ü" * 250])
def test_what_the_file_was_called_does_not_matter_and_is_not_kept(chooser, name):
    chooser.upload(WAV, name)
    song = QuerySong.objects.get()
    assert song.file.name == f"own-songs/{song.key}.wav"


def test_no_file_at_all_is_asked_for_in_words(chooser):
    answer = chooser.post("own-song", {})
    assert (answer.status_code, "Please choose an audio file first" in answer.text) == (422, True)


def test_several_files_at_once_are_not_kept(chooser):
    several = [SimpleUploadedFile("a.wav", WAV), SimpleUploadedFile("b.wav", WAV)]
    answer = chooser.post("own-song", {"song": several})
    assert (answer.status_code, "several arrived" in answer.text) == (422, True)
    assert files() == []


def test_a_file_of_another_name_is_none_and_harms_none(chooser):
    other = SimpleUploadedFile("a.wav", WAV)
    assert chooser.post("own-song", {"other": other}).status_code == 422
    assert files() == []
    both = {"other": SimpleUploadedFile("a.wav", WAV), "song": SimpleUploadedFile("b.wav", WAV)}
    assert chooser.post("own-song", both).url == chooser.url("wait")


# Too large


class Stream(io.RawIOBase):
    """A form with a file of any size, made while it is read."""

    def __init__(self, size: int) -> None:
        head = b'--b\r\nContent-Disposition: form-data; name="song"; filename="s.wav"\r\n\r\n'
        self.head, self.size, self.given = head, size, 0

    def read(self, n: int = -1) -> bytes:
        assert n >= 0, "it is never read as a whole"
        if self.given == self.size:
            raise OSError("The browser is gone.")
        start, self.given = self.given, min(self.size, self.given + n)
        piece = self.head[start : self.given]
        return piece + bytes(self.given - start - len(piece))


def send(visitor, size: int, said: int):
    stream = Stream(size)
    answer = visitor.client.generic(
        "POST", visitor.url("own-song"), CONTENT_TYPE="multipart/form-data; boundary=b",
        **{"wsgi.input": stream, "CONTENT_LENGTH": str(said)},
    )  # fmt: skip
    return answer, stream.given


def test_two_gigabytes_are_refused_unread(chooser):
    answer, read = send(chooser, 2 * 1024**3, said=2 * 1024**3)
    assert answer.status_code == 413
    assert "This file is too large: the limit is 30 MB" in answer.text
    assert read == 0
    assert files() == []


def test_a_file_above_the_limit_is_read_no_further(chooser, settings):
    settings.OWN_SONG_MAX_BYTES = 100_000
    answer, read = send(chooser, 160_000, said=160_000)
    assert answer.status_code == 413
    assert 100_000 < read < 140_000
    assert files() == []


def test_an_upload_that_breaks_off_leaves_nothing_behind(chooser):
    answer, _read = send(chooser, 50_000, said=90_000)
    assert (answer.status_code, files()) == (400, [])


def test_other_pages_take_no_file(chooser):
    chooser.post("song", {"track": "x", "file": io.BytesIO(WAV)})
    assert files() == []


# Who may, and when


def test_without_the_code_nothing_is_taken(own_songs, visitor):
    answer = visitor.upload(WAV)
    assert answer.url == visitor.url("resume")
    assert files() == []


def test_where_the_study_does_not_want_it_nothing_is_taken(chooser):
    Study.objects.update(own_songs=False)
    assert "Or use a song of your own" not in chooser.get("song").text
    answer = chooser.upload(WAV)
    assert answer.status_code == 422
    assert "you choose from the songs shown" in answer.text
    assert files() == []


def test_a_trial_that_is_somebody_elses_or_not_yet_ones_turn_takes_nothing(chooser):
    other = chooser.url("own-song").replace("/1/", "/2/")
    answer = chooser.client.post(other, {"song": io.BytesIO(WAV)})
    assert answer.url == chooser.url("song")
    assert files() == []


def test_once_a_song_is_chosen_an_upload_changes_nothing(chooser):
    chooser.choose_song("Rock 0")
    assert chooser.upload(WAV).url == chooser.url("wait")
    assert chooser.trial.playlist.query_track.title == "Rock 0"
    assert files() == []


def test_a_second_upload_changes_nothing(chooser):
    for _ in range(2):
        assert chooser.upload(WAV).url == chooser.url("wait")
    assert QuerySong.objects.count() == len(files()) == 1


def test_a_form_from_elsewhere_is_not_taken(chooser):
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = chooser.client.cookies
    answer = strict.post(chooser.url("own-song"), {"song": io.BytesIO(WAV)})
    assert answer.status_code == 403
    assert files() == []


def test_uploads_without_end_are_slowed_down(chooser):
    answers = [chooser.upload(b"no song").status_code for _ in range(7)]
    assert answers == [422] * 6 + [429]


def test_looking_at_the_address_leads_to_the_choice(chooser):
    assert chooser.get("own-song").url == chooser.url("song")


# Changing one's mind, and hearing it


@pytest.mark.django_db(transaction=True)
def test_who_changes_their_mind_leaves_nothing_behind(chooser):
    chooser.upload(WAV)
    playlist = chooser.trial.playlist
    assert chooser.post("wait", {"another": ""}).url == chooser.url("song")
    assert (QuerySong.objects.count(), Playlist.objects.count(), files()) == (0, 0, [])
    recommending.build_playlist(playlist.pk)
    assert chooser.trial.playlist is None


def test_a_song_that_is_gone_by_now_is_said_to_be(chooser):
    chooser.upload(WAV)
    page = chooser.get_playlist().get("listen").text
    assert "Its file has been deleted" in page
    assert chooser.get("own-song/audio").status_code == 404


def test_a_kept_song_is_heard_by_who_brought_it_alone(chooser, newcomer):
    Study.objects.update(own_song_files="when_finished")
    chooser.upload(WAV)
    page = chooser.get_playlist().get("listen").text
    assert chooser.url("own-song/audio") in page
    answer = chooser.get("own-song/audio")
    assert (answer["Content-Type"], b"".join(answer)) == ("audio/wav", WAV)
    stranger, other = newcomer(), newcomer().go_to("song")
    assert stranger.get("own-song/audio").status_code == 403
    assert other.get("own-song/audio").status_code == 404


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("policy", "left"), [("when_finished", 0), ("kept", 1)])
def test_the_file_goes_when_the_participant_has_finished(chooser, policy, left):
    Study.objects.update(own_song_files=policy)
    chooser.upload(WAV)
    chooser.get_playlist()
    for step in ("listen", "survey"):
        assert len(files()) == 1
        chooser.take_step(step)
    assert len(files()) == left
    assert QuerySong.objects.get().state == "heard"
