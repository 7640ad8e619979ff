import numpy as np
import pytest
from django.utils import timezone

from recommender.library import current_library
from recommender.models import GenreModel, Track

pytestmark = pytest.mark.django_db


@pytest.fixture
def before(library, genre_model):
    return current_library(genre_model)


def test_without_a_change_the_library_is_not_built_again(before, genre_model):
    assert current_library(genre_model) is before


def test_the_library_holds_what_the_model_heard(before, library):
    assert before.ids.tolist() == [track.pk for track in library]
    assert before.probabilities.shape == (36, 3)
    assert before.embeddings.shape == (36, 4)
    assert before.fingerprints.shape == (36, 512)


def add(add_track) -> None:
    add_track("New")


def edit(add_track) -> None:
    track = Track.objects.first()
    track.artist = "Somebody else"
    track.save()


def withdraw(add_track) -> None:
    Track.objects.filter(title="Rock 0").update(available=False, updated_at=timezone.now())


def delete(add_track) -> None:
    Track.objects.first().delete()


@pytest.mark.parametrize("change", [add, edit, withdraw, delete])
def test_after_a_change_the_library_is_built_again(before, genre_model, add_track, change):
    change(add_track)
    after = current_library(genre_model)
    assert after is not before
    assert after.revision != before.revision


def test_what_is_withdrawn_is_not_in_the_library(before, genre_model, add_track):
    withdraw(add_track)
    assert len(current_library(genre_model)) == len(before) - 1


def test_a_change_that_no_strategy_can_see_keeps_the_revision(before, genre_model):
    track = Track.objects.first()
    track.licence = "CC0"
    track.save()
    assert current_library(genre_model).revision == before.revision


def test_a_track_that_is_offered_again_gives_the_old_revision(before, genre_model, add_track):
    withdraw(add_track)
    current_library(genre_model)
    Track.objects.update(available=True, updated_at=timezone.now())
    assert current_library(genre_model).revision == before.revision


def test_each_model_has_a_library_of_its_own(before, genre_model):
    other = GenreModel.objects.create(name="deaf", version="1" * 64, genres=["Rock"])
    assert len(current_library(other)) == 0
    assert current_library(genre_model) is before


def test_mfccs_that_are_not_computed_yet_are_unknown(before, library, genre_model):
    heard = library[0].features.get()
    heard.mfcc = b""
    heard.save()
    after = current_library(genre_model)
    assert np.isnan(after.mfccs[0]).all()
    assert not np.isnan(after.mfccs[1:]).any()
    assert after.revision != before.revision
