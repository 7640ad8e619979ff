"""What is to be known of a setting besides its field: said once, where the field is declared.

From this the researcher's form, study files and their schema, the rules of change, the manifest and
the study's hash follow.
"""

from dataclasses import dataclass
from typing import TypeVar

from django.db import models

FieldT = TypeVar("FieldT", bound=models.Field)

# The sections of a study's file and form, in their order.
STUDY, READ, END = "The study", "What people read before they agree", "At the end"
DESIGN, WHEN, TRACKS = "Design", "How many, and when", "Tracks and listening"
QUALITY, PLAN = "Quality of the data", "How it is to be analysed"
RECRUITMENT, LANGUAGES = "Recruitment", "Languages"
SECTIONS = (STUDY, READ, END, DESIGN, WHEN, TRACKS, QUALITY, PLAN, RECRUITMENT, LANGUAGES)


@dataclass(frozen=True, slots=True)
class Setting:
    """`may_change`: also while people take part. `private`: why manifest and hash leave it out."""

    section: str = ""
    may_change: bool = False
    private: str = ""


def setting(
    field: FieldT, section: str = "", *, may_change: bool = False, private: str = ""
) -> FieldT:
    """The field of a model, as a setting that a study's file has a name for."""
    field.setting = Setting(section, may_change, private)  # type: ignore[attr-defined]
    return field


def settings_of(model: type[models.Model]) -> dict[str, Setting]:
    """The model's settings by field, in the order in which they are declared."""
    fields = model._meta.concrete_fields
    return {field.name: field.setting for field in fields if hasattr(field, "setting")}


def may_change(model: type[models.Model]) -> set[str]:
    return {name for name, one in settings_of(model).items() if one.may_change}


def private(model: type[models.Model]) -> set[str]:
    return {name for name, one in settings_of(model).items() if one.private}


def by_section(model: type[models.Model]) -> dict[str, list[str]]:
    """The names of the settings under each heading."""
    found: dict[str, list[str]] = {section: [] for section in SECTIONS}
    for name, one in settings_of(model).items():
        found[one.section].append(name)
    return found
