"""What those see who come too early or too late, and those who began before."""

import uuid
from datetime import timedelta

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.urls import reverse
from django.utils import timezone

from survey.models import Participant, Study

pytestmark = pytest.mark.django_db

LATER = timezone.now() + timedelta(days=3)
EARLIER = timezone.now() - timedelta(days=3)
CASES = [
    ({"opens_at": LATER}, "has not started yet"),
    ({"closes_at": EARLIER}, "This study is closed"),
    ({"state": "paused"}, "is paused"),
    ({"state": "paused", "paused_because": "Enough."}, "This study is full"),
    ({"state": "closed"}, "not taking new participants"),
    ({"state": "archived"}, "its data are archived"),
]
FORM = {"background.device": "Loudspeakers"}


def form() -> dict[str, str]:
    return {"registration_key": str(uuid.uuid4()), **FORM}


@pytest.mark.parametrize(("fields", "said"), CASES)
def test_who_comes_too_early_or_too_late_is_told_kindly(visitor, fields, said):
    Study.objects.update(**fields)
    page = visitor.get()
    assert page.status_code == 200
    assert said in page.text
    assert visitor.url("consent") not in page.text


@pytest.mark.parametrize(("fields", "said"), CASES)
def test_a_form_sent_too_late_registers_nobody_and_says_why(visitor, fields, said):
    visitor.consent()
    Study.objects.update(**fields)
    page = visitor.client.post(visitor.url("register"), form(), follow=True)
    assert said in page.text
    assert not Participant.objects.exists()


def test_a_form_sent_when_the_last_place_was_just_taken_can_be_sent_again(visitor, newcomer):
    visitor.consent()
    newcomer().register()
    Study.objects.update(max_participants=1)
    sent = form()
    page = visitor.post("register", sent)
    assert page.status_code == 409
    assert "All places in this study are currently taken" in page.text
    assert f'value="{sent["registration_key"]}"' in page.text
    Study.objects.update(max_participants=2)
    assert visitor.post("register", sent).url == visitor.url("code")


@pytest.mark.parametrize("fields", [{"closes_at": EARLIER}, {"state": "closed"}])
def test_late_arrivals_are_led_on_where_the_study_says_so(visitor, fields):
    Study.objects.update(full_url="https://example.org/full", **fields)
    assert 'href="https://example.org/full"' in visitor.get().text


def test_a_study_to_come_leads_nobody_away(visitor):
    Study.objects.update(full_url="https://example.org/full", opens_at=LATER)
    assert "example.org/full" not in visitor.get().text


def test_the_page_says_by_which_clock_the_study_begins(visitor):
    Study.objects.update(opens_at=LATER)
    assert LATER.strftime("%H:%M UTC") in visitor.get().text


def test_a_wrong_clock_in_the_browser_changes_nothing(visitor):
    Study.objects.update(closes_at=EARLIER)
    headers = {"HTTP_DATE": "Thu, 01 Jan 1970 00:00:00 GMT"}
    assert "is closed" in visitor.get(**headers).text
    visitor.post("register", form(), **headers)
    assert not Participant.objects.exists()


def test_two_tabs_are_one_participant(visitor):
    visitor.consent()
    tabs = [visitor.get("register").context["key"].initial["registration_key"] for _ in range(2)]
    for key in tabs:
        visitor.post("register", {"registration_key": key, **FORM})
    assert tabs[0] == tabs[1]
    assert Participant.objects.count() == 1


@pytest.mark.parametrize("state", ["pilot", "paused", "closed"])
def test_those_who_began_may_finish(visitor, state):
    visitor.go_to("song")
    Study.objects.update(state=state)
    for step in ("song", "wait", "listen", "survey"):
        visitor.take_step(step)
    assert visitor.participant.completed_at


@pytest.mark.parametrize("page", ["code", "continue", "genre", "listen", "end"])
def test_in_an_archived_study_nobody_goes_on(visitor, page):
    visitor.go_to("listen")
    Study.objects.update(state="archived")
    answer = visitor.get(page)
    assert answer.status_code == 409
    assert "Everything you sent before is kept" in answer.text


def test_nothing_is_added_to_an_archived_study(visitor):
    visitor.go_to("listen")
    Study.objects.update(state="archived")
    assert visitor.post("listen", visitor.all_ratings()).status_code == 409
    assert not visitor.trial.ratings.exists()


def test_a_completion_code_can_be_seen_in_an_archived_study(visitor):
    code = visitor.go_to("thanks").participant.completion_code
    Study.objects.update(state="archived")
    assert code in visitor.get("thanks").text


def test_a_pilot_is_not_listed_and_takes_those_with_the_address(visitor):
    Study.objects.update(state="pilot")
    assert visitor.study.title not in visitor.client.get("/").text
    assert visitor.register().participant.pilot


def test_the_list_leaves_out_what_nobody_can_begin(visitor):
    Study.objects.update(opens_at=LATER)
    assert visitor.study.title not in visitor.client.get("/").text


def test_who_took_part_in_a_pilot_that_became_a_draft_is_told_so(visitor):
    Study.objects.update(state="pilot")
    visitor.go_to("song")
    Study.objects.update(state="draft")
    answer = visitor.get("song")
    assert answer.status_code == 409
    assert "This study is being changed" in answer.text


def test_reading_pages_notes_that_somebody_is_there(visitor):
    visitor.register()
    Participant.objects.update(last_seen_at=EARLIER)
    visitor.get("genre")
    assert visitor.participant.last_seen_at > EARLIER


# Trying out


@pytest.fixture
def trier(researcher, visitor):
    """A researcher who pressed the button of a draft."""
    Study.objects.update(state="draft")
    visitor.client = researcher
    assert researcher.post(reverse("admin:study_try", args=[visitor.study.pk])).status_code == 302
    return visitor


def test_a_researcher_goes_through_a_draft_as_a_participant_would(trier):
    assert "You are trying out this study" in trier.get().text
    participant = trier.go_to("end").participant
    assert participant.pilot
    assert participant.completed_at


def test_a_researcher_starts_as_a_new_participant_each_time(trier):
    first = trier.register().participant
    trier.client.post(reverse("admin:study_try", args=[trier.study.pk]))
    assert trier.register().participant != first


def test_who_may_only_look_tries_nothing_out(client, visitor):
    Study.objects.update(state="draft")
    user = get_user_model().objects.create_user("colleague", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename="view_study"))
    client.force_login(user)
    client.post(reverse("admin:study_try", args=[visitor.study.pk]))
    visitor.client = client
    visitor.consent().post("register", form())
    assert not Participant.objects.exists()


def test_a_draft_without_conditions_can_not_be_tried_out(researcher, study):
    Study.objects.update(state="draft")
    study.conditions.all().delete()
    answer = researcher.post(reverse("admin:study_try", args=[study.pk]), follow=True)
    assert "It has no condition" in answer.text
