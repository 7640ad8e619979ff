from datetime import timedelta

import pytest
from celery.exceptions import Retry
from django.db import OperationalError
from django.utils import timezone

from recommender import services, tasks
from recommender.models import GenreModel, Playlist, PlaylistTrack, Track

pytestmark = pytest.mark.django_db


@pytest.fixture
def query(library) -> Track:
    return Track.objects.get(title="Rock 5")


@pytest.fixture
def playlist(query) -> Playlist:
    return request(query)


def request(query: Track, strategy="genre_space", seed=1, **params) -> Playlist:
    return services.request_playlist(query, strategy=strategy, params=params, seed=seed)


def songs(playlist: Playlist) -> list[int]:
    return list(playlist.entries.values_list("track_id", flat=True))


def built(playlist: Playlist) -> Playlist:
    services.build_playlist(playlist.pk)
    playlist.refresh_from_db()
    return playlist


def put_back(playlist: Playlist, **fields: float) -> None:
    """Let a moment of the playlist lie this many seconds back."""
    moments = {name: timezone.now() - timedelta(seconds=s) for name, s in fields.items()}
    Playlist.objects.filter(pk=playlist.pk).update(**moments)


# Making


def test_a_playlist_is_requested_with_all_that_will_make_it(playlist, query, genre_model):
    assert (playlist.query_track, playlist.model) == (query, genre_model)
    assert (playlist.strategy, playlist.seed, playlist.status) == ("genre_space", 1, "queued")


def test_the_songs_are_the_nearest_to_the_query_song_nearest_first(playlist):
    entries = list(built(playlist).entries.all())
    assert {entry.track.title for entry in entries[:2]} == {"Rock 4", "Rock 6"}
    assert [entry.position for entry in entries] == list(range(1, 11))
    assert entries == sorted(entries, key=lambda entry: entry.distance)


def test_the_query_song_is_never_in_its_playlist(query):
    assert query.pk not in songs(built(request(query, length=35)))


def test_a_withdrawn_song_is_not_in_new_playlists(playlist):
    Track.objects.filter(title="Rock 4").update(available=False, updated_at=timezone.now())
    titles = built(playlist).entries.values_list("track__title", flat=True)
    assert "Rock 4" not in titles


def test_a_playlist_keeps_what_it_was_made_from_and_how_long_that_took(playlist):
    built(playlist)
    assert len(playlist.library_revision) == 64
    assert set(playlist.timings) == {"library_s", "songs_s"}
    assert playlist.created_at <= playlist.started_at <= playlist.finished_at
    assert playlist.attempts == 1


@pytest.mark.parametrize("strategy", ["genre_space", "embedding", "same_genre", "random"])
def test_the_same_inputs_give_the_same_playlist(query, strategy):
    first, again = (built(request(query, strategy, seed=7)) for _ in range(2))
    assert songs(first) == songs(again)
    assert first.library_revision == again.library_revision


def test_another_seed_gives_other_random_songs(query):
    assert len({tuple(songs(built(request(query, "random", seed)))) for seed in range(5)}) == 5


def test_making_a_playlist_again_changes_nothing(playlist):
    first = songs(built(playlist)), playlist.finished_at, playlist.attempts
    assert (songs(built(playlist)), playlist.finished_at, playlist.attempts) == first


@pytest.mark.django_db(transaction=True)
def test_making_a_playlist_twice_at_once_is_one_playlist(playlist, at_once):
    at_once(lambda: services.build_playlist(playlist.pk), times=3)
    playlist.refresh_from_db()
    assert playlist.is_ready
    assert PlaylistTrack.objects.count() == 10


def test_a_playlist_that_is_gone_is_no_error(genre_model):
    services.build_playlist(1)


def test_too_few_songs_fail_with_a_plain_message(query):
    failed = built(request(query, length=40))
    assert failed.status == "failed"
    assert failed.error.startswith("Only 35 of 40 songs can be found for this query song.")
    assert songs(failed) == []


def test_a_query_song_that_was_not_heard_fails_with_a_plain_message(playlist, query):
    query.features.all().delete()
    assert "not in the library, or not analysed yet" in built(playlist).error


def test_a_library_without_a_song_fails_with_a_plain_message(playlist):
    Track.objects.update(available=False, updated_at=timezone.now())
    assert "not in the library" in built(playlist).error


def test_an_error_that_would_come_again_fails_at_once_and_is_not_tried_again(query, monkeypatch):
    def fail(*args: object) -> None:
        raise ZeroDivisionError("by nothing")

    playlist = request(query)
    monkeypatch.setattr("recommender.engine.strategies.make_playlist", fail)
    with pytest.raises(ZeroDivisionError):
        tasks.build_playlist(playlist.pk)
    playlist.refresh_from_db()
    assert (playlist.status, playlist.attempts) == ("failed", 1)
    assert "ZeroDivisionError('by nothing')" in playlist.error
    assert services.lost_playlists() == []


@pytest.mark.parametrize("error", [OperationalError("locked"), OSError("disk"), MemoryError()])
def test_an_error_that_may_pass_is_tried_again(query, monkeypatch, error):
    def fail(*args: object) -> None:
        raise error

    playlist = request(query)
    monkeypatch.setattr("recommender.engine.strategies.make_playlist", fail)
    with pytest.raises((type(error), Retry)):
        tasks.build_playlist(playlist.pk)
    playlist.refresh_from_db()
    assert playlist.status == "running"


def test_a_failed_playlist_stays_failed_until_somebody_tries_again(query):
    failed = built(request(query, length=40))
    assert built(failed).attempts == 1
    services.retry_playlist(failed.pk)
    Playlist.objects.update(params={"length": 10})
    assert built(failed).is_ready


def test_trying_again_changes_nothing_on_a_playlist_that_is_ready(playlist):
    finished = built(playlist).finished_at
    services.retry_playlist(playlist.pk)
    playlist.refresh_from_db()
    assert (playlist.status, playlist.finished_at) == ("ready", finished)


# Lost and found


def test_a_playlist_that_the_broker_never_took_is_lost_at_once(playlist):
    assert services.lost_playlists() == [playlist.pk]


@pytest.mark.parametrize(("seconds", "lost"), [(0, False), (30, False), (36, True), (9999, True)])
def test_a_queued_playlist_is_lost_after_35_seconds_and_never_sooner(playlist, seconds, lost):
    put_back(playlist, enqueued_at=seconds)
    assert services.lost_playlists() == ([playlist.pk] if lost else [])


@pytest.mark.parametrize(("seconds", "lost"), [(0, False), (30, False), (36, True), (9999, True)])
def test_a_playlist_left_half_way_is_lost_after_35_seconds(playlist, seconds, lost):
    Playlist.objects.update(status="running")
    put_back(playlist, enqueued_at=9999, started_at=seconds)
    assert services.lost_playlists() == ([playlist.pk] if lost else [])


@pytest.mark.parametrize("status", ["ready", "failed"])
def test_a_playlist_that_ended_is_never_lost(playlist, status):
    Playlist.objects.update(status=status)
    put_back(playlist, enqueued_at=9999, started_at=9999)
    assert services.lost_playlists() == []


def test_the_wait_until_a_playlist_is_lost_is_longer_than_a_task_may_run():
    assert services.LOST_AFTER.total_seconds() > tasks.build_playlist.time_limit


def test_a_playlist_that_was_lost_is_made_when_it_is_found(playlist):
    Playlist.objects.update(status="running", attempts=1)
    put_back(playlist, started_at=36)
    for pk in services.lost_playlists():
        services.build_playlist(pk)
    playlist.refresh_from_db()
    assert (playlist.is_ready, playlist.attempts) == (True, 2)


@pytest.mark.parametrize(("attempts", "status"), [(4, "queued"), (5, "failed")])
def test_after_five_attempts_a_playlist_is_given_up(playlist, attempts, status):
    Playlist.objects.update(attempts=attempts)
    services.lost_playlists()
    playlist.refresh_from_db()
    assert playlist.status == status
    assert playlist.error.startswith("Given up after 5 attempts" if status == "failed" else "")


def test_a_playlist_given_up_is_not_handed_out(playlist):
    Playlist.objects.update(attempts=5)
    assert services.lost_playlists() == []


# Models


def test_the_shipped_model_is_active_until_another_is_chosen(db):
    model = services.active_model()
    assert model.active
    assert model.genres == ["Hip-Hop", "Classical", "Rock"]
    assert len(model.version) == 64


def test_the_shipped_model_is_registered_once(db):
    assert services.active_model() == services.active_model()
    assert GenreModel.objects.count() == 1


def test_the_place_of_the_shipped_model_may_change_with_the_code(db):
    assert services.active_model().directory == ""


def test_activating_a_model_puts_the_other_to_rest(genre_model):
    shipped = services.register_model(services.shipped_directory(), activate=True)
    genre_model.refresh_from_db()
    assert (shipped.active, genre_model.active) == (True, False)
    assert services.active_model() == shipped
