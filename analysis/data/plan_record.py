"""What the manifest says of a study's analysis plan: what it is, since when, whom it leaves out."""

from datetime import UTC, datetime
from typing import Any

from survey import services
from survey.analysis_plan import RULES, SETTINGS
from survey.models import Instrument, Item, Study

from .exclusions import unmarked_rules
from .frames import of_study
from .primary import Primary


def about_plan(study: Study, primary: Primary | None, *, pilot: bool) -> dict[str, Any]:
    """The plan with its hash, where its outcome is, and when it was fixed; null without one.

    `versions` are those of the study that the participants began with.
    """
    fixed, versions = services.fixing(study), study.versions
    begun = versions.filter(of_study(study, "participants", pilot)).distinct()
    times = (fixed.saved_at, fixed.opened_at, fixed.first_at)
    saved_at, opened_at, first_at = (_iso(at) if at else None for at in times)
    return {
        "plan": study.plan.document or None,
        "sha256": study.plan.sha256 or None,
        "outcome_in": primary.name if study.plan and primary else None,
        "fixed_in_version": fixed.version if study.plan else None,
        "fixed_at": saved_at if study.plan else None,
        "opened_at": opened_at,
        "first_participant_at": first_at,
        "versions": list(begun.order_by("number").values_list("number", flat=True)),
    }


def _iso(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds")


def rules_of(study: Study) -> list[dict[str, Any]]:
    """The plan's rules in words, each with the setting by which the study marks for it."""
    rules = [RULES[name] for name in study.plan.exclusions]
    return [
        {
            "rule": rule.name,
            "leaves_out": rule.label,
            "setting": rule.setting or None,
            "value": getattr(study, rule.setting) if rule.setting else None,
        }
        for rule in rules
    ]


def said_of(study: Study, *, pilot: bool, counted: bool = True) -> str:
    """What is left out of the tables and of the planned analysis, in one or two sentences.

    `counted`: whether the table `exclusions` is there.
    """
    who = (
        "Those who began in the pilot are in, as was asked for."
        if pilot
        else "Those who began in the pilot are left out."
    )
    rules = ", ".join(study.plan.exclusions)
    if not rules:
        return f"{who} No rule is planned: everybody else is in, completed or not."
    return (
        f"{who} What the analysis plan leaves out ({rules}) is marked as excluded"
        f"{', and counted in exclusions.csv' if counted else ''}. Nothing is deleted."
    )


def unmarked(study: Study) -> dict[str, str]:
    """The rules by which the study can mark nothing, and why."""
    checks = Item.objects.filter(instrument__study=study).exclude(right_answer="")
    rated = checks.exclude(instrument__placement=Instrument.Placement.TRACK)
    return dict(
        unmarked_rules(
            {name: getattr(study, name) for name in SETTINGS},
            attention_check=rated.exists(),
            sound_check=study.sound_check != Study.SoundCheck.NONE,
        )
    )
