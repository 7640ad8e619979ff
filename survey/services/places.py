"""Places in a study's design: who holds them, how many are left, and who gets which conditions."""

from collections import Counter, defaultdict
from collections.abc import Iterable

from survey.designs import assignment
from survey.models import Condition, Participant, ParticipantQuerySet, Study, Trial


def plan(participant: Participant, genre: str = "") -> list[int]:
    """The conditions of a participant's trials, given what those before them have.

    To be called with the study locked, or two people at once get the same place. With a genre,
    loads are counted among those who picked it. Pilot participants are balanced among themselves
    and know no caps. Somebody who comes back to find everything full gets a place all the same.
    """
    study = participant.study
    held = Participant.objects.of(study, pilot=participant.pilot).holding_places(study)
    held = held.exclude(pk=participant.pk)
    conditions = list(study.conditions.all())
    ids = [condition.pk for condition in conditions]
    alike = held.filter(trials__number=1, trials__genre=genre) if genre else held
    if study.design == Study.Design.WITHIN:
        orders = Counter(_first_blocks(alike, len(ids)))
        return assignment.within(ids, orders, study.n_trials, participant.seed)
    loads = _loads(alike)
    full = [] if participant.pilot else _full(conditions, _loads(held) if genre else loads)
    try:
        return assignment.between(ids, loads, study.n_trials, participant.seed, full)
    except assignment.NoPlaceLeft:
        return assignment.between(ids, loads, study.n_trials, participant.seed)


def _first_blocks(people: ParticipantQuerySet, k: int) -> Iterable[tuple[int, ...]]:
    """The order in which each of them has the k conditions."""
    orders = defaultdict(list)
    trials = Trial.objects.filter(participant__in=people, number__lte=k, condition__isnull=False)
    for participant, condition in trials.order_by("number").values_list(
        "participant_id", "condition_id"
    ):
        orders[participant].append(condition)
    return map(tuple, orders.values())


def _loads(people: ParticipantQuerySet) -> Counter[int]:
    first = Trial.objects.filter(participant__in=people, number=1, condition__isnull=False)
    return Counter(first.values_list("condition_id", flat=True))


def _full(conditions: Iterable[Condition], loads: Counter[int]) -> list[int]:
    return [
        condition.pk
        for condition in conditions
        if condition.max_participants is not None
        and loads[condition.pk] >= condition.max_participants
    ]


def places_left(study: Study, people: ParticipantQuerySet) -> int | None:
    """How many more can be let in when these people have a place each; None: any number."""
    conditions = list(study.conditions.all())
    caps = {c.pk: c.max_participants for c in conditions if c.max_participants is not None}
    capped = study.design == Study.Design.BETWEEN and conditions and len(caps) == len(conditions)
    if study.max_participants is None and not capped:
        return None
    taken, limits = people.count(), []
    if study.max_participants is not None:
        limits.append(study.max_participants - taken)
    if capped:
        loads = _loads(people)
        # Those whose condition waits for a genre will take a place as well.
        waiting = taken - loads.total()
        limits.append(sum(max(0, cap - loads[pk]) for pk, cap in caps.items()) - waiting)
    return max(0, min(limits))


def all_completed(study: Study) -> bool:
    """Whether as many have completed as are wanted."""
    return places_left(study, Participant.objects.of(study).completed()) == 0
