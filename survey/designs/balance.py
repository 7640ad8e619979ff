"""How a study's design came out: who began and completed each condition or order of conditions."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from statistics import fmean

from survey.kinds import kinds_that
from survey.models import Participant, Study, TrackRating, Trial

from .assignment import williams


@dataclass(frozen=True, slots=True)
class Share:
    """Of one condition, or of one order within subjects."""

    name: str
    began: int
    completed: int


def shares(study: Study, people: Iterable[int]) -> list[Share]:
    """By condition or, within subjects, by the order of the first block; empty ones too."""
    names = dict(study.conditions.values_list("pk", "name"))
    ids = list(study.conditions.values_list("pk", flat=True))
    within = study.design == Study.Design.WITHIN
    groups = (
        [tuple(ids[i] for i in row) for row in williams(len(ids))]
        if within
        else [(pk,) for pk in ids]
    )
    began, completed = _counts(people, len(ids) if within else 1)
    return [
        Share(" → ".join(names[pk] for pk in group), began[group], completed[group])
        for group in groups
    ]


def _counts(people: Iterable[int], first: int) -> tuple[Counter[tuple[int, ...]], ...]:
    orders: dict[int, tuple[int, ...]] = {}
    trials = Trial.objects.filter(participant__in=people, number__lte=first)
    given = trials.exclude(condition=None).order_by("number")
    for participant, condition in given.values_list("participant_id", "condition_id"):
        orders[participant] = (*orders.get(participant, ()), condition or 0)
    through = set(
        Participant.objects.completed().filter(pk__in=orders).values_list("pk", flat=True)
    )
    done = Counter(order for person, order in orders.items() if person in through)
    return Counter(orders.values()), done


def mean_ratings(study: Study, people: Iterable[int]) -> dict[str, float]:
    """By condition, over all points and stars given to tracks; NaN where there are none."""
    scales = TrackRating.objects.filter(item__kind__in=kinds_that("counts_points"))
    given = scales.filter(trial__participant__in=people, value__isnull=False)
    by_condition: dict[str, list[int]] = {}
    for name, value in given.values_list("trial__condition__name", "value"):
        by_condition.setdefault(name, []).append(value or 0)
    return {
        name: fmean(by_condition[name]) if name in by_condition else float("nan")
        for name in study.conditions.values_list("name", flat=True)
    }
