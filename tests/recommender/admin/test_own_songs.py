import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.core.files.base import ContentFile
from django.urls import reverse

from recommender import own_songs, services
from recommender.models import QuerySong
from recommender.scenes import scene_of
from tests.sounds import encoded

pytestmark = pytest.mark.django_db(transaction=True)
SONGS = reverse("admin:recommender_querysong_changelist")


@pytest.fixture
def song(library, genre_model) -> QuerySong:
    """Heard, and its file kept."""
    kept = {"keep_file": True, "keep_until": None}
    song = own_songs.take(ContentFile(encoded()), "wav", model=genre_model, genre="Rock", **kept)
    features = library[30].features.get()
    QuerySong.objects.update(
        state="heard", audio_sha256="ab" * 32, probabilities=features.probabilities,
        embedding=features.embedding, mfcc=features.mfcc, fingerprint=bytes(512),
    )  # fmt: skip
    playlist = services.request_playlist(song, strategy="genre_space", params={}, seed=1)
    services.build_playlist(playlist.pk)
    song.refresh_from_db()
    return song


def delete(client):
    chosen = list(QuerySong.objects.values_list("pk", flat=True))
    return client.post(SONGS, {"action": "delete_files", "_selected_action": chosen})


def test_a_song_is_shown_without_a_name(researcher, song):
    page = researcher.get(reverse("admin:recommender_querysong_change", args=[song.pk])).text
    assert "Rock" in page
    assert f"Playlist {song.playlist.pk} for" in page


def test_its_playlist_is_drawn_in_the_genre_space(researcher, song):
    page = reverse("admin:recommender_playlist_change", args=[song.playlist.pk])
    assert "own song" in researcher.get(page).text
    assert scene_of(song.playlist).query.probabilities == tuple(song.probabilities)


def test_a_researcher_deletes_the_files_and_keeps_what_was_heard(researcher, song, settings):
    delete(researcher)
    song.refresh_from_db()
    assert (song.file.name, song.state) == ("", "heard")
    assert list((settings.MEDIA_ROOT / "own-songs").iterdir()) == []


def test_who_may_only_look_deletes_nothing(client, song):
    reader = get_user_model().objects.create_user("reader", is_staff=True)
    reader.user_permissions.add(Permission.objects.get(codename="view_querysong"))
    client.force_login(reader)
    delete(client)
    song.refresh_from_db()
    assert song.file
