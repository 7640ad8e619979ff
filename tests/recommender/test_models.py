"""What the database itself refuses, and how the library is searched."""

import pytest
from django.db import IntegrityError
from django.db.models import ProtectedError

from recommender import services
from recommender.models import GenreModel, Track, TrackFeatures, track_path

pytestmark = pytest.mark.django_db


@pytest.fixture
def track(add_track) -> Track:
    return add_track("Riverbed", artist="Maja Lindqvist", album="Tideland")


@pytest.fixture
def playlist(track):
    return services.request_playlist(track, strategy="random", params={}, seed=1)


def test_the_same_recording_is_one_track(add_track, track):
    with pytest.raises(IntegrityError):
        add_track("Again", audio_sha256=track.audio_sha256)


@pytest.mark.parametrize("seconds", [0, -1])
def test_a_track_without_a_duration_is_refused(add_track, seconds):
    with pytest.raises(IntegrityError):
        add_track("Short", duration_s=seconds)


def test_a_second_active_model_is_refused(genre_model):
    with pytest.raises(IntegrityError):
        GenreModel.objects.create(name="b", version="1" * 64, genres=[], active=True)


def test_a_model_hears_a_track_once(track, genre_model):
    with pytest.raises(IntegrityError):
        TrackFeatures.objects.create(track=track, model=genre_model, probabilities=[])


def test_two_songs_at_one_position_are_refused(playlist, track, add_track):
    playlist.entries.create(track=track, position=1, distance=0)
    with pytest.raises(IntegrityError):
        playlist.entries.create(track=add_track("Other"), position=1, distance=0)


def test_a_song_twice_in_a_playlist_is_refused(playlist, track):
    playlist.entries.create(track=track, position=1, distance=0)
    with pytest.raises(IntegrityError):
        playlist.entries.create(track=track, position=2, distance=0)


@pytest.mark.parametrize(("position", "distance"), [(0, 0), (1, -0.1)])
def test_an_impossible_position_or_distance_is_refused(playlist, track, position, distance):
    with pytest.raises(IntegrityError):
        playlist.entries.create(track=track, position=position, distance=distance)


def test_a_track_of_a_playlist_can_not_be_deleted(playlist, track):
    with pytest.raises(ProtectedError):
        track.delete()


def test_the_file_of_a_track_is_named_by_its_content(track):
    digest = track.audio_sha256
    assert track_path(track, "../../Pässwd.mp3") == f"tracks/{digest[:2]}/{digest}.mp3"


@pytest.mark.parametrize(
    ("words", "found"),
    [("river", 1), ("LINDQVIST tide", 1), ("", 1), ("river nobody", 0), ("%", 0), ("\\", 0)],
)
def test_every_word_has_to_be_found_somewhere(track, words, found):
    assert Track.objects.matching(words).count() == found


def test_tracks_that_a_model_has_not_heard_are_told_apart(track, add_track, genre_model):
    new = add_track("New")
    new.features.all().delete()
    assert list(Track.objects.unheard(genre_model)) == [new]
    assert list(Track.objects.indexed(genre_model)) == [track]
