"""The library is made equally loud, in the background or by command."""

import gc
import tempfile
from io import StringIO
from pathlib import Path

import numpy as np
import pytest
import soundfile as sf
from django.core.management import call_command

from recommender import evening, tasks
from recommender.engine.loudness import measure
from recommender.models import Track

pytestmark = pytest.mark.django_db
RATE = 22_050


@pytest.fixture
def add_song(add_track):
    """A track of a few notes at about this loudness."""

    def add(title: str, level_db: float) -> Track:
        track = add_track(title, loudness_target=None)
        t = np.arange(RATE * 6)[:, None] / RATE
        notes = sum(np.sin(2 * np.pi * hz * t) for hz in (110.0, 440.0, 1760.0, 5000.0)) / 4
        samples = np.tile(notes * 10 ** (level_db / 20), 2)
        sf.write(track.file.path, samples, RATE, format="MP3")
        return track

    return add


def played(track: Track) -> Path:
    track.refresh_from_db()
    return Path((track.rendition or track.file).path)


def test_a_loud_and_a_quiet_track_are_played_alike(add_song):
    songs = [add_song("loud", -12.0), add_song("quiet", -38.0)]
    tasks.even_loudness()
    assert [measure(played(song)).lufs for song in songs] == pytest.approx([-23.0] * 2, abs=0.5)


def test_what_is_kept_is_what_is_played(add_song):
    song = add_song("loud", -12.0)
    tasks.even_loudness()
    song.refresh_from_db()
    assert song.played_lufs == pytest.approx(measure(played(song)).lufs, abs=0.3)
    assert song.loudness_lufs == pytest.approx(measure(Path(song.file.path)).lufs)


def test_a_track_at_the_right_level_is_played_as_it_is(add_song, settings):
    song = add_song("right", -12.0)
    settings.LOUDNESS_LUFS = measure(Path(song.file.path)).lufs + 0.2
    tasks.even_loudness()
    assert played(song) == Path(song.file.path)


def test_nothing_is_left_behind_by_a_command_that_is_stopped(add_song, tmp_path, monkeypatch):
    for title in ("one", "two", "three"):
        add_song(title, -12.0)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    before = sorted(tmp_path.iterdir())
    evening.even_all(1).__next__()  # and the rest is never asked for
    gc.collect()
    assert sorted(tmp_path.iterdir()) == before
    assert evening.uneven().count() == 2


def test_nothing_is_done_twice(add_song):
    song = add_song("loud", -12.0)
    tasks.even_loudness()
    made = played(song).stat().st_mtime_ns
    assert evening.even_part(10) == 0
    assert played(song).stat().st_mtime_ns == made


def test_another_target_makes_new_copies(add_song, settings):
    song = add_song("loud", -12.0)
    tasks.even_loudness()
    settings.LOUDNESS_LUFS = -18.0
    tasks.even_loudness()
    assert measure(played(song)).lufs == pytest.approx(-18.0, abs=0.5)


def test_a_copy_that_is_needed_no_more_goes(add_song, settings):
    song = add_song("loud", -12.0)
    tasks.even_loudness()
    copy = played(song)
    settings.LOUDNESS_LUFS = song.loudness_lufs
    tasks.even_loudness()
    assert played(song) == Path(song.file.path)
    assert not copy.exists()


def test_a_track_that_can_not_be_measured_is_played_as_it_is_and_listed(add_track):
    track = add_track("broken", loudness_target=None)  # its file is a few bytes that pass for sound
    out = StringIO()
    call_command("even_loudness", processes=1, stdout=out, stderr=StringIO())
    assert f"track {track.pk}" in out.getvalue()
    assert played(track) == Path(track.file.path)


def test_playlists_do_not_change_when_loudness_is_measured(add_song, genre_model):
    from recommender.library import current_library

    add_song("loud", -12.0)
    before = current_library(genre_model)
    tasks.even_loudness()
    assert current_library(genre_model) is before
