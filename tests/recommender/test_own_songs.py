import io
import os
import time
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest
import soundfile as sf
from django.core.files.base import ContentFile
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction
from django.utils import timezone

from recommender import own_songs, services
from recommender.engine import apart
from recommender.engine.apart import HearingError
from recommender.engine.audio import read_recording
from recommender.engine.cnn import SHIPPED, read_card
from recommender.models import GenreModel, Playlist, QuerySong
from tests.sounds import encoded, tune

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def hearing_model(library, genre_model) -> GenreModel:
    genre_model.version = read_card(SHIPPED)["version"]
    genre_model.save()
    return genre_model


@pytest.fixture
def ask(hearing_model):
    """Bring a song, and ask for its playlist."""

    def ask(content: bytes | None = None, genre: str = "Rock", **fields) -> Playlist:
        kept = {"keep_file": False, "keep_until": None, **fields.pop("kept", {})}
        file = ContentFile(encoded() if content is None else content)
        song = own_songs.take(file, "wav", model=hearing_model, genre=genre, **kept)
        asked = {"strategy": "genre_space", "params": {}, "seed": 5, "model": hearing_model}
        return services.request_playlist(song, **{**asked, **fields})

    return ask


def on_disk(settings) -> list[Path]:
    return list((settings.MEDIA_ROOT / "own-songs").glob("*"))


@pytest.mark.parametrize("strategy", ["genre_space", "mfcc", "same_genre", "random"])
def test_every_strategy_finds_songs_for_a_song_from_outside(ask, strategy):
    playlist = ask(strategy=strategy, genre="rock")
    services.build_playlist(playlist.pk)
    assert playlist.entries.count() == 10
    if strategy == "same_genre":
        assert set(playlist.entries.values_list("track__genre", flat=True)) == {"Rock"}


def test_running_twice_changes_nothing(ask):
    playlist = ask()
    for _ in range(2):
        services.build_playlist(playlist.pk)
    assert playlist.entries.count() == 10
    assert QuerySong.objects.get().state == "heard"


def test_what_a_killed_worker_began_is_heard_by_the_next(ask):
    playlist = ask()
    QuerySong.objects.update(state="hearing")
    Playlist.objects.update(status="running", started_at=timezone.now() - services.LOST_AFTER * 2)
    assert services.lost_playlists() == [playlist.pk]
    services.build_playlist(playlist.pk)
    assert playlist.entries.count() == 10


def test_after_too_many_attempts_it_is_given_up_in_words(ask, settings):
    playlist = ask()
    lost = timezone.now() - services.LOST_AFTER * 2
    Playlist.objects.update(status="running", started_at=lost, attempts=services.MOST_ATTEMPTS)
    assert services.lost_playlists() == []
    playlist.refresh_from_db()
    assert playlist.wants_another_song
    assert "went wrong on our side" in playlist.query_song.reason
    assert on_disk(settings) == []


def test_a_song_that_nobody_heard_for_a_day_is_deleted(ask, settings):
    ask()
    QuerySong.objects.update(created_at=timezone.now() - timedelta(days=2))
    assert services.lost_playlists() == []
    assert (QuerySong.objects.get().state, on_disk(settings)) == ("failed", [])


def test_a_model_that_is_gone_is_not_held_against_the_song(ask, monkeypatch):
    GenreModel.objects.update(version="1" * 64)
    playlist = ask()
    with pytest.raises(HearingError):
        services.build_playlist(playlist.pk)
    assert QuerySong.objects.get().state == "hearing"


def test_a_hanging_file_is_refused_in_words(ask, monkeypatch, settings):
    monkeypatch.setattr(apart.hear_apart, "__kwdefaults__", {"seconds": 0.01, "memory": 2**30})
    playlist = ask()
    services.build_playlist(playlist.pk)
    song = QuerySong.objects.get()
    assert (song.state, on_disk(settings)) == ("refused", [])
    assert "took too long" in song.reason
    assert Playlist.objects.get().status == "failed"


def test_too_few_songs_fail_the_playlist_and_not_the_song(ask):
    playlist = ask(params={"length": 40})
    services.build_playlist(playlist.pk)
    playlist.refresh_from_db()
    assert (playlist.status, playlist.query_song.state) == ("failed", "heard")
    assert not playlist.wants_another_song


def test_the_same_recording_in_the_library_is_left_out(ask, library):
    playlist = ask()
    services.build_playlist(playlist.pk)
    nearest = playlist.entries.first().track
    features = nearest.features.get()
    features.fingerprint = QuerySong.objects.get().fingerprint
    features.save()
    again = ask()
    services.build_playlist(again.pk)
    assert nearest.pk not in again.entries.values_list("track", flat=True)


@pytest.mark.parametrize("ended", ["refused", "failed"])
def test_the_database_keeps_no_file_of_a_useless_song(ask, ended):
    ask()
    with pytest.raises(IntegrityError), transaction.atomic():
        QuerySong.objects.update(state=ended)


# What browsers play


@pytest.mark.parametrize("kind", ["AIFF", "OGG"])
def test_a_kept_song_that_not_all_browsers_play_is_replaced_by_a_copy(ask, settings, kind):
    services.build_playlist(ask(encoded(kind=kind), kept={"keep_file": True}).pk)
    assert not QuerySong.objects.get().playable
    own_songs.copy_unplayable()
    song = QuerySong.objects.get()
    assert (song.playable, song.container) == (True, "mp3")
    assert on_disk(settings) == [Path(song.file.path)]
    assert read_recording(Path(song.file.path)).playable
    assert song.duration_s == pytest.approx(6.0, abs=0.1)


def test_a_kept_song_that_all_browsers_play_stays_as_it_is(ask, settings):
    content = encoded()
    services.build_playlist(ask(content, kept={"keep_file": True}).pk)
    own_songs.copy_unplayable()
    assert on_disk(settings)[0].read_bytes() == content


def test_a_song_that_can_not_be_copied_stays_unplayed(ask, settings):
    services.build_playlist(ask(encoded(kind="AIFF"), kept={"keep_file": True}).pk)
    Path(QuerySong.objects.get().file.path).write_bytes(b"no sound")
    own_songs.copy_unplayable()
    assert not QuerySong.objects.get().playable
    assert len(on_disk(settings)) == 1


VERDICTS = {
    "constant": np.full((8 * 22_050, 1), 0.5),
    "silent": np.zeros((8 * 22_050, 1)),
    "opposite channels": tune(channels=2) * [1, -1],
    "far too loud": tune() * 1e30,
    "not numbers": tune() * np.nan,
    "short": tune(seconds=4.99),
    "fine": tune(),
}


@pytest.mark.parametrize("name", VERDICTS)
def test_a_song_is_judged_alike_whichever_way_it_comes(ask, tmp_path, name):
    content = io.BytesIO()
    sf.write(content, VERDICTS[name], 22_050, format="WAV", subtype="FLOAT")
    file = tmp_path / "song.wav"
    file.write_bytes(content.getvalue())
    out = io.StringIO()
    with suppress(CommandError):
        call_command("import_tracks", file, verbosity=0, stdout=out)
    services.build_playlist(ask(content.getvalue()).pk)
    song = QuerySong.objects.get()
    assert song.state == ("heard" if name == "fine" else "refused")
    assert (song.reason or "1 new") in out.getvalue()


@pytest.mark.parametrize("both", [True, False])
def test_a_playlist_has_one_query_song(ask, library, both):
    playlist = ask()
    changes = {"query_track": library[0]} if both else {"query_song": None}
    with pytest.raises(IntegrityError), transaction.atomic():
        Playlist.objects.filter(pk=playlist.pk).update(**changes)


# Sweeping


def age(path: Path, hours: float) -> Path:
    moment = time.time() - 3600 * hours
    os.utime(path, (moment, moment))
    return path


@pytest.mark.parametrize(("hours", "left"), [(0.5, True), (2, False)])
def test_files_that_a_killed_process_left_behind_are_swept_later(settings, hours, left):
    folders = (settings.MEDIA_ROOT / "own-songs", settings.UPLOADS_DIR)
    for folder in folders:
        folder.mkdir(parents=True)
        (folder / "stray").touch()
        age(folder / "stray", hours)
    own_songs.sweep()
    assert [(folder / "stray").exists() for folder in folders] == [left] * 2


def test_files_that_are_waited_for_are_not_swept(ask, settings):
    ask()
    (file,) = on_disk(settings)
    age(file, 5)
    own_songs.sweep()
    assert file.exists()


@pytest.mark.parametrize(("days", "left"), [(1, 1), (-1, 0)])
def test_a_file_is_kept_no_longer_than_promised(ask, settings, days, left):
    until = timezone.now() + timedelta(days=days)
    services.build_playlist(ask(kept={"keep_file": True, "keep_until": until}).pk)
    own_songs.sweep()
    assert len(on_disk(settings)) == left
    assert QuerySong.objects.get().state == "heard"


def test_sweeping_an_empty_place_is_fine(db):
    own_songs.sweep()
