import json
import uuid
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from survey.models import ListeningEvent, Participant, Study, TrackRating
from survey.services import listening

pytestmark = pytest.mark.django_db

HTMX = {"HX-Request": "true", "X-Measured": "1"}


def report(kind: str = "heard", **parts: object) -> dict[str, object]:
    return {"key": str(uuid.uuid4()), "position": 1, "kind": kind, **parts}


def heard(start: float, end: float, **parts: object) -> dict[str, object]:
    return report(start_s=start, end_s=end, **parts)


def send(visitor, *reports: object):
    address = visitor.url("heard")
    return visitor.client.post(address, json.dumps(reports), content_type="application/json")


def rate(visitor, position: int = 1, headers: dict[str, str] | None = None):
    field = {f"track-{position}-track.liking": 4}
    return visitor.post(f"listen/{position}", field, headers=HTMX if headers is None else headers)


# What players report


@pytest.mark.parametrize(
    ("kind", "parts"),
    [
        ("play", {"start_s": 0}),
        ("seek", {"start_s": 9, "end_s": 2}),
        ("volume", {"value": 0.4}),
        ("hidden", {"start_s": 1, "end_s": 3, "value": 2}),
    ],
)
def test_what_is_done_with_a_player_is_kept(visitor, kind, parts):
    assert send(visitor.go_to("listen"), report(kind, **parts)).status_code == 200
    event = ListeningEvent.objects.get()
    assert event.kind == kind
    assert {name: getattr(event, name) for name in parts} == parts


@pytest.mark.parametrize(
    "wrong",
    [
        report("dance", start_s=1),
        report("unheard"),
        report("play"),
        report("seek", start_s=2),
        report("volume", value=1.5),
        report("volume"),
        report("hidden", start_s=1),
        heard(0, 33),
        report("seek", start_s=0, end_s=33),
        report("play", start_s=33),
    ],
)
def test_a_report_that_can_not_be_true_is_left_out(visitor, wrong):
    answer = send(visitor.go_to("listen"), wrong, heard(0, 31.9))
    assert (answer.status_code, answer.json()) == (422, {"kept": 1})


def test_a_page_that_is_closed_sends_its_reports_as_a_form(visitor):
    visitor.go_to("listen")
    sent = {"reports": json.dumps([heard(0, 4)])}
    assert visitor.client.post(visitor.url("heard"), sent).json() == {"kept": 1}


def strict(visitor) -> Client:
    """The visitor's browser, checked against forged requests as in earnest."""
    client = Client(enforce_csrf_checks=True)
    client.cookies = visitor.client.cookies
    return client


@pytest.mark.parametrize("content", ["application/json", "application/x-www-form-urlencoded"])
def test_another_site_can_not_report(visitor, content):
    client = strict(visitor.go_to("listen"))
    body = json.dumps([heard(0, 4)])
    assert client.post(visitor.url("heard"), body, content_type=content).status_code == 403
    assert not ListeningEvent.objects.exists()


def test_the_token_in_the_form_is_enough(visitor):
    page = visitor.go_to("listen").get("listen")
    sent = {"csrfmiddlewaretoken": str(page.context["csrf_token"]), "reports": "[]"}
    assert strict(visitor).post(visitor.url("heard"), sent).status_code == 200


@pytest.mark.parametrize("content", ["application/json", "application/x-www-form-urlencoded"])
def test_too_much_at_once_is_refused_in_words(visitor, content):
    body = "x" * 300_000
    answer = visitor.go_to("listen").client.post(visitor.url("heard"), body, content_type=content)
    assert answer.status_code == 413
    assert answer.json()["kept"] == 0


def test_what_is_nested_without_end_is_no_report(visitor):
    body = "[" * 100_000
    url = visitor.go_to("listen").url("heard")
    assert visitor.client.post(url, body, content_type="application/json").status_code == 400


def test_a_stranger_is_told_so(visitor):
    answer = send(visitor, heard(0, 4))
    assert (answer.status_code, answer.json()["kept"]) == (403, 0)


def test_a_disk_is_not_filled_by_one_playlist(visitor, monkeypatch):
    monkeypatch.setattr(listening, "MOST_EVENTS", 3)
    answers = [send(visitor.go_to("listen"), heard(0, 1), heard(1, 2)) for _ in range(1)]
    answers.append(send(visitor, heard(2, 3), heard(3, 4)))
    assert [answer.json()["kept"] for answer in answers] == [2, 1]


def test_reports_count_after_the_playlist_is_finished_and_the_study_closed(visitor):
    visitor.go_to("thanks")
    Study.objects.update(state="closed")
    assert send(visitor, heard(0, 4)).json() == {"kept": 1}


@pytest.mark.parametrize(("days", "kept"), [(0, 1), (2, 0)])
def test_reports_count_for_a_day_after_the_study_was_put_away(visitor, days, kept):
    visitor.go_to("thanks")
    Study.objects.update(state="archived", updated_at=timezone.now() - timedelta(days=days))
    assert send(visitor, heard(0, 4)).json() == {"kept": kept}


def test_of_people_who_withdrew_nothing_more_is_kept(visitor):
    visitor.go_to("listen")
    Participant.objects.update(status="withdrawn")
    assert send(visitor, heard(0, 4)).json() == {"kept": 0}


def test_reports_that_come_after_an_erasure_are_let_go(visitor):
    participant = visitor.go_to("listen").participant
    participant.trials.all().delete()
    participant.answers.all().delete()
    participant.delete()
    assert send(visitor, heard(0, 4)).status_code == 403


# A share of each track before it is rated


@pytest.fixture
def half(study: Study) -> Study:
    study.listening, study.heard_share = "share", 0.5
    study.save()
    return study


def test_a_rating_that_comes_too_early_says_how_much_is_missing(visitor, half):
    send(visitor.go_to("listen"), heard(0, 5), heard(3, 6), heard(20, 22))
    answer = rate(visitor)
    assert (answer.status_code, answer["X-Too-Early"]) == (422, "1")
    assert "listen to this song for another 7 s" in answer.text
    assert not TrackRating.objects.exists()


@pytest.mark.parametrize("ranges", [[(0, 14.5)], [(0, 5), (20, 30)], [(10, 25), (10, 25)]])
def test_a_rating_counts_once_enough_was_heard_in_any_order(visitor, half, ranges):
    send(visitor.go_to("listen"), *(heard(*each) for each in ranges))
    assert rate(visitor).status_code == 200
    assert TrackRating.objects.count() == 1


def test_what_was_heard_of_one_track_opens_no_other(visitor, half):
    send(visitor.go_to("listen"), heard(0, 30))
    assert rate(visitor, position=2).status_code == 422


def test_all_at_once_keeps_what_was_heard_and_asks_for_the_rest(visitor, half):
    visitor.go_to("genre")
    for step in ("genre", "song", "wait"):
        visitor.take_step(step)
    send(visitor, heard(0, 20), heard(0, 20, position=2))
    page = visitor.post("listen", {**visitor.all_ratings(), "measured": "1"})
    assert page.status_code == 422
    assert "You need to listen to some songs for longer first." in page.text
    assert set(TrackRating.objects.values_list("track__position", flat=True)) == {1, 2}


def test_without_javascript_nothing_is_measured_and_people_rate(visitor, half):
    visitor.go_to("listen").post("listen", visitor.all_ratings())
    assert TrackRating.objects.count() == 30
    assert not ListeningEvent.objects.exists()


def test_who_could_be_measured_once_is_measured(visitor, half):
    send(visitor.go_to("listen"), heard(0, 1))
    assert rate(visitor, headers={"HX-Request": "true"}).status_code == 422


@pytest.mark.parametrize("rule", ["free", "once"])
def test_other_rules_ask_for_nothing_before_a_rating(visitor, study, rule):
    Study.objects.update(listening=rule)
    assert rate(visitor.go_to("listen")).status_code == 200


def test_the_page_goes_on_from_what_was_heard(visitor, half):
    send(visitor.go_to("listen"), heard(0, 4), heard(2, 6))
    known = json.loads(visitor.get("listen").context["hearing"])
    assert known["1"] == {"length": 30.0, "ranges": [[0.0, 6.0]], "needed": 14.5}
    assert known["2"]["ranges"] == []


# A song that somebody can't hear


def cannot(visitor, position: int = 1, **fields: str):
    return visitor.post(f"listen/{position}/unheard", fields, headers=HTMX)


def test_a_song_that_can_not_be_heard_needs_no_rating(visitor, half):
    cannot(visitor.go_to("listen"), **{"track-1-unheard": "on"})
    cannot(visitor, **{"track-1-unheard": "on"})
    assert ListeningEvent.objects.get().kind == "unheard"
    send(visitor, *(heard(0, 30, position=n) for n in range(2, 11)))
    for name, value in visitor.all_ratings().items():
        visitor.post(f"listen/{name.split('-')[1]}", {name: value}, headers=HTMX)
    page = visitor.post("listen", {"measured": "1", "track-1-unheard": "on"})
    assert page.url == visitor.url("survey")
    assert TrackRating.objects.count() == 27


def test_a_song_that_can_be_heard_after_all_needs_one_again(visitor):
    cannot(visitor.go_to("listen"), **{"track-1-unheard": "on"})
    cannot(visitor)
    assert not ListeningEvent.objects.exists()


def test_without_javascript_it_is_sent_with_the_page(visitor):
    visitor.go_to("listen").post("listen", {"track-3-unheard": "on"})
    assert ListeningEvent.objects.get().track.position == 3
