"""Whether somebody can begin now, by the server's clock; and if not, why."""

from datetime import datetime
from enum import StrEnum

from django.utils import timezone

from survey.models import Participant, Study

from .places import all_completed, places_left
from .refusal import NotAllowed


class Reason(StrEnum):
    """Why nobody can begin."""

    DRAFT = "draft"
    NOT_YET = "not_yet"
    OVER = "over"
    TAKEN = "taken"
    FULL = "full"
    PAUSED = "paused"
    CLOSED = "closed"
    ARCHIVED = "archived"

    @property
    def may_pass(self) -> bool:
        """Whether it is worth trying again."""
        return self in (Reason.NOT_YET, Reason.TAKEN, Reason.PAUSED)


class NotAdmitted(NotAllowed):
    """Somebody came too early or too late."""

    def __init__(self, reason: Reason) -> None:
        super().__init__("This study is not taking new participants at the moment.")
        self.reason = reason


def why_not(study: Study, now: datetime | None = None) -> Reason | None:
    """Why nobody can begin now; None: somebody can. A pilot knows neither times nor caps."""
    match study.state:
        case Study.State.PILOT:
            return None
        case Study.State.OPEN:
            return _outside_its_times(study, now) or _no_place(study)
        case Study.State.PAUSED:
            return Reason.FULL if study.paused_because else Reason.PAUSED
    return Reason(study.state)


def _outside_its_times(study: Study, now: datetime | None) -> Reason | None:
    now = now or timezone.now()
    if study.within_its_times(now):
        return None
    return Reason.NOT_YET if study.opens_at and now < study.opens_at else Reason.OVER


def _no_place(study: Study) -> Reason | None:
    """Nobody is let in beyond what can complete: those still at it hold their places."""
    if places_left(study, Participant.objects.of(study).holding_places(study)) != 0:
        return None
    return Reason.FULL if all_completed(study) else Reason.TAKEN
