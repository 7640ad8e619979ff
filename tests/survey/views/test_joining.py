import uuid
from datetime import timedelta

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from survey import services
from survey.models import Answer, Participant, Study
from survey.services import copy_study

pytestmark = pytest.mark.django_db

STEPS = ("genre", "song", "wait", "listen", "survey", "end", "thanks")


def test_the_first_page_lists_open_studies_alone(client, study):
    Study.objects.create(slug="hidden", title="Not yet")
    page = client.get("/").text
    assert study.title in page
    assert "Not yet" not in page


def test_the_first_page_says_so_when_no_study_is_open(client, db):
    assert "No study is looking for listeners" in client.get("/").text


def test_more_open_studies_are_no_more_questions_to_the_database(client, study):
    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert client.get("/").text.count("</h2>") == Study.objects.count()
        return len(queries)

    once = asked()
    for _copy in range(3):
        services.copy_study(study)
    Study.objects.update(state="open", model=study.model)
    assert asked() == once


def test_an_open_study_says_what_it_is_and_how_long_it_takes(visitor, study):
    page = visitor.get()
    assert page.status_code == 200
    assert "About 8 minutes" in page.text
    assert visitor.url("consent") in page.text


def test_an_address_of_no_study_is_not_found(client, study):
    assert client.get("/s/nonsense/").status_code == 404


# Drafts and closed studies


@pytest.mark.parametrize("page", ["", "consent", "register", "resume", "code", "genre"])
def test_a_draft_does_not_exist_for_the_public(visitor, page):
    Study.objects.update(state="draft")
    assert visitor.get(page).status_code == 404


def test_a_draft_is_shown_to_a_researcher_and_says_that_it_is_one(researcher, study):
    Study.objects.update(state="draft")
    assert "This is a draft" in researcher.get(study.get_absolute_url()).text


@pytest.mark.parametrize(("permissions", "status"), [([], 404), (["view_study"], 200)])
def test_staff_see_a_draft_if_they_may_see_studies(client, study, permissions, status):
    Study.objects.update(state="draft")
    user = get_user_model().objects.create_user("colleague", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=permissions))
    client.force_login(user)
    assert client.get(study.get_absolute_url()).status_code == status


def test_a_closed_study_thanks_newcomers_kindly(visitor):
    Study.objects.update(state="closed")
    page = visitor.get()
    assert page.status_code == 200
    assert "not taking new participants" in page.text


@pytest.mark.parametrize("page", ["consent", "register"])
def test_nobody_gets_past_the_first_page_of_a_closed_study(visitor, page):
    Study.objects.update(state="closed")
    assert visitor.client.get(visitor.url(page), follow=True).wsgi_request.path == visitor.url()


def test_a_form_filled_in_while_the_study_closed_registers_nobody(visitor, study):
    visitor.consent()
    Study.objects.update(state="closed")
    form = {"registration_key": uuid.uuid4(), "background.device": "Loudspeakers"}
    assert visitor.post("register", form).url == visitor.url()
    assert not Participant.objects.exists()


def test_those_who_began_finish_after_the_study_was_closed(visitor):
    visitor.go_to("song")
    Study.objects.update(state="closed")
    for step in ("song", "wait", "listen", "survey"):
        visitor.take_step(step)
    assert visitor.participant.completed_at


# Consent


def test_without_consent_nobody_goes_on(visitor):
    page = visitor.post("consent")
    assert page.status_code == 422
    assert "please tick that you agree" in page.text


def test_registration_without_consent_leads_to_consent(visitor):
    form = {"registration_key": uuid.uuid4(), "background.device": "Loudspeakers"}
    assert visitor.post("register", form).url == visitor.url("consent")
    assert not Participant.objects.exists()


def test_consent_to_an_older_text_has_to_be_given_again(visitor):
    visitor.consent()
    Study.objects.update(consent="Something else.")
    assert visitor.get("register").url == visitor.url("consent")


def test_consent_to_one_study_is_not_consent_to_another(visitor, study):
    visitor.consent()
    other = Study.objects.create(
        slug="other", title="O", consent=study.consent, state="open", model=study.model
    )
    base = other.get_absolute_url()
    assert visitor.client.get(f"{base}register/").url == f"{base}consent/"


# Registration


def test_a_question_left_out_is_marked_and_the_others_keep_their_answer(visitor):
    form = {"registration_key": uuid.uuid4(), "background.age": "33"}
    page = visitor.consent().post("register", form)
    assert page.status_code == 422
    assert "Please answer this question." in page.text
    assert 'value="33"' in page.text


def test_a_form_refused_registers_nobody(visitor):
    form = {"registration_key": uuid.uuid4(), "background.device": "A radio"}
    assert visitor.consent().post("register", form).status_code == 422
    assert not Participant.objects.exists()


@pytest.mark.parametrize("key", ["", "not-a-key"])
def test_a_form_without_its_key_registers_nobody_and_does_not_break(visitor, key):
    form = {"registration_key": key, "background.device": "Loudspeakers"}
    assert visitor.consent().post("register", form).status_code in (200, 422)
    assert not Participant.objects.exists()


def test_the_same_form_twice_is_one_participant_with_one_set_of_answers(newcomer):
    form = {"registration_key": uuid.uuid4(), "background.device": "Loudspeakers"}
    people = [newcomer().consent() for _ in range(2)]
    for person in people:
        person.post("register", form)
    assert people[0].participant == people[1].participant
    assert Answer.objects.count() == 1


def send_and_lose_the_answer(visitor) -> dict:
    """The form arrives, but its sender keeps the session from before."""
    form = {"registration_key": uuid.uuid4(), "background.device": "Loudspeakers"}
    before = visitor.consent().client.cookies["sessionid"].value
    visitor.post("register", form)
    visitor.client.cookies["sessionid"] = before
    return form


def test_a_form_sent_again_after_its_answer_was_lost_leads_to_the_code(visitor):
    form = send_and_lose_the_answer(visitor)
    assert visitor.post("register", form).url == visitor.url("code")
    assert visitor.get("code").context["participant"] == Participant.objects.get()


def test_a_form_sent_again_much_later_lets_nobody_in(visitor):
    form = send_and_lose_the_answer(visitor)
    Participant.objects.update(created_at=timezone.now() - timedelta(minutes=11))
    assert visitor.post("register", form).url == visitor.url("consent")


def test_the_code_is_shown_in_groups_of_four_and_leads_on(visitor):
    page = visitor.register().get("code").text
    assert visitor.participant.spoken_code in page
    assert visitor.url("genre") in page


def test_no_browser_or_proxy_keeps_a_page_with_a_code(visitor):
    page = visitor.register().get("code")
    assert "no-store" in page["Cache-Control"]


def test_somebody_who_registered_is_led_back_to_their_place(visitor):
    visitor.register()
    assert visitor.get("register").url == visitor.url("code")
    assert visitor.get("consent").url == visitor.url()
    assert visitor.get("continue").url == visitor.url("genre")


@pytest.mark.parametrize(
    ("agent", "simulated"),
    [("playlist-study-bot/1", True), ("Mozilla/5.0", False), ("Mozilla playlist-study-bot", False)],
)
def test_a_bot_that_says_so_is_marked(visitor, agent, simulated):
    visitor.client.defaults["HTTP_USER_AGENT"] = agent
    assert visitor.register().participant.simulated is simulated


# Coming back


@pytest.mark.parametrize("step", STEPS)
def test_the_code_leads_to_the_same_place_in_another_browser(
    visitor, newcomer, last_question, step
):
    code = visitor.go_to(step).participant.code
    elsewhere = newcomer()
    assert elsewhere.post("resume", {"code": code}).url == visitor.url(step)
    assert elsewhere.get(step).status_code == 200


@pytest.mark.parametrize("change", [str.lower, lambda code: f" {code[:4]} – {code[4:]}- "])
def test_a_code_is_known_however_it_is_typed(visitor, newcomer, change):
    code = visitor.register().participant.spoken_code
    assert newcomer().post("resume", {"code": change(code)}).url == visitor.url("genre")


def test_an_unknown_code_and_one_of_another_study_get_the_same_answer(visitor, newcomer, study):
    code = visitor.register().participant.code
    other = Study.objects.create(slug="other", title="Other", state="open", model=study.model)
    Participant.objects.update(study=other)
    answers = [newcomer().post("resume", {"code": c}) for c in (code, "ABCDABCDABCD")]
    said = [answer.context["form"].errors for answer in answers]
    assert said[0] == said[1] != {}
    assert [answer.status_code for answer in answers] == [200, 200] or [422, 422]


@pytest.mark.parametrize("code", ["", "ÄÖÜ", "-", "x" * 41, "\x00", "' OR 1=1 --"])
def test_what_can_be_no_code_is_refused_in_words(visitor, code):
    page = visitor.post("resume", {"code": code})
    assert page.status_code == 422
    assert page.context["form"].errors["code"]


def test_an_empty_code_is_nobodys(visitor, newcomer):
    visitor.register()
    assert "participant" not in str(dict(newcomer().client.session))
    assert newcomer().post("resume", {"code": "-"}).status_code == 422


def test_guessing_codes_is_slowed_down_and_says_how_long(newcomer):
    answers = [newcomer().post("resume", {"code": f"{n}"}) for n in range(2, 13)]
    assert answers[-1].status_code == 429
    assert 1 <= int(answers[-1]["Retry-After"]) <= 60
    assert "Nothing you sent earlier is lost" in answers[-1].text


def test_a_class_with_the_right_codes_is_never_told_to_wait(visitor, newcomer):
    code = visitor.register().participant.code
    for n in range(12):
        newcomer().post("resume", {"code": f"WRNG{n}"})
    assert {newcomer().post("resume", {"code": code}).status_code for _ in range(30)} == {302}


def test_wrong_codes_in_one_study_cost_nobody_in_another_anything(newcomer, study):
    for n in range(12):
        newcomer().post("resume", {"code": f"WRNG{n}"})
    other = copy_study(study)
    Study.objects.filter(pk=other.pk).update(state=Study.State.OPEN, model=study.model)
    answer = newcomer().client.post(f"/s/{other.slug}/resume/", {"code": "WRONG"})
    assert answer.status_code == 422


def test_codes_are_not_guessed_from_many_addresses_either(newcomer, settings):
    answers = [
        newcomer().post("resume", {"code": "WRONG"}, REMOTE_ADDR=f"192.0.2.{n}").status_code
        for n in range(201)
    ]
    assert answers == [422] * 200 + [429]


def test_somebody_slowed_down_loses_nothing(visitor, newcomer):
    visitor.go_to("survey")
    for _ in range(11):
        newcomer().post("resume", {"code": "ABCD"})
    assert visitor.post("survey", visitor.survey_answers()).status_code == 302
    assert visitor.trial.finished_at


def test_looking_at_the_page_for_the_code_costs_no_attempt(visitor):
    assert {visitor.get("resume").status_code for _ in range(15)} == {200}


def test_another_session_is_made_on_registration(visitor):
    before = visitor.consent().client.session.session_key
    visitor.register()
    assert visitor.client.session.session_key != before


# A form that was open for too long


def test_a_form_without_its_token_is_refused_kindly(study):
    strict = Client(enforce_csrf_checks=True)
    page = strict.post(f"{study.get_absolute_url()}consent/", {"agree": "on"})
    assert page.status_code == 403
    assert "Everything saved before is still there" in page.text


def test_a_form_of_a_megabyte_comes_back_with_what_is_wrong(visitor):
    page = visitor.consent().post("register", {"background.device": "L" * 1_500_000})
    assert page.status_code == 422
    assert page.context["form"].errors


def test_a_form_that_nobody_can_have_typed_is_refused_in_words(visitor):
    page = visitor.consent().post("register", {"background.device": "L" * 11_000_000})
    assert page.status_code == 400
    assert "with shorter texts" in page.text


def test_a_form_with_a_damaged_key_keeps_its_answers_and_works_when_sent_again(visitor):
    form = {"registration_key": "x", "background.device": "Loudspeakers"}
    page = visitor.consent().post("register", form)
    assert (page.status_code, page.context["form"].data["background.device"]) == (
        422,
        "Loudspeakers",
    )
    key = page.context["key"]["registration_key"].value()
    assert visitor.post("register", {**form, "registration_key": key}).status_code == 302
    assert visitor.participant
