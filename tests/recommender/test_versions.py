"""Model versions: what each has heard, and which one is active."""

import json
import shutil
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from recommender import services, tasks, versions
from recommender.engine.audio import AudioError
from recommender.engine.cnn import ModelError
from recommender.models import GenreModel, HearingProblem, Track, TrackFeatures

pytestmark = pytest.mark.django_db


@pytest.fixture
def other(genre_model) -> GenreModel:
    return GenreModel.objects.create(name="new", version="1" * 64, genres=["Rock", "Pop"])


@pytest.fixture
def ears(monkeypatch):
    """Hearing without a network; tracks named in the list can't be heard."""
    bad: list[str] = []

    def hear(track, recording, model):
        if track.title in bad:
            raise AudioError("It is silent.")
        features = {"probabilities": [0.5, 0.5], "embedding": b"", "fingerprint": b"", "mfcc": b"0"}
        TrackFeatures.objects.get_or_create(track=track, model=model, defaults=features)

    monkeypatch.setattr(services, "load_classifier", lambda model: model)
    monkeypatch.setattr(services, "hear", hear)
    monkeypatch.setattr("recommender.engine.audio.read_recording", lambda path: path)
    return bad


def index(model: GenreModel, seconds: float = 60) -> bool:
    versions.request_indexing(model)
    return versions.index_part(model.pk, seconds)


@pytest.fixture
def folder(tmp_path):
    """A trained model's folder: the shipped weights with another temperature."""
    folder = tmp_path / "run"
    shutil.copytree(services.shipped_directory(), folder)
    change(folder, temperature=0.9, name="warmer")
    return folder


def change(folder, **values: object) -> None:
    card = json.loads((folder / "model.json").read_text())
    (folder / "model.json").write_text(json.dumps({**card, **values}))


# Hearing the library


def test_a_model_hears_the_whole_library(library, other, ears):
    assert index(other) is False
    assert versions.progress(other) == versions.Progress(available=36, heard=36)
    other.refresh_from_db()
    assert other.indexing == "idle"


def test_hearing_goes_on_where_it_was_cut_off(library, other, ears):
    assert index(other, seconds=0) is True
    assert versions.progress(other).heard == 1
    assert versions.index_part(other.pk, 60) is False
    assert TrackFeatures.objects.filter(model=other).count() == 36


def test_hearing_again_changes_nothing(library, other, ears):
    for _ in range(2):
        index(other)
    assert TrackFeatures.objects.filter(model=other).count() == 36


def test_a_track_that_can_not_be_heard_is_noted_and_ends_nothing(library, other, ears):
    ears.append("Rock 3")
    assert index(other) is False
    problem = HearingProblem.objects.get()
    assert (problem.track.title, problem.reason) == ("Rock 3", "It is silent.")
    assert versions.progress(other).missing == 1


def test_an_error_that_nobody_foresaw_ends_nothing(library, other, ears, monkeypatch):
    hear = services.hear

    def fail_at_one(track, recording, model):
        if track == library[0]:
            raise ZeroDivisionError("by nothing")
        hear(track, recording, model)

    monkeypatch.setattr(services, "hear", fail_at_one)
    index(other)
    assert "ZeroDivisionError" in HearingProblem.objects.get().reason
    assert other.features.count() == len(library) - 1


def test_a_problem_is_forgotten_once_the_track_was_heard(library, other, ears):
    ears.append("Rock 3")
    index(other)
    ears.clear()
    index(other)
    assert not HearingProblem.objects.exists()


def test_a_track_with_a_problem_is_tried_once_a_request(library, other, ears):
    ears.extend(track.title for track in library)
    versions.request_indexing(other)
    parts = [versions.index_part(other.pk, 0) for _ in range(36)]
    assert parts == [True] * 35 + [False]


def test_a_missing_file_is_a_problem_in_words(library, other, ears, monkeypatch):
    monkeypatch.setattr("recommender.engine.audio.read_recording", lambda path: path.open())
    library[0].file.storage.delete(library[0].file.name)
    index(other)
    assert "is missing in the media folder" in library[0].problems.get().reason


def test_available_tracks_are_heard_first(library, other, ears):
    Track.objects.filter(pk=library[0].pk).update(available=False)
    index(other, seconds=0)
    assert library[1].features.filter(model=other).exists()


def test_a_model_without_weights_stops_and_says_so(library, other):
    with pytest.raises(ModelError):
        tasks.index_tracks(other.pk)
    other.refresh_from_db()
    assert other.indexing == "stopped"
    assert "holds another version by now" in other.indexing_error


def test_a_part_that_ends_in_time_is_followed_by_another(library, other, ears, monkeypatch):
    handed = []
    monkeypatch.setattr(tasks, "PART_S", 0)
    monkeypatch.setattr(tasks.index_tracks, "delay", handed.append)
    tasks.index_tracks(other.pk)
    assert handed == [other.pk]


@pytest.mark.parametrize(("minutes", "indexing"), [(14, True), (16, False)])
def test_a_worker_that_says_nothing_for_long_is_gone(other, minutes, indexing):
    since = timezone.now() - timedelta(minutes=minutes)
    other.indexing, other.indexing_since = "running", since
    assert versions.is_indexing(other) is indexing


# The active one


def test_a_model_that_has_heard_everything_becomes_active(library, genre_model, other, ears):
    index(other)
    versions.activate(other)
    assert services.active_model() == other
    genre_model.refresh_from_db()
    assert not genre_model.active


def test_a_model_that_lacks_tracks_is_refused_with_how_many(library, genre_model, other, ears):
    ears.extend(["Rock 3", "Rock 4"])
    index(other)
    with pytest.raises(versions.NotReady, match="not heard 2 of the library's 36"):
        versions.activate(other)
    assert services.active_model() == genre_model


def test_withdrawn_tracks_need_not_be_heard(library, genre_model, other, ears):
    ears.append("Rock 3")
    Track.objects.filter(title="Rock 3").update(available=False)
    index(other)
    versions.activate(other)
    assert services.active_model() == other


@pytest.mark.django_db(transaction=True)
def test_two_switches_at_once_leave_one_active_model(genre_model, other, at_once):
    third = GenreModel.objects.create(name="third", version="2" * 64, genres=["Rock"])
    models = iter([other, third])
    at_once(lambda: versions.activate(next(models)))
    assert GenreModel.objects.filter(active=True).count() == 1


# Adding


def test_a_trained_folder_is_added_beside_the_others(genre_model, folder, capsys):
    call_command("add_model", folder)
    model = GenreModel.objects.get(name="warmer")
    assert (model.active, GenreModel.objects.count()) == (False, 2)
    assert "warmer" in capsys.readouterr().out


def test_an_added_model_does_without_the_folder_it_came_from(genre_model, folder, settings):
    call_command("add_model", folder)
    shutil.rmtree(folder)
    model = GenreModel.objects.get(name="warmer")
    assert model.folder.parent == settings.MODELS_DIR
    assert services.load_classifier(model).version == model.version


def test_a_model_added_twice_is_one(genre_model, folder):
    for _ in range(2):
        call_command("add_model", folder)
    assert GenreModel.objects.count() == 2


def test_adding_the_active_model_again_leaves_it_active(db):
    active = services.active_model()
    call_command("add_model")
    active.refresh_from_db()
    assert active.active


def no_folder(folder) -> None:
    shutil.rmtree(folder)


def no_weights(folder) -> None:
    (folder / "model.weights.h5").unlink()


def no_card(folder) -> None:
    (folder / "model.json").write_text("[]")


def other_weights(folder) -> None:
    (folder / "model.weights.h5").write_bytes(b"not weights")


def other_genres(folder) -> None:
    change(folder, genres=["Rock", "Pop", "Folk", "Jazz"])


@pytest.mark.parametrize("spoil", [no_folder, no_weights, no_card, other_weights, other_genres])
def test_what_is_no_model_is_refused_in_words(genre_model, folder, spoil):
    spoil(folder)
    with pytest.raises(CommandError, match=r"Nothing was added\.$"):
        call_command("add_model", folder)
    assert GenreModel.objects.count() == 1


def test_weights_that_are_gone_are_named_with_what_to_do(genre_model, folder):
    call_command("add_model", folder)
    model = GenreModel.objects.get(name="warmer")
    shutil.rmtree(model.folder)
    shutil.rmtree(folder)
    with pytest.raises(ModelError, match=r"weights are gone.*manage.py add_model"):
        services.load_classifier(model)


def test_tracks_are_indexed_under_a_model_that_is_not_active(library, other, ears, capsys):
    call_command("index_tracks", model="111")
    assert versions.progress(other).missing == 0
    assert "new (11111111) has heard 36 tracks" in capsys.readouterr().out


def test_an_unknown_version_is_refused_with_those_that_exist(other):
    with pytest.raises(CommandError, match=r"there are: small .*, new"):
        call_command("index_tracks", model="abc")
