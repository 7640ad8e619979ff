"""The web process stays small: it never imports what only workers and reports need."""

import textwrap

import pytest

HEAVY = ("tensorflow", "keras", "librosa", "numba", "pandas", "statsmodels", "matplotlib")

# In an interpreter of its own, on a library and a participant that it makes itself.
SERVE_EVERYTHING = textwrap.dedent(
    """
    import sys, uuid
    import studyproject.wsgi
    from django.conf import settings
    from django.contrib import admin
    from django.contrib.auth import get_user_model
    from django.test import Client
    from django.urls import reverse
    from recommender.models import Track
    from recommender.services import build_playlist
    from survey.models import Item, Participant, Study

    settings.ALLOWED_HOSTS.append("testserver")
    client, served = Client(), 0

    def get(address, *, data=None):
        global served
        page = client.get(address) if data is None else client.post(address, data)
        if page.streaming:
            b"".join(page)
        assert page.status_code in (200, 302), (address, page.status_code)
        served += 1

    base = Study.objects.get().get_absolute_url()
    for page in ("/", base, f"{base}consent/", f"{base}resume/", "/health/"):
        get(page)
    get(f"{base}consent/", data={"agree": "on"})
    get(f"{base}register/")
    key = str(uuid.uuid4())
    get(f"{base}register/", data={"registration_key": key, "background.device": "Loudspeakers"})
    get(f"{base}code/")
    trial = f"{base}playlist/1/"
    get(f"{trial}genre/")
    get(f"{trial}genre/", data={"genre": "Rock"})
    get(f"{trial}song/")
    song = Track.objects.filter(genre="Rock").first()
    get(f"{base}audio/{song.key}/")
    get(f"{trial}song/", data={"track": str(song.key)})
    get(f"{trial}wait/")
    playlist = Participant.objects.get().trials.get().playlist
    build_playlist(playlist.pk)
    get(f"{trial}listen/")
    items = Item.objects.filter(instrument__placement="track")
    ratings = {f"track-{p}-{i.key_in_form}": "1" for p in range(1, 11) for i in items}
    get(f"{trial}listen/", data=ratings)
    get(f"{trial}survey/")
    asked = Item.objects.filter(instrument__placement="playlist")
    get(f"{trial}survey/", data={item.key_in_form: "1" for item in asked})
    get(f"{base}thanks/")

    client.force_login(get_user_model().objects.create_superuser("ana"))
    get("/admin/")
    for model in admin.site._registry:
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        get(reverse(f"{name}_changelist"))
        if row := model.objects.first():
            get(reverse(f"{name}_change", args=[row.pk]))
    get(reverse("admin:track_audio", args=[song.pk]))
    get(reverse("admin:track_spectrogram", args=[song.pk]))
    get(reverse("analysis:request", args=[Study.objects.get().pk]), data={})
    get(Study.objects.get().reports.get().get_absolute_url())
    for name in ("tracks", "playlists", "studies", "participants", "reports", "schema"):
        get(f"/api/{name}/")
    print(served, *sorted({name.partition(".")[0] for name in sys.modules}))
    """
)


@pytest.fixture(scope="module")
def loaded(new_folder) -> list[str]:
    """How many pages were served, and what is imported after that."""
    done = new_folder().python("-c", SERVE_EVERYTHING)
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout.split("\n")[-2].split()


def test_every_page_was_served(loaded):
    assert int(loaded[0]) > 40


@pytest.mark.parametrize("name", HEAVY)
def test_the_web_process_never_imports(loaded, name):
    assert name not in loaded
