"""A small library with a study, made straight in the database, and people who use it."""

import uuid
from collections.abc import Callable
from pathlib import Path

import pytest
from django.contrib.auth import get_user_model
from django.core.cache import cache
from django.test import Client

from recommender.models import GenreModel, Track, TrackFeatures
from survey.models import Study
from survey.study_files import load_study

GENRES = ("Hip-Hop", "Classical", "Rock")
DEMO_STUDY = Path(__file__).parent.parent / "survey" / "demo" / "study.yaml"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """`-m database` picks what has to hold on every database."""
    for item in items:
        uses = getattr(item, "fixturenames", ())
        if item.get_closest_marker("django_db") or "db" in uses or "transactional_db" in uses:
            item.add_marker("database")


@pytest.fixture(autouse=True)
def _own_folders(settings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.REPORTS_DIR = tmp_path / "reports"


@pytest.fixture
def genre_model(db) -> GenreModel:
    return GenreModel.objects.create(
        name="small", version="0" * 64, genres=list(GENRES), active=True
    )


@pytest.fixture
def add_track(genre_model) -> Callable[..., Track]:
    """Make a track that the model has heard; its file is a few bytes that pass for sound."""

    def make(title: str, genre: str = "Rock", p: tuple[float, ...] = (0.1, 0.1, 0.8), **fields):
        digest = uuid.uuid4().hex * 2
        track = Track.objects.create(
            **{"artist": f"Artist of {title}", "duration_s": 30.0, "sample_rate": 44100},
            **{"channels": 2, "audio_sha256": digest, "title": title, "genre": genre},
            file=f"tracks/{digest}.mp3",
            **fields,
        )
        path = Path(track.file.path)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(bytes(range(256)) * 8)
        TrackFeatures.objects.create(
            track=track,
            model=genre_model,
            probabilities=list(p),
            embedding=bytes(16),
            # Unlike any other, or it would count as the same recording.
            fingerprint=uuid.uuid5(uuid.NAMESPACE_OID, title).bytes * 32,
        )
        return track

    return make


@pytest.fixture
def library(add_track) -> list[Track]:
    """Twelve songs a genre, at different places of the genre space."""
    tracks = []
    for index, genre in enumerate(GENRES):
        for number in range(12):
            main = 0.5 + 0.04 * number
            p = [(1 - main) * share for share in (0.3, 0.7)]
            p.insert(index, main)
            tracks.append(add_track(f"{genre} {number}", genre, tuple(p)))
    return tracks


@pytest.fixture
def study(library) -> Study:
    """The demo study, open."""
    study = load_study(DEMO_STUDY)
    Study.objects.update(state=Study.State.OPEN)
    study.refresh_from_db()
    return study


@pytest.fixture
def researcher(db, client: Client) -> Client:
    user = get_user_model().objects.create_superuser("researcher", password="a-long-password")
    client.force_login(user)
    return client


@pytest.fixture(autouse=True)
def _fresh_counts(request: pytest.FixtureRequest) -> None:
    """Attempts of one test don't count against the next."""
    if "db" in request.fixturenames or request.node.get_closest_marker("django_db"):
        request.getfixturevalue("db")
        cache.clear()


def registration_answers() -> dict[str, str]:
    return {"background.device": "Loudspeakers"}


@pytest.fixture
def registered(study: Study, client: Client) -> Client:
    """A browser whose participant has consented and registered."""
    base = study.get_absolute_url()
    client.post(f"{base}consent/", {"agree": "on"})
    form = {"registration_key": str(uuid.uuid4()), **registration_answers()}
    client.post(f"{base}register/", form)
    return client


__all__ = ["GENRES", "Instrument"]
