"""Playlists in the background, with a real broker, a real worker and real pages over HTTP."""

import json
import sqlite3
import uuid
from contextlib import closing

import pytest
import redis
import requests
from celery import Celery

ASK_PARTS = """
import json
import django
django.setup()
from django.conf import settings
from studyproject import stack
parts = stack.commands("127.0.0.1:{port}", embedded_broker=True)
print(json.dumps([parts, str(settings.BROKER_SOCKET)]))
"""


class Parts:
    """The parts of the stack, started and killed one by one."""

    def __init__(self, folder, port: int) -> None:
        self.folder, self.address = folder, f"http://127.0.0.1:{port}"
        folder.env["DJANGO_SETTINGS_MODULE"] = "studyproject.settings"
        said = folder.python("-c", ASK_PARTS.format(port=port)).stdout
        self.commands, self.socket = json.loads(said.splitlines()[-1])

    def start(self, name: str) -> None:
        self.folder.start(name, self.commands[name])
        if name == "broker":
            self.folder.until(self.answers, "the broker answers")
        if name == "web":
            self.folder.until(self.serves, "pages are served")

    def broker(self) -> redis.Redis:
        return redis.Redis(unix_socket_path=self.socket)

    def answers(self) -> bool:
        try:
            return self.broker().ping()
        except redis.ConnectionError:
            return False

    def serves(self) -> bool:
        try:
            return requests.get(f"{self.address}/health/", timeout=5).ok
        except requests.ConnectionError:
            return False

    def sweep(self) -> None:
        app = Celery(broker=f"redis+socket://{self.socket}")
        app.send_task("recommender.tasks.sweep_playlists", queue="playlists")

    def status(self) -> str:
        return self.folder.rows("SELECT status FROM recommender_playlist")[0][0]

    def ready(self) -> bool:
        return self.status() == "ready"

    def songs(self) -> int:
        return self.folder.rows("SELECT count(*) FROM recommender_playlisttrack")[0][0]


class Listener:
    """Somebody in the study, over HTTP."""

    def __init__(self, address: str) -> None:
        self.base, self.session = f"{address}/s/demo/", requests.Session()
        self.session.get(f"{self.base}consent/")
        self.post("consent/", agree="on")
        answers = {"registration_key": uuid.uuid4(), "background.device": "Loudspeakers"}
        self.post("register/", **answers)

    def get(self, page: str) -> requests.Response:
        return self.session.get(f"{self.base}{page}")

    def post(self, page: str, **form: object) -> requests.Response:
        form["csrfmiddlewaretoken"] = self.session.cookies["csrftoken"]
        return self.session.post(f"{self.base}{page}", form)

    def choose_song(self) -> str:
        """Gives the page that comes then."""
        page = self.post("playlist/1/genre/", genre="Rock").text
        song = page.partition('name="track" value="')[2].partition('"')[0]
        return self.post("playlist/1/song/", track=song).text


@pytest.fixture
def parts(folder, unused_port) -> Parts:
    return Parts(folder, unused_port)


@pytest.fixture
def listener(parts) -> Listener:
    parts.start("web")
    return Listener(parts.address)


def test_choosing_a_song_leads_to_a_playlist(parts, listener):
    for name in ("broker", "worker"):
        parts.start(name)
    listener.choose_song()
    parts.folder.until(parts.ready, "the playlist is ready")
    assert listener.get("playlist/1/wait/").url.endswith("/playlist/1/listen/")
    assert parts.songs() == 10


def test_a_choice_made_without_a_broker_is_kept_and_made_when_it_is_back(parts, listener):
    page = listener.choose_song()
    assert "Your choice is saved. The service that makes playlists can" in page
    assert parts.status() == "queued"
    for name in ("broker", "worker"):
        parts.start(name)
    parts.sweep()
    parts.folder.until(parts.ready, "the playlist is ready")
    assert parts.songs() == 10


def test_a_choice_queued_while_no_worker_runs_survives_a_restart_of_the_broker(parts, listener):
    parts.start("broker")
    page = listener.choose_song()
    assert "can't be reached" not in page
    parts.broker().execute_command("WAITAOF", 1, 0, 5000)
    parts.folder.kill("broker")
    for name in ("broker", "worker"):
        parts.start(name)
    parts.folder.until(parts.ready, "the playlist is ready")


def test_a_playlist_whose_worker_was_killed_is_made_by_the_next_one(parts, listener):
    parts.start("broker")
    listener.choose_song()
    # While the database is locked, the worker can't get beyond the beginning of its task.
    with closing(sqlite3.connect(parts.folder.path / "db.sqlite3")) as lock:
        lock.execute("BEGIN IMMEDIATE")
        parts.start("worker")
        parts.folder.until(lambda: parts.broker().hlen("unacked"), "the task is taken")
        parts.folder.kill("worker")
    parts.folder.rows("UPDATE recommender_playlist SET enqueued_at = '2020-01-01 00:00:00'")
    parts.start("worker")
    parts.sweep()
    parts.folder.until(parts.ready, "the playlist is ready")
    assert parts.songs() == 10


ADD_ANOTHER_MODEL = """
import json, shutil
from pathlib import Path
import django
django.setup()
from django.conf import settings
from recommender import services, tasks, versions
folder = Path(settings.DATA_DIR) / "run"
shutil.copytree(services.shipped_directory(), folder)
card = json.loads((folder / "model.json").read_text())
(folder / "model.json").write_text(json.dumps({**card, "temperature": 0.9}))
tasks.enqueue_indexing(versions.add_model(folder))
"""


def test_a_second_model_hears_the_library_in_the_background(parts):
    for name in ("broker", "heavy"):
        parts.start(name)
    added = parts.folder.python("-c", ADD_ANOTHER_MODEL)
    assert added.returncode == 0, added.stderr[-2000:]
    counts = "SELECT count(*) FROM recommender_trackfeatures GROUP BY model_id"
    parts.folder.until(lambda: parts.folder.rows(counts) == [(12,), (12,)], "all 12 are heard")
    state = "SELECT indexing, indexing_error FROM recommender_genremodel ORDER BY id"
    parts.folder.until(lambda: parts.folder.rows(state) == [("idle", "")] * 2, "it is done")
