"""Where a participant is: worked out from what is saved, so that it survives everything."""

from dataclasses import dataclass

from django.db import models
from django.urls import reverse

from .models import Participant, Study, Trial

# A second go, for those who had their headphones on the wrong way or not at all.
SOUND_CHECK_GOES = 2


class Step(models.TextChoices):
    SOUND = "sound"
    GENRE = "genre"
    SONG = "song"
    WAIT = "wait"
    LISTEN = "listen"
    SURVEY = "survey"
    END = "end"
    THANKS = "thanks"
    LEFT = "left"


@dataclass(frozen=True, slots=True)
class Place:
    step: Step
    participant: Participant
    trial: Trial | None = None

    @property
    def url(self) -> str:
        slug = self.participant.study.slug
        if self.trial is None:
            return reverse(f"survey:{self.step}", args=[slug])
        return reverse(f"survey:{self.step}", args=[slug, self.trial.number])


def where(participant: Participant) -> Place:
    """The first thing that the participant has not done yet."""
    if participant.has_left:
        return Place(Step.LEFT, participant)
    if needs_sound_check(participant):
        return Place(Step.SOUND, participant)
    trials = participant.trials.select_related(
        "playlist__query_song", "participant__study", "condition"
    )
    trial = trials.filter(finished_at=None).order_by("number").first()
    if trial:
        return Place(_step_of(trial), participant, trial)
    return Place(Step.THANKS if participant.completed_at else Step.END, participant)


def needs_sound_check(participant: Participant) -> bool:
    """Whether the study's sound check is still to be done, or may be tried once more."""
    if participant.study.sound_check == Study.SoundCheck.NONE or participant.completed_at:
        return False
    goes = list(participant.sound_checks.all())
    if not goes:
        return True
    return goes[-1].passed is False and not goes[-1].could_not_hear and len(goes) < SOUND_CHECK_GOES


def sound_seed(participant: Participant, attempt: int) -> str:
    """Makes the order of a participant's tones, in each go another."""
    return f"{participant.seed}-{participant.pk}-sound-{attempt}"


def _step_of(trial: Trial) -> Step:
    if trial.playlist is None or trial.playlist.wants_another_song:
        return Step.SONG if trial.genre else Step.GENRE
    if not trial.playlist.is_ready:
        return Step.WAIT
    return Step.SURVEY if trial.rated_at else Step.LISTEN
