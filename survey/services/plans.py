"""A study's analysis plan: what it does not agree with, and since when it says what it says."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Min

from survey.analysis_plan import SETTINGS, Known, Plan, contradictions
from survey.models import Instrument, Item, Participant, Study
from survey.texts import in_language, telling

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
    return _hints_of_plan(study) + hints_of_hidden_tracks(study)


def _hints_of_plan(study: Study) -> list[str]:
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


def hints_of_hidden_tracks(study: Study) -> list[str]:
    """How participants could tell that there are more tracks than were recommended, or which."""
    hidden = sum((study.repeat_track, study.query_anchor, study.random_anchor))
    if not hidden:
        return []
    found = []
    for length in sorted({c.params.get("length", 10) for c in study.conditions.all()}):
        if said := telling(_read_before_the_end(study), length):
            found.append(
                f"Its texts say “{said}”, but participants count {length + hidden} songs in a "
                f"playlist: {hidden} hidden among {length}. Say {length + hidden}, or no number."
            )
    if study.titles == Study.Titles.SHOWN and (study.repeat_track or study.query_anchor):
        found.append(
            "Titles are shown, so everybody can see which song is there twice: hide them, or "
            "reveal them once a track is rated."
        )
    return found


def _read_before_the_end(study: Study) -> list[str]:
    """What participants read, in every language; not what they are told afterwards."""
    instruments = list(study.instruments.prefetch_related("items"))
    rows: list[tuple[Any, tuple[str, ...]]] = [
        (study, ("title", "summary", "information", "consent"))
    ]
    rows += [(one, ("title", "introduction")) for one in instruments]
    rows += [(item, ("text", "help")) for one in instruments for item in one.items.all()]
    return [
        str(in_language(row, field, language))
        for row, fields in rows
        for field in fields
        for language in study.languages
    ]


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
