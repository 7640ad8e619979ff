import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.urls import reverse
from django.utils import timezone
from kombu.exceptions import OperationalError

from recommender import services, tasks
from recommender.models import GenreModel, HearingProblem, Track, TrackFeatures

pytestmark = pytest.mark.django_db


@pytest.fixture
def other(genre_model) -> GenreModel:
    return GenreModel.objects.create(name="new", version="1" * 64, genres=["Rock", "Pop"])


@pytest.fixture
def handed(monkeypatch) -> list[int]:
    """What was handed to the workers."""
    handed: list[int] = []
    monkeypatch.setattr(tasks.index_tracks, "delay_on_commit", handed.append)
    return handed


def address(model: GenreModel, name: str = "change") -> str:
    view = {"change": "recommender_genremodel_change"}.get(name, f"model_{name}")
    return reverse(f"admin:{view}", args=[model.pk])


def press(client, model: GenreModel, name: str) -> str:
    return client.post(address(model, name), follow=True).text


def hear_all(model: GenreModel) -> None:
    TrackFeatures.objects.bulk_create(
        TrackFeatures(
            track=track,
            model=model,
            probabilities=[0.5, 0.5],
            embedding=b"",
            mfcc=b"1234",
            fingerprint=b"",
        )
        for track in Track.objects.all()
    )


def test_a_button_lets_a_model_hear_the_library(researcher, library, other, handed):
    assert "in the background" in press(researcher, other, "index")
    assert handed == [other.pk]


def test_a_second_press_hands_out_nothing(researcher, library, other, handed):
    for _ in range(2):
        shown = press(researcher, other, "index")
    assert "already" in shown
    assert handed == [other.pk]


def test_while_it_hears_the_page_shows_how_far_it_is_and_reloads(
    researcher, library, other, handed
):
    press(researcher, other, "index")
    hear_all(other)
    library[0].features.filter(model=other).delete()
    page = researcher.get(address(other))
    assert "35 of 36 available tracks" in page.text
    assert page["Refresh"] == "4"


def test_without_a_broker_the_page_says_so(researcher, library, other, monkeypatch):
    def refuse(pk):
        raise OperationalError

    monkeypatch.setattr(tasks.index_tracks, "delay_on_commit", refuse)
    shown = press(researcher, other, "index")
    assert "can&#x27;t be reached" in shown
    assert "Let it hear the library" in shown


def test_tracks_that_could_not_be_heard_are_listed_with_the_reason(researcher, library, other):
    HearingProblem.objects.create(
        track=library[0], model=other, reason="It is silent.", noted_at=timezone.now()
    )
    assert "</a>: It is silent." in researcher.get(address(other)).text


def test_a_model_that_has_heard_everything_is_made_active(researcher, library, other):
    hear_all(other)
    assert "New playlists use new" in press(researcher, other, "activate")
    assert services.active_model() == other


def test_a_model_that_lacks_tracks_is_not_made_active(researcher, library, genre_model, other):
    assert "has not heard 36 of the library" in press(researcher, other, "activate")
    assert services.active_model() == genre_model


def test_a_track_heard_without_mfccs_is_missing_everywhere(researcher, library, other):
    hear_all(other)
    other.features.filter(track=library[0]).update(mfcc=b"")
    assert "35 of 36 available tracks" in researcher.get(address(other)).text
    assert "35 of 36" in researcher.get(reverse("admin:recommender_genremodel_changelist")).text
    assert "has not heard 1 of the library" in press(researcher, other, "activate")
    assert list(Track.objects.unheard(other)) == [library[0]]


def test_the_card_is_shown_as_tables(researcher, db):
    shown = researcher.get(address(services.active_model())).text
    assert "accuracy (95 % interval)" in shown
    assert "GTZAN spectrograms" in shown


def test_weights_that_are_gone_are_told(researcher, genre_model):
    assert "holds another version by now" in researcher.get(address(genre_model)).text


@pytest.mark.parametrize("name", ["index", "activate"])
def test_who_may_only_look_presses_nothing(client, library, genre_model, other, handed, name):
    user = get_user_model().objects.create_user("colleague", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename="view_genremodel"))
    client.force_login(user)
    hear_all(other)
    assert "You may not do this" in press(client, other, name)
    assert (handed, services.active_model()) == ([], genre_model)
    assert "Make it the active model" not in client.get(address(other)).text


@pytest.mark.parametrize("name", ["index", "activate"])
def test_a_link_alone_does_nothing(researcher, other, name):
    assert researcher.get(address(other, name)).status_code == 405
