"""Which songs of a library a model learned from."""

from pathlib import Path

import numpy as np
import pytest
from django.urls import reverse

from recommender.engine import provenance
from recommender.engine.provenance import TRAINING, VALIDATION, Recording, mark
from recommender.learned import learned, sentence, use
from recommender.models import Track

pytestmark = pytest.mark.django_db


@pytest.fixture
def taught(library, genre_model, settings) -> list[Track]:
    """A model that learned from five of the 36 songs: two by hash, two by sound, one by name."""

    def known(track: Track, *, by_sound: bool) -> np.ndarray:
        heard = np.frombuffer(track.features.get().fingerprint, np.uint8)
        return mark("0" * 64 if by_sound else track.audio_sha256, heard if by_sound else heard * 0)

    Track.objects.filter(pk=library[4].pk).update(source="/music/108969.mp3")
    folder = Path(settings.MODELS_DIR) / genre_model.version
    folder.mkdir(parents=True)
    recordings = [
        Recording(f"rock/{n}", TRAINING if n % 2 else VALIDATION, known(track, by_sound=n > 1))
        for n, track in enumerate(library[:4])
    ]
    provenance.save([*recordings, Recording("fma_rock/108969", TRAINING)], folder)
    return library


def test_songs_are_known_by_hash_by_sound_and_by_name(taught, genre_model):
    found = learned(genre_model)
    assert found.parts == {
        taught[0].pk: "validation",
        taught[1].pk: "training",
        taught[2].pk: "validation",
        taught[3].pk: "training",
        taught[4].pk: "training (by its name alone)",
    }
    assert sentence(found).startswith(
        "small (00000000) learned from 5 of the library’s 36 songs (14%: 3 in training, 2 to "
        "choose and calibrate it; 1 of them known by name alone), with their genres."
    )


def test_of_some_tracks_only_those_are_counted(taught, genre_model):
    found = learned(genre_model, [taught[0].pk, taught[9].pk])
    assert (found.n_tracks, len(found.parts), found.share) == (2, 1, 0.5)


def test_a_model_that_learned_from_none_says_so(library, genre_model, settings):
    folder = Path(settings.MODELS_DIR) / genre_model.version
    folder.mkdir(parents=True)
    provenance.save([Recording("rock/x", TRAINING)], folder)
    assert "learned from none of the library’s 36 songs" in sentence(learned(genre_model))


def test_a_model_that_does_not_say_is_not_taken_for_one_that_learned_from_none(
    library, genre_model, settings
):
    (Path(settings.MODELS_DIR) / genre_model.version).mkdir(parents=True)
    found = learned(genre_model)
    assert (found.stated, found.summary()["learned_from"]) == (False, None)
    assert "does not say which recordings it learned from" in sentence(found)
    assert "does not say" in use(genre_model, library[0])


def test_a_new_song_is_noticed(taught, genre_model, add_track):
    learned(genre_model)
    add_track("New", source="/elsewhere/108969.flac")
    assert len(learned(genre_model).parts) == 6


def test_the_list_of_tracks_and_both_pages_say_it(taught, genre_model, admin_client):
    listed = admin_client.get(reverse("admin:recommender_track_changelist"))
    assert "learned from 5 of the library’s 36 songs" in listed.content.decode()
    page = admin_client.get(reverse("admin:recommender_genremodel_change", args=[genre_model.pk]))
    assert "learned from 5 of the library’s 36 songs" in page.content.decode()
    track = admin_client.get(reverse("admin:recommender_track_change", args=[taught[1].pk]))
    assert "used it for training" in track.content.decode()
