import numpy as np
import pytest

from recommender import scenes, services
from recommender.models import GenreModel, Track, TrackFeatures
from recommender.scenes import scene_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def make(library):
    def make(model: GenreModel | None = None):
        playlist = services.request_playlist(
            library[30], strategy="genre_space", params={}, seed=1, model=model
        )
        services.build_playlist(playlist.pk)
        playlist.refresh_from_db()
        return playlist

    return make


def test_the_scene_has_the_songs_in_their_order(make):
    playlist = make()
    scene = scene_of(playlist)
    assert [song.label for song in scene.songs] == [str(e.track) for e in playlist.entries.all()]
    assert (len(scene.library), scene.available) == (36, 36)


def test_in_the_triangle_songs_are_as_far_as_the_playlist_says(make):
    scene = scene_of(make())
    for song in scene.songs:
        assert np.hypot(*(song.place - scene.query.place)) == pytest.approx(song.distance)


def test_of_a_large_library_the_same_songs_are_drawn_every_time(make, monkeypatch):
    monkeypatch.setattr(scenes, "MOST_SONGS", 10)
    playlist = make()
    first, again = scene_of(playlist), scene_of(playlist)
    assert (len(first.library), first.available) == (10, 36)
    np.testing.assert_array_equal(first.library, again.library)


def test_what_was_withdrawn_since_is_still_in_its_playlist(make):
    playlist = make()
    Track.objects.update(available=False)
    scene = scene_of(playlist)
    assert (len(scene.songs), len(scene.library)) == (10, 0)


def test_the_scene_is_that_of_the_playlists_own_model(make, library, genre_model):
    GenreModel.objects.update(active=False)
    five = GenreModel.objects.create(name="five", version="5", genres=list("abcde"), active=True)
    for number, track in enumerate(library):
        p = np.random.default_rng(number).dirichlet(np.ones(5))
        heard = {"embedding": bytes(16), "fingerprint": track.features.get().fingerprint}
        TrackFeatures.objects.create(track=track, model=five, probabilities=list(p), **heard)
    scene = scene_of(make(five))
    assert scene.genres == tuple("abcde")
    assert scene.plane.corners.shape == (5, 2)
    assert scene_of(make(genre_model)).plane.shares is None


def test_a_playlist_without_songs_has_no_scene(library):
    asked = services.request_playlist(library[0], strategy="random", params={}, seed=1)
    assert scene_of(asked) is None


def test_the_genres_of_a_song_are_told_greatest_first():
    said = scenes.composition_in_words(["A", "B", "C"], [0.3, 0.66, 0.04])
    assert said == "B 66%, A 30%"
