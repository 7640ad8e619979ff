"""A small library with a study, made straight in the database, and people who use it.

Below them: data folders of their own, for tests of the commands and processes as they really run.
"""

import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Self

import numpy as np
import psutil
import pytest
import requests
from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, connections
from django.http import HttpResponse
from django.test import Client

from recommender import services as recommending
from recommender.models import GenreModel, Track, TrackFeatures
from survey.models import Item, Participant, Study, Trial
from survey.services import present
from survey.study_files import load_study

GENRES = ("Hip-Hop", "Classical", "Rock")
ROOT = Path(__file__).parent.parent
DEMO_STUDY = ROOT / "survey" / "demo" / "study.yaml"
DEMO_LIBRARY = ROOT / "recommender" / "demo" / "library"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """`-m database` picks what has to hold on every database."""
    for item in items:
        uses = getattr(item, "fixturenames", ())
        if item.get_closest_marker("django_db") or "db" in uses or "transactional_db" in uses:
            item.add_marker("database")


@pytest.fixture(scope="session")
def django_db_modify_db_settings() -> None:
    """SQLite in a file, as in earnest: in memory, two threads can't write in turn."""
    if connection.vendor == "sqlite":
        from tests.settings import RUN_DIR

        connection.settings_dict["TEST"]["NAME"] = str(RUN_DIR / "test.sqlite3")


@pytest.fixture(autouse=True)
def _own_folders(settings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.REPORTS_DIR = tmp_path / "reports"
    settings.MODELS_DIR = tmp_path / "models"
    settings.STATIC_ROOT = tmp_path
    settings.UPLOADS_DIR = tmp_path / "uploads"


@pytest.fixture(autouse=True)
def _fresh_counts(request: pytest.FixtureRequest) -> None:
    """Attempts of one test don't count against the next."""
    if "db" in request.fixturenames or request.node.get_closest_marker("django_db"):
        request.getfixturevalue("db")
        cache.clear()


# A library and a study


@pytest.fixture
def genre_model(db) -> GenreModel:
    return GenreModel.objects.create(
        name="small", version="0" * 64, genres=list(GENRES), active=True
    )


@pytest.fixture
def add_tracks(genre_model) -> Callable[..., list[Track]]:
    """Make tracks that the model has heard; their files are a few bytes that pass for sound."""

    def make(described: list[dict[str, Any]]) -> list[Track]:
        heard = [one.pop("p") for one in described]
        tracks = Track.objects.bulk_create(_track(**one) for one in described)
        for track in tracks:
            path = Path(track.file.path)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(bytes(range(256)) * 8)
        TrackFeatures.objects.bulk_create(
            _features(track, genre_model, p) for track, p in zip(tracks, heard, strict=True)
        )
        return tracks

    return make


def _track(title: str, **fields: Any) -> Track:
    digest = uuid.uuid4().hex * 2
    described = {"artist": f"Artist of {title}", "duration_s": 30.0, "sample_rate": 44100}
    described |= {
        "loudness_target": settings.LOUDNESS_LUFS,
        "channels": 2,
        "audio_sha256": digest,
        "file": f"tracks/{digest}.mp3",
    }
    return Track(**{**described, **fields}, title=title)


def _features(track: Track, model: GenreModel, p: tuple[float, ...]) -> TrackFeatures:
    return TrackFeatures(
        track=track,
        model=model,
        probabilities=list(p),
        embedding=bytes(16),
        mfcc=np.full(40, p[0], "<f4").tobytes(),
        # Unlike any other, or it would count as the same recording.
        fingerprint=uuid.uuid5(uuid.NAMESPACE_OID, track.title).bytes * 32,
    )


@pytest.fixture
def add_track(add_tracks) -> Callable[..., Track]:
    def make(title: str, genre: str = "Rock", p: tuple[float, ...] = (0.1, 0.1, 0.8), **fields):
        return add_tracks([{"title": title, "genre": genre, "p": p, **fields}])[0]

    return make


@pytest.fixture
def library(add_tracks) -> list[Track]:
    """Twelve songs a genre, at different places of the genre space."""
    described = []
    for index, genre in enumerate(GENRES):
        for number in range(12):
            main = 0.5 + 0.04 * number
            p = [(1 - main) * share for share in (0.3, 0.7)]
            p.insert(index, main)
            described.append({"title": f"{genre} {number}", "genre": genre, "p": tuple(p)})
    return add_tracks(described)


@pytest.fixture
def study(library, genre_model) -> Study:
    """The demo study, open."""
    study = load_study(DEMO_STUDY)
    Study.objects.update(state=Study.State.OPEN, model=genre_model)
    study.refresh_from_db()
    return study


@pytest.fixture
def own_songs(study: Study, genre_model: GenreModel) -> Study:
    """The study takes participants' own songs, and its model is the one that really hears."""
    from recommender.engine.cnn import SHIPPED, read_card

    GenreModel.objects.update(version=read_card(SHIPPED)["version"])
    Study.objects.update(own_songs=True)
    study.refresh_from_db()
    return study


@pytest.fixture
def last_question(study: Study) -> Item:
    """The study asks something at the very end, too."""
    instrument = study.instruments.create(key="last", placement="end", position=9)
    return instrument.items.create(key="remarks", text="Anything else?", kind="long_text")


# People


class Visitor:
    """A browser without JavaScript, and what its user does page by page."""

    WAY = ("genre", "song", "wait", "listen", "survey", "end", "thanks")

    def __init__(self, study: Study) -> None:
        self.study, self.client = study, Client()

    def url(self, page: str = "") -> str:
        """A page's address; those of a trial are the first trial's."""
        of_trial = page.split("/")[0] in (
            *("genre", "song", "own-song", "wait", "listen", "heard", "survey"),
        )
        page = f"playlist/1/{page}" if of_trial else page
        return f"{self.study.get_absolute_url()}{page}{'/' if page else ''}"

    def get(self, page: str = "", data: Any = None, **headers: Any) -> HttpResponse:
        return self.client.get(self.url(page), data, **headers)

    def post(self, page: str, data: Any = None, **headers: Any) -> HttpResponse:
        form = {"csrfmiddlewaretoken": "as in every form", **(data or {})}
        return self.client.post(self.url(page), form, **headers)

    @property
    def participant(self) -> Participant:
        pk = self.client.session[f"participant-{self.study.pk}"]
        return Participant.objects.get(pk=pk)

    @property
    def trial(self) -> Trial:
        return self.participant.trials.get(number=1)

    def consent(self) -> Self:
        self.post("consent", {"agree": "on"})
        return self

    def register(self, **answers: str) -> Self:
        form = {"registration_key": str(uuid.uuid4()), "background.device": "Loudspeakers"}
        self.consent().post("register", {**form, **answers})
        return self

    def choose_genre(self, genre: str = "Rock") -> HttpResponse:
        return self.post("genre", {"genre": genre})

    def choose_song(self, title: str = "Rock 0") -> HttpResponse:
        return self.post("song", {"track": Track.objects.get(title=title).key})

    def upload(self, content: bytes, name: str = "song.wav") -> HttpResponse:
        return self.post("own-song", {"song": SimpleUploadedFile(name, content)})

    def get_playlist(self) -> Self:
        recommending.build_playlist(self.trial.playlist.pk)
        return self

    def all_ratings(self, value: object = 3) -> dict[str, object]:
        items = Item.objects.filter(instrument__study=self.study, instrument__placement="track")
        tracks = present(self.trial)
        return {f"track-{e.position}-{i.key_in_form}": value for e in tracks for i in items}

    def survey_answers(self) -> dict[str, str]:
        asked = Item.objects.filter(instrument__study=self.study, instrument__placement="playlist")
        return {item.key_in_form: "2" for item in asked}

    def take_step(self, step: str) -> None:
        """Do what the page of this step asks for."""
        match step:
            case "genre":
                self.choose_genre()
            case "song":
                self.choose_song()
            case "wait":
                self.get_playlist()
            case "listen":
                self.post("listen", self.all_ratings())
            case "survey":
                self.post("survey", self.survey_answers())
            case "end":
                self.post("end", {"last.remarks": "No."})

    def go_to(self, step: str) -> Self:
        """Register and do everything before this step."""
        self.register()
        for done in self.WAY[: self.WAY.index(step)]:
            self.take_step(done)
        return self


@pytest.fixture
def newcomer(study: Study) -> Callable[[], Visitor]:
    """Another browser that has just come to the study."""
    return lambda: Visitor(study)


@pytest.fixture
def visitor(newcomer) -> Visitor:
    return newcomer()


@pytest.fixture
def researcher(db, client: Client) -> Client:
    user = get_user_model().objects.create_superuser("researcher", password="a-long-password")
    client.force_login(user)
    return client


@pytest.fixture
def at_once() -> Callable[..., list[Any]]:
    """Call a function in several threads that start together; give what each returned."""

    def run(act: Callable[[], Any], times: int = 2) -> list[Any]:
        together = threading.Barrier(times)

        def one() -> Any:
            together.wait()
            try:
                return act()
            finally:
                connections.close_all()

        with ThreadPoolExecutor(times) as pool:
            running = [pool.submit(one) for _ in range(times)]
        return [done.result() for done in running]

    return run


# The real commands and processes


class DataFolder:
    """A data folder, the commands that run from it, and what its database holds."""

    PATIENCE_S = 90

    def __init__(self, path: Path) -> None:
        self.path = path
        self.address = ""
        self.processes: dict[str, subprocess.Popen] = {}
        hidden = ("DJANGO_SETTINGS_MODULE", "DATABASE_URL", "REDIS_URL", "TEST_DATABASE")
        kept = {name: value for name, value in os.environ.items() if name not in hidden}
        self.env = {**kept, "DATA_DIR": str(path), "PYTHONUNBUFFERED": "1"}

    def manage(self, *words: object) -> subprocess.CompletedProcess:
        return self.python(ROOT / "manage.py", *words)

    def python(self, *words: object) -> subprocess.CompletedProcess:
        command = [sys.executable, *map(str, words)]
        return subprocess.run(
            command, env=self.env, cwd=ROOT, capture_output=True, text=True, timeout=240
        )

    def start(self, name: str, command: list[str]) -> subprocess.Popen:
        """Start a process in a group of its own; its output is in a file of its name."""
        log = (self.path / f"{name}.log").open("a")
        self.processes[name] = subprocess.Popen(
            command, env=self.env, cwd=ROOT, stdout=log, stderr=log, start_new_session=True
        )
        return self.processes[name]

    def serve(self) -> Self:
        """Start everything with `manage.py serve`, and wait until pages are answered."""
        port = free_port()
        self.address = f"http://127.0.0.1:{port}"
        manage = [sys.executable, str(ROOT / "manage.py")]
        self.start("serve", [*manage, "serve", "--port", str(port)])
        self.until(lambda: answers(self.address), "pages are served")
        return self

    def kill(self, name: str) -> None:
        """As a power cut does: at once, with everything that it has started."""
        process = self.processes.pop(name)
        members = [process.pid, *(c.pid for c in psutil.Process(process.pid).children(True))]
        for pid in members:
            os.kill(pid, signal.SIGKILL)
        process.wait()

    def stop_all(self) -> None:
        for process in self.processes.values():
            process.terminate()
        for process in self.processes.values():
            process.wait(30)

    def rows(self, sql: str, *values: object) -> list[tuple]:
        database = sqlite3.connect(self.path / "db.sqlite3", timeout=20)
        try:
            with database:
                return database.execute(sql, values).fetchall()
        finally:
            database.close()

    def until(self, holds: Callable[[], Any], what: str) -> Any:
        """Wait for something that other processes bring about; fail with their last words."""
        deadline = time.monotonic() + self.PATIENCE_S
        while not (found := holds()):
            if time.monotonic() > deadline:
                logs = [f"{p.name}: {p.read_text()[-1500:]}" for p in self.path.glob("*.log")]
                pytest.fail("\n".join([f"Never came about: {what}", *logs]))
            time.sleep(0.05)
        return found


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def answers(address: str) -> bool:
    try:
        return requests.get(f"{address}/health/", timeout=30).ok
    except requests.RequestException:
        return False


@pytest.fixture
def unused_port() -> int:
    return free_port()


@pytest.fixture(scope="session")
def _filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with four demo songs a genre and the demo study, open."""
    folder = DataFolder(tmp_path_factory.mktemp("filled") / "data")
    songs = folder.path.parent / "songs"
    songs.mkdir()
    for genre in ("hiphop", "classical", "rock"):
        for file in sorted(DEMO_LIBRARY.glob(f"{genre}-*.mp3"))[:4]:
            shutil.copy(file, songs)
    for words in (["import_tracks", songs], ["load_study", DEMO_STUDY, "--open", "--uneven"]):
        done = folder.manage(*words)
        assert done.returncode == 0, done.stderr
    return folder.path


@pytest.fixture(scope="session")
def new_folder(
    _filled: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[[], DataFolder]]:
    """Copies of it, whose processes are stopped in the end."""
    made: list[DataFolder] = []

    def make() -> DataFolder:
        path = tmp_path_factory.mktemp("folder") / "data"
        shutil.copytree(_filled, path)
        made.append(DataFolder(path))
        return made[-1]

    yield make
    for folder in made:
        folder.stop_all()


@pytest.fixture
def folder(new_folder) -> Iterator[DataFolder]:
    """One for a single test."""
    folder = new_folder()
    yield folder
    folder.stop_all()
    folder.processes.clear()


@pytest.fixture(scope="session")
def serving(new_folder) -> DataFolder:
    """One that is served by the whole stack."""
    return new_folder().serve()
