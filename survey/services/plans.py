"""A study's analysis plan: what it does not agree with, and since when it says what it says."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Min

from survey.analysis_plan import SETTINGS, Known, Plan, contradictions
from survey.models import Instrument, Item, Participant, Study

RATED = (Instrument.Placement.TRACK, Instrument.Placement.PLAYLIST)


def known_of(study: Study) -> Known:
    """What a plan can be about."""
    items = Item.objects.filter(instrument__study=study, instrument__placement__in=RATED)
    return Known(
        scales={
            f"{item.instrument.key}.{scale.key}": (scale.low, scale.high)
            for item in items.select_related("instrument")
            for scale in item.scored_questions()
        },
        conditions=list(study.conditions.values_list("name", flat=True)),
        unmarked=[name for name in SETTINGS if not getattr(study, name)],
    )


def problems_with_plan(study: Study) -> list[str]:
    """What the plan says of the study that the study does not have."""
    found = contradictions(study.analysis_plan, known_of(study)) if study.analysis_plan else ()
    return [f"Its analysis plan: {said}" for _path, said in found]


def hints_before_opening(study: Study) -> list[str]:
    """What does not stand against opening a study, and should be known before."""
    plan = study.plan
    if not plan:
        return [
            "It has no analysis plan. It can be opened without one; everything in its report will "
            "be exploratory then, as a plan can't be made once people have taken part."
        ]
    if plan.participants and study.max_participants is not None:
        most = study.max_participants
        if most < plan.participants:
            return [f"Its plan is for {plan.participants} participants; it takes {most} at most."]
    return []


@dataclass(frozen=True, slots=True)
class Fixing:
    """Since when a plan has been as it is.

    `version` is the number of the first version that said the same, as all since have; None where
    no version says it yet. `first_at` is when the first participant in earnest consented, of those
    who have not had everything erased.
    """

    version: int | None
    saved_at: datetime | None
    opened_at: datetime | None
    first_at: datetime | None

    @property
    def came_late(self) -> bool:
        """Whether somebody had taken part before."""
        return bool(self.first_at and (self.saved_at is None or self.first_at < self.saved_at))


def fixing(study: Study) -> Fixing:
    plan, version, saved_at = study.plan, None, None
    kept = study.versions.order_by("-number")
    for number, at, document in kept.values_list("number", "saved_at", "document__analysis_plan"):
        if Plan.of(document or {}) != plan:
            break
        version, saved_at = number, at
    people = Participant.objects.of(study).aggregate(first=Min("consented_at"))
    return Fixing(version, saved_at, study.opened_at, people["first"])
