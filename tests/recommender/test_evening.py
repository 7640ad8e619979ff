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


def test_a_track_that_can_not_be_decoded_is_listed_and_not_given_to_participants(add_track):
    track = add_track("broken", loudness_target=None)  # its file is a few bytes that pass for sound
    out = StringIO()
    call_command("even_loudness", processes=1, stdout=out, stderr=StringIO())
    assert f"track {track.pk}" in out.getvalue()
    track.refresh_from_db()
    assert not track.is_offered


def quiet(track: Track, name: str, **how) -> Track:
    """Make its file another one, too quiet to be measured."""
    path = Path(track.file.path).with_name(name)
    t = np.arange(RATE * 6)[:, None] / RATE
    sf.write(path, 1e-5 * np.sin(2 * np.pi * 440 * t), RATE, **how)
    track.file.name = track.file.name.rpartition("/")[0] + f"/{name}"
    track.save()
    return track


@pytest.mark.parametrize(("name", "copied"), [("quiet.flac", False), ("quiet.ogg", True)])
def test_a_track_too_quiet_to_be_measured_is_played_as_it_is(add_track, name, copied):
    track = quiet(add_track("quiet", loudness_target=None, playable=False), name)
    tasks.even_loudness()
    assert (played(track).suffix == ".mp3") == copied
    assert "too quiet" in track.loudness_problem
    assert track.is_offered


@pytest.mark.parametrize(
    ("name", "how"),
    [
        ("a.ogg", {}),
        ("a.aiff", {}),
        ("a.wav", {"subtype": "MS_ADPCM"}),
        ("a.wav", {"subtype": "DOUBLE"}),
    ],
)
def test_what_not_all_browsers_play_gets_a_copy_whatever_its_loudness(
    add_track, settings, name, how
):
    track = add_track("right", loudness_target=None, playable=False)
    path = Path(track.file.path).with_name(name)
    t = np.arange(RATE * 6)[:, None] / RATE
    notes = sum(np.sin(2 * np.pi * hz * t) for hz in (110.0, 440.0, 1760.0, 5000.0)) / 20
    sf.write(path, np.tile(notes, 2), RATE, **how)
    settings.LOUDNESS_LUFS = measure(path).lufs
    Track.objects.filter(pk=track.pk).update(file=f"tracks/{name}")
    assert track not in Track.objects.offered()
    tasks.even_loudness()
    assert track in Track.objects.offered()
    assert played(track).suffix == ".mp3"
    assert measure(played(track)).lufs == pytest.approx(settings.LOUDNESS_LUFS, abs=0.5)
    assert sf.info(played(track)).duration == pytest.approx(6.0, abs=0.1)


def test_playlists_take_a_track_as_soon_as_it_can_be_played(add_song, genre_model):
    from recommender.library import current_library

    song = add_song("loud", -12.0)
    Track.objects.filter(pk=song.pk).update(playable=False)
    assert not len(current_library(genre_model).ids)
    tasks.even_loudness()
    assert list(current_library(genre_model).ids) == [song.pk]


def test_an_earlier_decision_is_put_right(add_song):
    """Tracks of earlier versions were played by their container alone."""
    song = add_song("loud", -12.0)
    Track.objects.filter(pk=song.pk).update(playable=False)
    tasks.even_loudness()
    song.refresh_from_db()
    assert song.playable


def test_playlists_do_not_change_when_loudness_is_measured(add_song, genre_model):
    from recommender.library import current_library

    add_song("loud", -12.0)
    before = current_library(genre_model)
    tasks.even_loudness()
    assert current_library(genre_model) is before


def test_a_full_disk_is_not_held_against_a_track(add_track, monkeypatch):
    track = add_track("any", loudness_target=None)
    monkeypatch.setattr("recommender.engine.loudness.open_stream", fail_to_write)
    monkeypatch.setattr("recommender.engine.loudness._ROOM", 2**62)
    with pytest.raises(OSError, match="No space left"):
        evening.even_part(60)
    track.refresh_from_db()
    assert (track.loudness_problem, track.loudness_target) == ("", None)


def fail_to_write(path):
    raise RuntimeError("Internal psf_fwrite error.")
