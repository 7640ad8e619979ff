import pytest
from django.urls import reverse

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
