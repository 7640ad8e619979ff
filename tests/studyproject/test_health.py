import pytest
from django.conf import settings


@pytest.mark.django_db
def test_a_monitor_is_told_that_pages_can_be_served(client):
    answer = client.get("/health/")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


@pytest.mark.django_db
def test_the_answer_is_never_an_old_one(client):
    assert "no-store" in client.get("/health/")["Cache-Control"]


@pytest.mark.django_db
def test_a_monitor_is_told_without_a_broker(client):
    assert not settings.BROKER_SOCKET.exists()
    assert client.get("/health/").status_code == 200


def test_a_browser_that_looks_for_an_icon_finds_it(client):
    assert client.get("/favicon.ico").url == "/static/studyproject/icon.svg"
