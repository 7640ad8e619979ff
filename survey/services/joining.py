"""Taking part: registration, and the plan of trials that comes with it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from survey.designs.assignment import derive_seed
from survey.models import (
    Item,
    Participant,
    Study,
    Trial,
)
from survey.questions.rules import Given

from .admission import NotAdmitted, why_not
from .answers import save_answers
from .places import plan
from .recruiting import Arrival, Barred, bar_to, screen
from .versions import current_version

SEEN_EVERY = timedelta(minutes=1)


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
    arrival: Arrival | None = None,
    language: str = "",
    simulated: bool = False,
    trying: bool = False,
) -> Participant:
    """Register somebody who consented. The same form sent again is the same participant.

    A researcher who is trying the study out is let in at any time, as a pilot participant.
    Somebody whose answers rule them out is registered too, without trials: they have left.
    Raises NotAdmitted, with the reason, for somebody who comes too early or too late, and Barred
    for somebody who came by an address with which they can't begin.
    """
    arrival = arrival or Arrival()
    with transaction.atomic():
        # Locked, so that two people at once don't get the same place in the assignment.
        study = Study.objects.select_for_update().get(pk=study.pk)
        known = study.participants.filter(registration_key=registration_key).first()
        if known:
            return known
        if not trying and (reason := why_not(study)):
            raise NotAdmitted(reason)
        if not trying and (bar := bar_to(study, arrival)):
            raise Barred(bar)
        participant = study.participants.create(
            registration_key=registration_key,
            # Those erased count too: nobody gets the seed of somebody who came before.
            seed=derive_seed(study.seed, study.participants.count() + study.erasures.count()),
            version=current_version(study),
            language=language or study.language,
            link_id=arrival.link,
            identity=arrival.identity,
            parameters=dict(arrival.parameters),
            consent_text=consent.text,
            consented_at=consent.given_at,
            last_seen_at=timezone.now(),
            simulated=simulated,
            pilot=trying or study.state == Study.State.PILOT,
        )
        save_answers(participant, None, answers)
        screen(participant)
        if not participant.has_left:
            _plan_trials(participant)
    return participant


def _plan_trials(participant: Participant) -> None:
    """With genres balanced, the conditions wait until the first genre is picked."""
    study = participant.study
    waiting = [None] * study.n_trials
    conditions = waiting if study.balance_genres else plan(participant)
    participant.trials.bulk_create(
        Trial(participant=participant, number=number, condition_id=condition)
        for number, condition in enumerate(conditions, start=1)
    )


def read_in(participant: Participant, language: str) -> None:
    """They read the study in this language from now on; what they agreed to stays as it was."""
    participant.language = language
    Participant.objects.filter(pk=participant.pk).update(language=language)


def note_seen(participant: Participant) -> None:
    """Keep when somebody last did something; once a minute, so that reading seldom writes."""
    now = timezone.now()
    if participant.last_seen_at is None or now - participant.last_seen_at >= SEEN_EVERY:
        Participant.objects.filter(pk=participant.pk).update(last_seen_at=now)
