import pytest
from django.contrib.sessions.models import Session
from django.urls import reverse

from studyproject import idle

HOUR = 60 * 60


@pytest.fixture
def later(monkeypatch):
    """Let time pass, in seconds."""
    now = [1_800_000_000.0]
    monkeypatch.setattr(idle.time, "time", lambda: now[0])

    def pass_by(seconds: float) -> None:
        now[0] += seconds

    return pass_by


def is_in(client) -> bool:
    return client.get(reverse("admin:index")).status_code == 200


def test_a_researcher_who_has_gone_away_is_signed_out(researcher, later):
    assert is_in(researcher)
    later(2 * HOUR + 61)
    assert not is_in(researcher)
    assert not is_in(researcher)


def test_a_researcher_at_work_stays_in_all_day(researcher, later):
    for _ in range(20):
        assert is_in(researcher)
        later(1.9 * HOUR)


def test_the_limit_can_be_set(researcher, later, settings):
    settings.RESEARCHER_IDLE_MINUTES = 10
    assert is_in(researcher)
    later(11 * 60)
    assert not is_in(researcher)


def test_the_api_asks_to_sign_in_again(researcher, later):
    assert researcher.get("/api/studies/").status_code == 200
    later(3 * HOUR)
    assert researcher.get("/api/studies/").status_code == 403


def test_a_participant_goes_on_after_a_week(visitor, later):
    visitor.go_to("listen")
    later(7 * 24 * HOUR)
    assert visitor.get("listen").status_code == 200


def test_a_researcher_who_tries_a_study_goes_on_in_it(visitor, researcher, later):
    visitor.client = researcher
    visitor.go_to("listen")
    later(3 * HOUR)
    assert visitor.get("listen").status_code == 200
    assert not is_in(researcher)


def test_nothing_is_written_for_every_request(researcher, later):
    is_in(researcher)
    kept = Session.objects.get().session_data
    later(30)
    is_in(researcher)
    assert Session.objects.get().session_data == kept
