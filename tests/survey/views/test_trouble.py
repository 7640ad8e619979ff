"""What was sent and could not be taken is on the page that says so, and can be sent again."""

import sqlite3
from collections.abc import Iterator

import psycopg
import pytest
from bs4 import BeautifulSoup
from django.contrib.auth import get_user_model
from django.db import OperationalError, connection
from django.test import Client

from survey import services
from survey.models import Answer, Participant

pytestmark = pytest.mark.django_db

HTMX = {"HX-Request": "true"}


def again(page) -> tuple[str, dict[str, str]]:
    """Where the page's own form goes, and with what."""
    form = BeautifulSoup(page.text, "html.parser").select_one("form:has(textarea)")
    fields = form.select("[name]")
    return form.get("action"), {
        f["name"]: f.get("value", "") or f.get_text().removeprefix("\n") for f in fields
    }


def break_off(*_args: object, **_kwargs: object) -> None:
    raise OperationalError("database is locked")


# A form without a token that holds


@pytest.fixture
def strict(visitor):
    """Somebody at a survey that is open for so long that its token does not hold any more."""
    visitor.go_to("survey")
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = visitor.client.cookies
    visitor.client = strict
    return visitor


def test_a_form_that_was_open_for_too_long_can_be_sent_again_as_it_was(strict):
    typed = {**strict.survey_answers(), "playlist.comment": "\nTwo\r\nlines & <b>"}
    page = strict.post("survey", typed)
    assert page.status_code == 403
    address, fields = again(page)
    assert strict.client.post(address, fields).status_code == 302
    kept = Answer.objects.get(item__key="comment").value
    assert kept.split() == ["Two", "lines", "&", "<b>"]


def test_the_form_of_a_page_elsewhere_gets_no_button_of_ours(strict):
    page = strict.post(
        "survey", strict.survey_answers(), headers={"Origin": "https://evil.example"}
    )
    assert page.status_code == 403
    assert "Send it again" not in page.text


def test_a_password_is_on_no_page(researcher):
    strict = Client(enforce_csrf_checks=True)
    page = strict.post("/admin/login/", {"username": "a", "password": "b-secret"})
    assert "b-secret" not in page.text


def test_what_a_researcher_sends_after_being_signed_out_waits_for_signing_in(researcher, study):
    address = "/admin/survey/personallink/add/"
    researcher.cookies["sessionid"] = "expired"
    page = researcher.post(address, {"study": study.pk, "uses": 1, "labels": "Ana"})
    assert "You have been signed out" in page.text
    address, fields = again(page)
    user = get_user_model().objects.get()
    researcher.force_login(user)
    researcher.post(address, fields)
    assert study.links.get().label == "Ana"


# Somebody whom the browser does not know any more


def test_what_is_sent_after_the_session_is_lost_is_carried_past_the_code(visitor):
    answers = {**visitor.go_to("survey").survey_answers(), "playlist.comment": "All of it"}
    code = visitor.participant.code
    visitor.client.cookies.clear()
    page = visitor.post("survey", answers)
    assert (page.status_code, "type your code" in page.text) == (403, True)
    address, fields = again(page)
    wrong = visitor.client.post(address, {**fields, "code": "AAAA"})
    address, fields = again(wrong)
    address, fields = again(visitor.client.post(address, {**fields, "code": code}))
    assert address == visitor.url("survey")
    visitor.client.post(address, fields)
    assert Answer.objects.get(item__key="comment").value == "All of it"


def test_what_is_carried_goes_to_a_page_of_the_study_alone(visitor):
    code = visitor.go_to("survey").participant.code
    sent = {"code": code, "again-to": "https://evil.example/", "again.x": "1"}
    assert visitor.post("resume", sent).status_code == 302


def test_what_comes_after_another_tab_has_finished_is_not_dropped_without_a_word(visitor):
    answers = visitor.go_to("survey").survey_answers()
    visitor.post("survey", answers)
    page = visitor.client.post(visitor.url("survey"), answers, follow=True)
    assert "what was sent first counts" in page.text


@pytest.mark.parametrize("page", ["listen", "listen/1", "listen/1/unheard"])
def test_ratings_in_the_instant_in_which_another_tab_finishes_lead_on(visitor, monkeypatch, page):
    def finished(*_args: object, **_kwargs: object) -> None:
        raise services.NotAllowed("Finished.")

    visitor.go_to("listen")
    monkeypatch.setattr(services, "rate", finished)
    monkeypatch.setattr(services, "cannot_hear", finished)
    assert visitor.post(page, visitor.all_ratings()).status_code == 302


# A database that is busy


@pytest.fixture
def locked(visitor, monkeypatch):
    visitor.go_to("survey")
    monkeypatch.setattr(services, "finish_trial", break_off)
    monkeypatch.setattr(services, "rate", break_off)
    return visitor


def test_a_busy_database_is_a_page_with_what_was_sent(locked, monkeypatch):
    page = locked.post("survey", {**locked.survey_answers(), "playlist.comment": "Kept"})
    assert (page.status_code, page["Retry-After"]) == (503, "5")
    assert "Nothing is lost" in page.text
    monkeypatch.undo()
    address, fields = again(page)
    assert locked.client.post(address, fields).status_code == 302
    assert Answer.objects.get(item__key="comment").value == "Kept"


def test_a_rating_into_a_busy_database_is_told_to_come_again(locked):
    sent = {"track-1-track.liking": 3}
    answer = locked.post("listen/1", sent, headers=HTMX)
    assert (answer.status_code, answer["Retry-After"]) == (503, "5")
    assert "<html" not in answer.text


def test_a_busy_database_speaks_the_language_of_the_browser(visitor, monkeypatch):
    monkeypatch.setattr("survey.views.joining.visible_study", break_off)
    page = visitor.get("", headers={"Accept-Language": "de"})
    assert page.status_code == 503
    assert '<html lang="de"' in page.text


def test_an_error_of_ours_leaves_what_was_sent_on_the_page(locked, monkeypatch):
    monkeypatch.setattr(services, "finish_trial", lambda *_: 1 / 0)
    locked.client.raise_request_exception = False
    page = locked.post("survey", {**locked.survey_answers(), "playlist.comment": "Still here"})
    assert page.status_code == 500
    assert again(page)[1]["playlist.comment"] == "Still here"


@pytest.fixture
def lock() -> Iterator[None]:
    """Another process writes, and does not come to an end."""
    settings = connection.settings_dict
    if connection.vendor == "sqlite":
        other = sqlite3.connect(settings["NAME"], isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        connection.cursor().execute("PRAGMA busy_timeout = 50")
    else:
        names = ("dbname", "host", "port", "user", "password")
        known = connection.get_connection_params()
        other = psycopg.connect(**{name: known[name] for name in names if name in known})
        other.execute("LOCK TABLE survey_study IN ACCESS EXCLUSIVE MODE")
        connection.cursor().execute("SET lock_timeout = '50ms'")
    yield
    other.close()
    connection.close()


@pytest.mark.django_db(transaction=True)
def test_a_database_that_is_really_locked_loses_nothing(visitor, request):
    answers = {**visitor.go_to("survey").survey_answers(), "playlist.comment": "Kept"}
    request.getfixturevalue("lock")
    page = visitor.post("survey", answers)
    assert page.status_code == 503
    assert again(page)[1]["playlist.comment"] == "Kept"


# Forms that the page's script sends


def test_a_script_that_sends_a_form_is_told_where_to_go(visitor):
    answers = visitor.go_to("survey").survey_answers()
    answer = visitor.post("survey", answers, headers={"X-Sent-By": "page"})
    assert (answer.status_code, answer["X-Lead-To"]) == (204, visitor.url("thanks"))
    assert Participant.objects.get().completed_at
