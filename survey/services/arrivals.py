"""What is wrong with how people come to a study, kept for the researcher who gave the address away.

No address of anybody is kept: a device is a number that its browser's session was given.
"""

from datetime import timedelta

from django.core.cache import cache
from django.db.models import F
from django.utils import timezone

from survey.models import ArrivalProblem, Participant, Study

MOST_VALUES = 20
SHOWN_FOR = timedelta(days=7)
WITHIN = timedelta(minutes=10)
# Beside the one that registered: a phone that follows a laptop is nothing to worry about.
SUSPICIOUS_DEVICES = 2


def note_unfilled(study: Study, value: str) -> None:
    """Somebody came with a placeholder in place of what the service should have filled in."""
    _note(study, ArrivalProblem.Kind.UNFILLED, value)


def note_another_device(study: Study, identity: str, device: str) -> None:
    """Somebody came with the number of who has begun already, in a browser that is not theirs."""
    owner = study.participants.filter(identity=identity).first()
    if owner is None:
        return
    devices = {*cache.get(_key(owner), ()), device}
    cache.set(_key(owner), devices, WITHIN.total_seconds())
    if len(devices) >= SUSPICIOUS_DEVICES:
        _note(study, ArrivalProblem.Kind.SHARED, owner.pseudonym)


def _key(owner: Participant) -> str:
    return f"devices-{owner.pk}"


def _note(study: Study, kind: ArrivalProblem.Kind, value: str) -> None:
    now, alike = timezone.now(), {"kind": kind, "value": value}
    found = study.arrival_problems.filter(**alike)
    if found.update(times=F("times") + 1, last_at=now):
        return
    if study.arrival_problems.count() < MOST_VALUES:
        study.arrival_problems.get_or_create(**alike, defaults={"last_at": now})


def arrival_warnings(study: Study) -> list[str]:
    """What a researcher should know of how people have come lately."""
    lately = study.arrival_problems.filter(last_at__gt=timezone.now() - SHOWN_FOR)
    return [_in_words(problem) for problem in lately]


def _in_words(problem: ArrivalProblem) -> str:
    when = f"last on {problem.last_at:%Y-%m-%d at %H:%M} UTC"
    times = "once" if problem.times == 1 else f"{problem.times} times"
    if problem.kind == ArrivalProblem.Kind.UNFILLED:
        return (
            f"Somebody came with “{problem.value}” in the address, {times}, {when}: the service "
            "that sends people did not fill it in. Check the link there, and its parameters here."
        )
    return (
        f"The number of one person ({problem.value}) came from several devices within "
        f"{WITHIN.seconds // 60} minutes, {when}: perhaps everybody gets the same link. Check that "
        "the service fills in a number of each person's own."
    )
