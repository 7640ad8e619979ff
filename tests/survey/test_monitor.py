import uuid
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from survey import services
from survey.models import Participant, Study
from survey.monitor import WAITING, monitor

pytestmark = pytest.mark.django_db


@pytest.fixture
def come(study):
    """Let people come; the study has two conditions."""
    study.conditions.all().delete()
    for name in ("a", "b"):
        study.conditions.create(name=name, strategy="random")

    def come(n: int, genre: str = "", **fields) -> list[Participant]:
        agreed = services.Consent(study.consent, timezone.now())
        people = [services.enrol(study, uuid.uuid4(), agreed, {}) for _ in range(n)]
        for person in people:
            if genre:
                services.choose_genre(person.trials.get(number=1), genre)
            Participant.objects.filter(pk=person.pk).update(**fields)
        return people

    return come


def changed(study: Study, **fields) -> Study:
    Study.objects.filter(pk=study.pk).update(**fields)
    study.refresh_from_db()
    return study


def lines(study: Study) -> dict[tuple[str, str], tuple]:
    return {(li.condition, li.genre): (li.counts, li.place_left) for li in monitor(study).lines}


def test_people_are_counted_by_condition_and_status(come, study):
    long_ago = timezone.now() - timedelta(hours=3)
    come(2)
    come(2, last_seen_at=long_ago)
    come(2, status="completed", completed_at=long_ago)
    come(2, status="screened_out")
    come(2, status="withdrawn")
    assert lines(study) == {(name, ""): ((1, 1, 1, 1, 1), None) for name in "ab"}
    assert monitor(study).total.begun == 10


def test_a_condition_without_anybody_has_a_line(come, study):
    assert lines(study) == {(name, ""): ((0,) * 5, None) for name in "ab"}


def test_places_left_are_the_conditions_and_the_studys(come, study):
    study.conditions.update(max_participants=3)
    changed(study, max_participants=5)
    come(2)
    shown = monitor(study)
    assert [line.place_left for line in shown.lines] == [2, 2]
    assert shown.total.place_left == 3


def test_balanced_genres_have_lines_of_their_own(come, study):
    changed(study, balance_genres=True)
    come(2, "Rock")
    come(1, "Classical")
    come(1)
    found = lines(study)
    assert {genre for _, genre in found} == {"Rock", "Classical", ""}
    assert found["a", "Rock"][0] == found["b", "Rock"][0] == (1, 0, 0, 0, 0)
    assert found[WAITING, ""][0] == (1, 0, 0, 0, 0)


def test_within_subjects_each_order_has_a_line(come, study):
    changed(study, design="within", n_trials=4)
    come(2)
    assert set(lines(study)) == {("a → b", ""), ("b → a", "")}


def test_where_the_active_are_is_counted(come, study):
    come(2)
    come(1, "Rock")
    assert monitor(study).steps == [("genre 1", 2), ("song 1", 1)]


def test_the_pilot_is_counted_while_it_is_one_and_left_out_later(come, study):
    changed(study, state="pilot")
    come(2)
    assert (monitor(study).total.begun, monitor(study).others) == (2, 0)
    changed(study, state="open")
    assert (monitor(study).total.begun, monitor(study).others) == (0, 2)


def test_the_monitor_is_on_the_page_of_the_study(come, study, researcher):
    come(2)
    page = researcher.get(reverse("admin:survey_study_change", args=[study.pk])).text
    assert "Where the 2 active are" in page
    assert "places left" in page
