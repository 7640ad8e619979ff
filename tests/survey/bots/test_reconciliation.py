"""What was sent is compared with what was kept: a single row too few or too many is seen."""

import uuid

import pytest

from survey.bots import Diary
from survey.bots.reconciliation import reconcile
from survey.models import Answer, Participant, TrackRating

pytestmark = pytest.mark.django_db


@pytest.fixture
def diary(visitor) -> Diary:
    """Of somebody who has rated a playlist and answered its survey."""
    visitor.go_to("listen")
    diary, ratings, survey = Diary(code="known"), visitor.all_ratings(), visitor.survey_answers()
    visitor.post("listen", ratings)
    visitor.post("survey", survey)
    Participant.objects.update(simulated=True)
    key = str(visitor.participant.registration_key)
    registered = {"registration_key": key, "background.device": "Loudspeakers"}
    for page, given in (("register", registered), ("listen", ratings), ("survey", survey)):
        diary.note(visitor.url(page), [(name, str(value)) for name, value in given.items()])
    diary.completion_code = visitor.participant.completion_code
    return diary


@pytest.fixture
def wrong(study, diary):
    """What does not agree, as `what: lost, changed, doubled`."""

    def compare(*diaries: Diary) -> dict[str, tuple[int, int, int]]:
        lines = reconcile(study, diaries or [diary], before=[])
        found = [line for line in lines if not line.agrees]
        return {w.what: (len(w.lost), len(w.changed), len(w.doubled)) for w in found}

    return compare


def test_what_was_kept_as_it_was_sent_agrees(wrong):
    assert wrong() == {}


def test_a_rating_that_is_gone_is_seen(wrong):
    TrackRating.objects.first().delete()
    assert wrong() == {"ratings": (1, 0, 0)}


def test_a_rating_that_is_another_one_is_seen(wrong):
    TrackRating.objects.filter(pk=TrackRating.objects.first().pk).update(value=1)
    assert wrong() == {"ratings": (0, 1, 0)}


def test_an_answer_that_nobody_gave_is_seen(wrong):
    given = Answer.objects.last()
    given.pk, given.row = None, "again"
    given.save()
    assert wrong() == {"answers": (0, 0, 1)}


def test_a_participant_who_was_made_twice_is_seen(wrong, newcomer):
    newcomer().register()
    Participant.objects.update(simulated=True)
    assert wrong()["participants"] == (0, 0, 1)


def test_a_listening_report_that_never_arrived_is_seen(wrong, diary):
    diary.heard[str(uuid.uuid4())] = (1, 1, "heard")
    assert wrong() == {"listening reports": (1, 0, 0)}


def test_a_completion_that_was_not_noted_is_seen(wrong):
    Participant.objects.update(status="active", completed_at=None)
    assert wrong() == {"completions": (1, 0, 0)}


def test_people_are_left_out_of_the_comparison(wrong, newcomer):
    newcomer().register()
    assert wrong() == {}
