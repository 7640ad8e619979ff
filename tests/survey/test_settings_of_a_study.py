"""A study's settings are said once, where they are declared; everything else follows."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import models
from django.urls import reverse

from analysis.data.manifest import study_configuration
from survey.models import Study
from survey.models.setting import SECTIONS, may_change, private, settings_of
from survey.study_files import document_of, sha256_of, written
from survey.study_files.schema import own_fields, properties

SETTINGS = settings_of(Study)
OTHER_VALUES: dict[str, Any] = {
    "translations": {"de": {"title": "Anders"}},
    "genres": ["Rock"],
    "analysis_plan": {"outcome": "track.liking"},
    "kept_parameters": ["STUDY_ID"],
    "screen_out": [{"item": "background.device", "is": ["Loudspeakers"]}],
    "quotas": [{"item": "background.device", "is": ["Loudspeakers"], "most": 2}],
    "language": "de",
    "contact": "somebody@example.org",
}


def other_value(study: Study, name: str) -> Any:
    field, value = Study._meta.get_field(name), getattr(study, name)
    if name in OTHER_VALUES:
        return OTHER_VALUES[name]
    if field.choices:
        return next(choice for choice, _label in field.flatchoices if choice != value)
    match field:
        case models.BooleanField():
            return not value
        case models.DateTimeField():
            return datetime(2027, 1, 31, tzinfo=UTC)
        case models.IntegerField() | models.FloatField():
            return (value or 0) + 1
    return f"{value}x"


def configuration_with(study: Study, name: str) -> dict[str, Any]:
    Study.objects.filter(pk=study.pk).update(**{name: other_value(study, name)})
    return study_configuration(study)


@pytest.mark.parametrize("name", SETTINGS)
def test_studies_that_differ_have_different_hashes_unless_it_is_said_why(study, name):
    before = sha256_of(study_configuration(study))
    same = sha256_of(configuration_with(study, name)) == before
    assert same == bool(SETTINGS[name].private)


@pytest.mark.parametrize("name", sorted(private(Study)))
def test_no_code_and_no_address_is_in_the_manifest(study, name):
    assert name not in configuration_with(study, name)


def test_settings_at_their_default_leave_the_hash_alone(study):
    assert "titles" not in study_configuration(study)


@pytest.mark.parametrize("name", [name for name in SETTINGS if name != "translations"])
def test_every_setting_has_its_place_in_the_file(study, name):
    Study.objects.filter(pk=study.pk).update(**{name: other_value(study, name)})
    text = written(document_of(study))
    heading = f"# {SETTINGS[name].section}\n"
    section = text.split(heading)[1].split("\n\n# ")[0]
    assert f"\n{name}:" in f"\n{section}"


def test_every_field_of_a_study_is_a_setting_or_the_products_own():
    assert own_fields() == {
        *("id", "state", "paused_because", "model", "opened_at", "created_at", "updated_at")
    }
    assert {one.section for one in SETTINGS.values()} == set(SECTIONS)
    assert set(properties(Study)) == set(SETTINGS)


@pytest.mark.parametrize("name", SETTINGS)
def test_a_draft_is_edited_in_every_setting_and_an_open_study_where_it_may_change(
    researcher, study, name
):
    address = reverse("admin:survey_study_change", args=[study.pk])
    Study.objects.update(state=Study.State.DRAFT)
    in_a_draft = researcher.get(address).text
    Study.objects.update(state=Study.State.OPEN)
    later = researcher.get(address).text
    box = f'name="{name}"' if "_at" not in name else f'name="{name}_0"'
    if name == "analysis_plan":  # has a form of its own
        box = 'name="plan_outcome"'
    assert box in in_a_draft
    assert (box in later) == (name in may_change(Study) - set(study.plan.settings))
