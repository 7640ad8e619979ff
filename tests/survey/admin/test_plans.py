"""A study's analysis plan in the researcher's area."""

import html

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.urls import reverse

from survey.models import Study
from survey.services import current_version, open_study
from survey.study_files import document_of

pytestmark = pytest.mark.django_db
PLAN = {
    "hypothesis": "First.\n\nSecond.",
    "outcome": "track.liking",
    "contrasts": [["second", "genre-space"]],
    "metrics": ["cohesion_genre_pair", "entropy_bits"],
    "equivalence_bound": 0.5,
    "alpha": 0.01,
    "exclusions": ["incomplete", "too_fast"],
    "participants": 60,
}


@pytest.fixture
def draft(study) -> Study:
    """A draft of three conditions with a plan."""
    for name in ("second", "third"):
        study.conditions.create(name=name, strategy="random")
    Study.objects.update(state="draft", analysis_plan=PLAN)
    study.refresh_from_db()
    current_version(study)
    return study


@pytest.fixture
def address(study) -> str:
    return reverse("admin:survey_study_change", args=[study.pk])


@pytest.fixture
def send(researcher, address):
    """Save the study's page as it is shown, with these fields of the plan instead."""

    def send(**parts: object):
        form = researcher.get(address).context["adminform"].form
        data = {name: form[name].value() for name in form.fields}
        data = {name: value for name, value in data.items() if value not in (None, False)}
        data |= {f"plan_{name}": value for name, value in parts.items()}
        for prefix in ("conditions", "instruments"):
            data |= {f"{prefix}-TOTAL_FORMS": 0, f"{prefix}-INITIAL_FORMS": 0}
        return researcher.post(address, data)

    return send


def plan_now() -> dict:
    return Study.objects.get().analysis_plan


def test_saving_a_page_without_a_change_keeps_the_plan_as_it_was(draft, send):
    before = document_of(draft)
    assert send().status_code == 302
    assert document_of(draft) == before
    assert draft.versions.count() == 1


def test_every_part_of_a_plan_can_be_changed(draft, send):
    new = {
        "hypothesis": "New.",
        "outcome": "playlist.satisfaction",
        "contrasts": ["genre-space third"],
        "metrics": ["diversity"],
        "equivalence_bound": "1",
        "correlation_bound": "0.2",
        "alpha": "0.05",
        "exclusions": ["little_heard"],
        "participants": "7",
    }
    assert send(**new).status_code == 302
    kept = {"contrasts": [["genre-space", "third"]], "equivalence_bound": 1.0, "participants": 7}
    assert plan_now() == {**new, **kept, "correlation_bound": 0.2, "alpha": 0.05}


def test_a_study_without_an_outcome_and_anything_else_has_no_plan(draft, send):
    send(**{name: [] if isinstance(value, list) else "" for name, value in PLAN.items()})
    assert plan_now() == {}


@pytest.mark.parametrize(
    ("parts", "field", "said"),
    [
        ({"outcome": ""}, "plan_outcome", "A plan needs its outcome"),
        ({"outcome": "background.device"}, "plan_outcome", "not one of the available choices"),
        ({"alpha": "0.5"}, "plan_alpha", "α is a number above 0 and below 0.5"),
        ({"alpha": "nan"}, "plan_alpha", "Enter a number"),
        ({"equivalence_bound": "0"}, "plan_equivalence_bound", "above 0"),
        ({"correlation_bound": "1"}, "plan_correlation_bound", "below 1"),
        ({"participants": "0"}, "plan_participants", "from 1 up"),
        ({"contrasts": ["a b"]}, "plan_contrasts", "not one of the available choices"),
    ],
)
def test_what_is_no_plan_is_said_at_its_field_and_the_old_one_stays(
    draft, send, parts, field, said
):
    errors = send(**parts).context["adminform"].form.errors
    assert said in " ".join(errors[field])
    assert plan_now() == PLAN


def test_what_is_planned_and_not_there_any_more_stays_to_be_seen(draft, send, researcher, address):
    Study.objects.update(analysis_plan={**PLAN, "outcome": "old.one"})
    draft.conditions.filter(name="second").delete()
    page = html.unescape(researcher.get(address).text)
    assert "old.one (is not there)" in page
    assert "Before it can be opened: Its analysis plan: “old.one” can't be the outcome" in page
    assert send().status_code == 302
    assert plan_now()["contrasts"] == PLAN["contrasts"]


def test_once_opened_a_plan_is_shown_and_not_changed(draft, researcher, address):
    Study.objects.update(state="open")
    page = researcher.get(address)
    form = page.context["adminform"].form
    assert not {name for name in form.fields if name.startswith("plan_")}
    assert "second with genre-space" in page.text
    assert draft.plan.sha256 in page.text


def test_the_marks_that_an_open_study_is_planned_to_go_by_are_fixed(draft, researcher, address):
    Study.objects.update(state="open")
    fields = researcher.get(address).context["adminform"].form.fields
    assert "flag_seconds_a_track" not in fields
    assert "flag_heard_share" in fields


def test_the_page_says_when_the_plan_was_fixed(draft, researcher, address, newcomer):
    Study.objects.update(n_trials=3, design="within")
    draft.refresh_from_db()
    current_version(draft)
    assert "not yet" in researcher.get(address).text
    open_study(draft)
    newcomer().register()
    text = " ".join(researcher.get(address).text.split())
    assert 'since <a href="#versions">version 1</a>' in text
    assert text.count(" after that, on ") == 2


@pytest.mark.parametrize(
    ("state", "said"), [("draft", "will be exploratory"), ("open", "is exploratory")]
)
def test_the_page_says_what_a_study_without_a_plan_is(study, researcher, address, state, said):
    Study.objects.update(state=state, analysis_plan={})
    assert said in researcher.get(address).text


def test_a_hint_before_opening_is_no_obstacle(study, researcher, address):
    Study.objects.update(state="draft", analysis_plan={})
    page = researcher.get(address)
    assert page.context["obstacles"] == []
    assert "It has no analysis plan." in page.text


def test_who_may_only_look_sees_a_drafts_plan_without_its_fields(client, draft, address):
    user = get_user_model().objects.create_user("colleague", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename="view_study"))
    client.force_login(user)
    page = client.get(address)
    assert draft.plan.sha256 in page.text
    assert "plan_outcome" not in page.text
