"""Keeping how the sound check went, and what follows from it."""

from dataclasses import dataclass, field

from django.db import transaction

from survey.listening.tones import right_answers
from survey.models import (
    Participant,
    SoundCheck,
    Study,
)
from survey.steps import Step, sound_seed, where

from .quality import flag_sound_check
from .recruiting import screen_out


@dataclass(frozen=True, slots=True)
class SoundAnswers:
    """What somebody sent from one go at the check; no answers where there was no test."""

    attempt: int
    volume: float | None = None
    answers: list[int] = field(default_factory=list)
    could_not_hear: bool = False


def record_sound_check(participant: Participant, given: SoundAnswers) -> Participant:
    """Keep one go; the same one sent again, or one that is not asked for, changes nothing. Returns
    who it is, as they are now."""
    with transaction.atomic():
        found = Participant.objects.select_for_update(of=("self",)).select_related("study")
        participant = found.get(pk=participant.pk)
        asked_for = where(participant).step == Step.SOUND
        if not asked_for or given.attempt != participant.sound_checks.count() + 1:
            return participant
        check = participant.sound_checks.create(
            volume=given.volume,
            could_not_hear=given.could_not_hear,
            **_result(participant, given),
        )
        _judge(participant, check)
    return participant


def _result(participant: Participant, given: SoundAnswers) -> dict[str, object]:
    if not given.answers:
        return {"passed": None}
    right = right_answers(sound_seed(participant, given.attempt))
    n_right = sum(a == b for a, b in zip(given.answers, right, strict=True))
    return {
        "answers": given.answers,
        "right_answers": right,
        "n_right": n_right,
        "passed": n_right >= participant.study.headphones_pass,
    }


def _judge(participant: Participant, check: SoundCheck) -> None:
    """Mark who failed their last go, and end it for them where the study says so."""
    failed = check.could_not_hear or check.passed is False
    if not failed or where(participant).step == Step.SOUND:
        return
    flag_sound_check(participant, check)
    if participant.study.sound_check_failed == Study.SoundCheckFailed.SCREEN_OUT:
        screen_out(participant, Participant.LeftBecause.SOUND_CHECK)
