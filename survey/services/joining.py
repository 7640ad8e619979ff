"""Taking part: registration, and the plan of trials that comes with it."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from survey.assignment import assign, derive_seed
from survey.models import (
    Item,
    Participant,
    Study,
    Trial,
)
from survey.rules import Given

from .answers import save_answers
from .refusal import NotAllowed


@dataclass(frozen=True, slots=True)
class Consent:
    text: str
    given_at: datetime


def enrol(
    study: Study,
    registration_key: UUID,
    consent: Consent,
    answers: Mapping[Item, Given],
    *,
    simulated: bool = False,
) -> Participant:
    """Register somebody who consented. The same form sent again is the same participant."""
    with transaction.atomic():
        # Locked, so that two people at once don't get the same place in the assignment.
        study = Study.objects.select_for_update().get(pk=study.pk)
        known = study.participants.filter(registration_key=registration_key).first()
        if known:
            return known
        if not study.is_open:
            raise NotAllowed("This study is not taking new participants at the moment.")
        participant = study.participants.create(
            registration_key=registration_key,
            seed=derive_seed(study.seed, study.participants.count()),
            consent_text=consent.text,
            consented_at=consent.given_at,
            simulated=simulated,
        )
        _plan_trials(participant)
        save_answers(participant, None, answers)
    return participant


def _plan_trials(participant: Participant) -> None:
    study = participant.study
    conditions = list(study.conditions.values_list("pk", flat=True))
    begun = Trial.objects.filter(participant__study=study, number=1)
    used = Counter(begun.values_list("condition_id", flat=True))
    plan = assign(conditions, used, study.n_trials, participant.seed)
    participant.trials.bulk_create(
        Trial(participant=participant, number=number, condition_id=condition)
        for number, condition in enumerate(plan, start=1)
    )
