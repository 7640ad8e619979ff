import subprocess
from pathlib import Path

import pytest
import redis
from celery import Celery
from django.db import connection

from studyproject import views
from studyproject.stack import broker_command


@pytest.fixture
def broker(settings, tmp_path):
    """A broker of this test's own."""
    settings.BROKER_SOCKET = tmp_path / "s"
    settings.DATA_DIR = tmp_path
    with subprocess.Popen(broker_command()) as process:
        there = redis.Redis(unix_socket_path=str(settings.BROKER_SOCKET))
        while not _answers(there):
            pass
        yield there
        process.terminate()


def _answers(there: redis.Redis) -> bool:
    try:
        return bool(there.ping())
    except redis.ConnectionError:
        return False


@pytest.fixture
def with_broker(broker, monkeypatch, settings):
    monkeypatch.setattr(views, "app", Celery(broker=f"redis+socket://{settings.BROKER_SOCKET}"))
    return broker


@pytest.mark.django_db
def test_a_monitor_is_told_that_each_part_can_be_written_to(client, with_broker):
    answer = client.get("/health/")
    assert answer.status_code == 200
    assert answer.json() == {"status": "ok", "database": "ok", "data": "ok", "broker": "ok"}
    assert with_broker.get(views.KEY)


@pytest.mark.django_db
def test_the_answer_is_never_an_old_one(client):
    assert "no-store" in client.get("/health/")["Cache-Control"]


@pytest.mark.django_db
def test_without_a_broker_answers_are_kept_and_a_monitor_is_told_what_waits(client, settings):
    assert not settings.BROKER_SOCKET.exists()
    answer = client.get("/health/")
    assert answer.status_code == 200
    assert answer.json()["status"] == "playlists wait"
    assert answer.json()["broker"] == "not well: it does not answer"


@pytest.mark.django_db
def test_a_broker_that_refuses_to_write_is_not_well(client, with_broker):
    with_broker.config_set("min-replicas-to-write", 1)
    assert client.get("/health/").json()["broker"].startswith("not well")


@pytest.mark.django_db
def test_a_data_folder_that_takes_nothing_is_not_well(client, settings):
    settings.DATA_DIR = Path("/proc")
    answer = client.get("/health/")
    assert answer.status_code == 503
    assert answer.json()["status"] == "answers can't be kept"
    assert answer.json()["data"].startswith("not well: ")


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif("connection.vendor != 'sqlite'", reason="by SQLite's own switch")
def test_a_database_that_takes_nothing_is_not_well(client):
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA query_only = 1")
        try:
            answer = client.get("/health/")
        finally:
            cursor.execute("PRAGMA query_only = 0")
    assert answer.status_code == 503
    assert answer.json()["database"] == "not well: its disk is full, or can't be written to"


@pytest.mark.django_db
def test_what_a_monitor_leaves_is_no_session_that_anybody_can_have(client):
    client.get("/health/")
    client.cookies["sessionid"] = views.KEY
    assert client.get("/admin/").status_code == 302


def test_a_browser_that_looks_for_an_icon_finds_it(client):
    assert client.get("/favicon.ico").url == "/static/studyproject/icon.svg"
