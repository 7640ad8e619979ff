"""The table of a design: everybody's condition or order, and who completed it."""

import pytest

from survey.designs.balance import mean_ratings, shares
from survey.models import Participant, Study

pytestmark = pytest.mark.django_db


@pytest.fixture
def two_conditions(study) -> Study:
    study.conditions.create(name="random", strategy="random", params={"length": 10})
    return study


def people() -> list[int]:
    return list(Participant.objects.values_list("pk", flat=True))


def test_every_condition_is_listed_with_who_began_and_completed(two_conditions, newcomer):
    newcomer().go_to("thanks")
    newcomer().register()
    found = {
        (share.name, share.began, share.completed) for share in shares(two_conditions, people())
    }
    done = Participant.objects.completed().get().trials.get().condition.name
    (other,) = {"genre-space", "random"} - {done}
    assert found == {(done, 1, 1), (other, 1, 0)}


def test_within_subjects_every_order_is_listed(two_conditions, newcomer):
    Study.objects.update(design="within", n_trials=2)
    two_conditions.refresh_from_db()
    for _ in range(2):
        newcomer().register()
    found = [(share.name, share.began) for share in shares(two_conditions, people())]
    assert found == [("genre-space → random", 1), ("random → genre-space", 1)]


def test_ratings_are_averaged_by_condition(study, visitor):
    visitor.go_to("survey")
    assert mean_ratings(study, people()) == {"genre-space": 3.0}
