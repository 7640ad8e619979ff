import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.urls import reverse

from analysis.report.assembly import write_tables
from survey.models import Erasure, Participant, Study

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("step", "said"), [("song", "song 1"), ("listen", "listen 1"), ("end", "thanks")]
)
def test_the_list_says_where_a_participant_is(researcher, visitor, step, said):
    visitor.go_to(step)
    assert said in researcher.get(reverse("admin:survey_participant_changelist")).text


def test_a_participants_page_shows_what_was_answered(researcher, visitor):
    person = visitor.go_to("end").participant
    page = researcher.get(reverse("admin:survey_participant_change", args=[person.pk])).text
    assert person.pseudonym in page
    assert "Loudspeakers" in page
    assert person.completion_code in page


def test_a_trials_page_shows_every_rating(researcher, visitor):
    trial = visitor.go_to("end").trial
    page = researcher.get(reverse("admin:survey_trial_change", args=[trial.pk])).text
    assert page.count("How much do you like this song?") == 10


@pytest.mark.parametrize("model", ["participant", "trial"])
def test_what_participants_said_is_changed_by_nobody(researcher, visitor, model):
    person = visitor.go_to("end").participant
    pk = person.pk if model == "participant" else visitor.trial.pk
    for act in ("change", "delete"):
        address = reverse(f"admin:survey_{model}_{act}", args=[pk])
        assert researcher.post(address, {"post": "yes"}).status_code == 403
    assert visitor.trial.ratings.count() == 30


def test_an_answer_is_never_run_as_a_script(researcher, visitor):
    answers = visitor.go_to("survey").survey_answers()
    visitor.post("survey", {**answers, "playlist.comment": "<script>alert(1)</script>"})
    address = reverse("admin:survey_participant_change", args=[visitor.participant.pk])
    assert "<script>alert" not in researcher.get(address).text


# Who they are, and leaving on request


@pytest.fixture
def known(visitor):
    Study.objects.update(identity_parameter="PID", kept_parameters=["SESSION"])
    visitor.get("", {"PID": "identity-of-ana", "SESSION": "session-of-ana"})
    return visitor.go_to("end")


@pytest.mark.parametrize(("right", "shown"), [("change", True), ("view", False)])
def test_who_a_participant_is_see_those_with_the_right_to_change_alone(client, known, right, shown):
    user = get_user_model().objects.create_user("colleague", is_staff=True)
    names = ["view_participant", f"{right}_participant"]
    user.user_permissions.set(Permission.objects.filter(codename__in=names))
    client.force_login(user)
    address = reverse("admin:survey_participant_change", args=[known.participant.pk])
    page = client.get(address).text
    assert ("identity-of-ana" in page) == ("session-of-ana" in page) == shown


def test_the_api_and_the_tables_never_hold_who_somebody_is(researcher, known, tmp_path):
    person = known.participant
    write_tables(known.study, tmp_path / "report")
    texts = [path.read_text() for path in (tmp_path / "report").iterdir()]
    texts += [researcher.get(f"/api/{rows}/").text for rows in ("participants", "studies")]
    for secret in ("identity-of-ana", "session-of-ana", person.code, str(person.registration_key)):
        assert not any(secret in text for text in texts)
    assert any(person.pseudonym in text for text in texts)


LIST = reverse("admin:survey_participant_changelist")


def ask(client, participant, action, **confirmed):
    chosen = {"action": action, "_selected_action": [participant.pk]}
    return client.post(LIST, {**chosen, **confirmed}, follow=True)


@pytest.mark.parametrize("action", ["stop_on_request", "erase_on_request"])
def test_leaving_on_request_is_confirmed_first(researcher, visitor, action):
    person = visitor.go_to("song").participant
    assert person.pseudonym in ask(researcher, person, action).text
    assert visitor.participant.status == Participant.Status.ACTIVE


def test_a_researcher_stops_somebody_on_request(researcher, visitor):
    ask(researcher, visitor.go_to("song").participant, "stop_on_request", confirmed="yes")
    person = visitor.participant
    assert (person.status, person.left_because) == ("withdrawn", "on_request")


def test_a_researcher_erases_on_request_and_gets_the_receipt(researcher, visitor):
    person = visitor.go_to("song").participant
    page = ask(researcher, person, "erase_on_request", confirmed="yes")
    erasure = Erasure.objects.get()
    assert erasure.spoken_receipt in page.text
    assert not erasure.by_participant
    assert not Participant.objects.exists()
    assert not LogEntry.objects.filter(object_repr__contains=person.pseudonym).exists()


def test_looking_alone_erases_nobody(client, visitor):
    user = get_user_model().objects.create_user("colleague", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename="view_participant"))
    client.force_login(user)
    ask(client, visitor.register().participant, "erase_on_request", confirmed="yes")
    assert Participant.objects.exists()
