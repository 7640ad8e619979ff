import pytest
from django.urls import reverse

from recommender import services
from recommender.library import current_library
from recommender.models import GenreModel, Playlist, Track

pytestmark = pytest.mark.django_db

TRACKS = reverse("admin:recommender_track_changelist")


@pytest.fixture
def track(library, settings) -> Track:
    track = Track.objects.get(title="Rock 0")
    track.spectrogram = "spectrograms/a.png"
    track.save()
    path = settings.MEDIA_ROOT / "spectrograms" / "a.png"
    path.parent.mkdir(parents=True)
    path.write_bytes(b"\x89PNG")
    return track


def page(client, row) -> str:
    name = row._meta.model_name
    return client.get(reverse(f"admin:recommender_{name}_change", args=[row.pk])).text


def test_a_track_can_be_heard_and_seen(researcher, track):
    shown = page(researcher, track)
    assert f'src="{reverse("admin:track_audio", args=[track.pk])}"' in shown
    assert reverse("admin:track_spectrogram", args=[track.pk]) in shown


def test_a_track_shows_its_genre_composition(researcher, track):
    assert "Genre composition: Hip-Hop 15.0%, Classical 35.0%, Rock 50.0%" in page(
        researcher, track
    )


def test_a_track_that_was_not_heard_says_what_to_do(researcher, track):
    track.features.all().delete()
    assert "manage.py index_tracks" in page(researcher, track)


def test_a_researcher_hears_a_part_of_a_track(researcher, track):
    address = reverse("admin:track_audio", args=[track.pk])
    answer = researcher.get(address, headers={"Range": "bytes=0-3"})
    assert (answer.status_code, b"".join(answer)) == (206, b"\x00\x01\x02\x03")


def test_a_researcher_sees_the_spectrogram(researcher, track):
    answer = researcher.get(reverse("admin:track_spectrogram", args=[track.pk]))
    assert answer["Content-Type"] == "image/png"
    assert b"".join(answer) == b"\x89PNG"


def test_a_track_without_a_spectrogram_has_none(researcher, library):
    address = reverse("admin:track_spectrogram", args=[library[1].pk])
    assert researcher.get(address).status_code == 404


@pytest.mark.parametrize("name", ["track_audio", "track_spectrogram"])
def test_strangers_neither_hear_nor_see_a_track(client, track, name):
    answer = client.get(reverse(f"admin:{name}", args=[track.pk]))
    assert answer.url.startswith("/admin/login/")


@pytest.mark.parametrize(
    ("words", "found"), [("rock 11", 1), ("artist of classical", 12), ("x", 0)]
)
def test_tracks_are_found_by_title_artist_and_album(researcher, library, words, found):
    assert researcher.get(TRACKS, {"q": words}).context["cl"].result_count == found


def test_tracks_withdrawn_by_hand_are_out_of_new_playlists_at_once(
    researcher, library, genre_model
):
    current_library(genre_model)
    chosen = [track.pk for track in library[:3]]
    researcher.post(TRACKS, {"action": "withdraw", "_selected_action": chosen})
    assert set(chosen).isdisjoint(current_library(genre_model).ids.tolist())


def test_tracks_offered_again_are_back(researcher, library, genre_model):
    for action in ("withdraw", "offer"):
        researcher.post(TRACKS, {"action": action, "_selected_action": [library[0].pk]})
    assert library[0].pk in current_library(genre_model).ids


def test_a_track_is_neither_added_nor_deleted_by_hand(researcher, track):
    assert researcher.get(reverse("admin:recommender_track_add")).status_code == 403
    address = reverse("admin:recommender_track_delete", args=[track.pk])
    assert researcher.post(address, {"post": "yes"}).status_code == 403


def test_a_title_is_never_run_as_a_script(researcher, track):
    Track.objects.update(title="<script>alert(1)</script>")
    assert "<script>alert" not in page(researcher, track)
    assert "<script>alert" not in researcher.get(TRACKS).text


def test_a_playlist_shows_its_songs_and_how_near_they_are(researcher, track):
    playlist = services.request_playlist(track, strategy="genre_space", params={}, seed=1)
    services.build_playlist(playlist.pk)
    shown = page(researcher, playlist)
    assert "Distance to the query song by position: 1: 0." in shown
    assert shown.count("/admin/recommender/track/") >= 11


def test_a_playlist_is_drawn_in_the_genre_space(researcher, track):
    playlist = services.request_playlist(track, strategy="genre_space", params={}, seed=1)
    services.build_playlist(playlist.pk)
    shown = page(researcher, playlist)
    assert "The playlist in the space of Hip-Hop, Classical, Rock" in shown
    assert 'style="' not in shown


def test_a_playlist_without_songs_is_not_drawn(researcher, track):
    playlist = services.request_playlist(track, strategy="random", params={"length": 40}, seed=1)
    assert page(researcher, playlist).count("no songs yet") == 2


def test_a_playlist_that_failed_says_why(researcher, track):
    playlist = services.request_playlist(track, strategy="random", params={"length": 40}, seed=1)
    services.build_playlist(playlist.pk)
    assert "Only 35 of 40 songs" in page(researcher, playlist)


@pytest.mark.parametrize("by", ["query_track", "entries__track"])
def test_the_playlists_of_a_track_are_listed(researcher, track, by):
    playlist = services.request_playlist(track, strategy="genre_space", params={}, seed=1)
    services.build_playlist(playlist.pk)
    song = track if by == "query_track" else playlist.entries.first().track
    address = f"{reverse('admin:recommender_playlist_changelist')}?{by}__id__exact={song.pk}"
    assert address.replace("&", "&amp;") in page(researcher, song)
    assert researcher.get(address).context["cl"].result_count == 1


@pytest.mark.parametrize("model", [GenreModel, Playlist])
def test_what_the_product_writes_is_changed_by_nobody(researcher, track, model):
    services.request_playlist(track, strategy="random", params={}, seed=1)
    row = model.objects.first()
    for act in ("change", "delete"):
        address = reverse(f"admin:recommender_{model._meta.model_name}_{act}", args=[row.pk])
        assert researcher.post(address, {"post": "yes"}).status_code == 403
