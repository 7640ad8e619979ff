"""A study's plan: what stands against it, when it was fixed, and what becomes of it."""

from datetime import datetime, timedelta

import pytest
import yaml
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.utils import timezone

from survey import services
from survey.models import Participant, Study, StudyVersion
from survey.services import current_version, fixing, hints_before_opening, obstacles_to_opening
from survey.study_files import document_of, written
from tests.conftest import DEMO_STUDY

pytestmark = pytest.mark.django_db
PLAN = {"outcome": "track.liking", "alpha": 0.05, "exclusions": ["too_fast"]}


@pytest.fixture
def planned(study) -> Study:
    """A draft with a plan and a version that says it."""
    Study.objects.update(analysis_plan=PLAN, state="draft")
    study.refresh_from_db()
    current_version(study)
    return study


def saved(number: int) -> datetime:
    return StudyVersion.objects.get(number=number).saved_at


def test_a_study_keeps_its_plan_in_one_way_of_writing(study):
    study.analysis_plan = {"exclusions": ["too_fast"], "outcome": "track.liking", "metrics": []}
    study.clean()
    assert list(study.analysis_plan.items()) == list(PLAN.items())


def test_what_is_no_plan_is_refused_at_its_field(study):
    study.analysis_plan = {"outcome": "track.liking", "alpha": 5}
    with pytest.raises(ValidationError, match="α is a number above 0 and below"):
        study.clean()


@pytest.mark.parametrize(
    ("parts", "said"),
    [
        ({"outcome": "track.likin"}, "“track.likin” can't be the outcome"),
        ({"contrasts": [["genre-space", "random"]]}, "There is no condition “random”"),
        ({"equivalence_bound": 4.5}, "can be larger than 4"),
    ],
)
def test_a_plan_for_another_study_stands_against_opening(planned, parts, said):
    planned.analysis_plan = {**PLAN, **parts}
    (obstacle,) = obstacles_to_opening(planned)
    assert obstacle.startswith("Its analysis plan: ")
    assert said in obstacle


def test_a_study_can_be_opened_without_a_plan_and_is_told_what_that_means(study):
    study.analysis_plan = {}
    assert obstacles_to_opening(study) == []
    (hint,) = hints_before_opening(study)
    assert "everything in its report will be exploratory" in hint


def test_a_study_with_a_plan_is_told_nothing_unless_it_takes_too_few(planned):
    assert hints_before_opening(planned) == []
    planned.analysis_plan, planned.max_participants = {**PLAN, "participants": 60}, 40
    assert hints_before_opening(planned) == [
        "Its plan is for 60 participants; it takes 40 at most."
    ]


# Hidden tracks that would give themselves away


@pytest.mark.parametrize(
    ("information", "said"),
    [
        ("You hear playlists of ten songs each.", "ten songs"),
        ("You hear 10 tracks.", "10 tracks"),
        ("You hear playlists of eleven songs each.", ""),
        ("You hear short playlists.", ""),
    ],
)
def test_a_text_that_counts_songs_without_the_hidden_ones_is_a_hint(planned, information, said):
    texts = {"summary": "", "information": information, "translations": {}}
    Study.objects.update(**texts, repeat_track=True, titles="hidden")
    planned.refresh_from_db()
    hints = hints_before_opening(planned)
    assert [f"“{said}”" in hint for hint in hints] == ([True] if said else [])


def test_a_translation_that_counts_songs_without_the_hidden_ones_is_a_hint(planned):
    planned.repeat_track, planned.titles = True, "hidden"
    planned.summary = planned.information = ""
    planned.translations = {"de": {"summary": "Zehn kurze Lieder, gleich mehrmals."}}
    (hint,) = hints_before_opening(planned)
    assert "“Zehn kurze Lieder”" in hint


def test_titles_that_show_which_song_is_there_twice_are_a_hint(planned):
    planned.repeat_track, planned.titles = True, "shown"
    assert any("which song is there twice" in hint for hint in hints_before_opening(planned))


# When it was fixed


def test_a_plan_is_fixed_with_the_first_version_that_has_said_it_since(planned):
    Study.objects.update(title="Another")
    current_version(planned)
    assert (fixing(planned).version, fixing(planned).saved_at) == (1, saved(1))
    assert planned.versions.count() == 2


def test_a_plan_that_was_changed_back_is_fixed_anew(planned):
    for plan in ({**PLAN, "alpha": 0.01}, PLAN):
        Study.objects.update(analysis_plan=plan)
        current_version(planned)
    planned.refresh_from_db()
    assert fixing(planned).version == 3


def test_a_plan_that_no_version_says_is_not_fixed(planned):
    planned.analysis_plan = {**PLAN, "alpha": 0.01}
    assert (fixing(planned).version, fixing(planned).saved_at) == (None, None)


def test_a_study_keeps_when_it_was_first_opened(planned):
    services.open_study(planned)
    first = Study.objects.get().opened_at
    services.pause_study(planned)
    services.open_study(planned)
    assert Study.objects.get().opened_at == first
    services.back_to_draft(planned)
    assert Study.objects.get().opened_at is None


def test_the_first_participant_is_not_the_pilots(planned, newcomer):
    services.start_pilot(planned)
    newcomer().register()
    assert fixing(planned).first_at is None
    services.open_study(planned)
    one = newcomer().register().participant
    planned.refresh_from_db()
    assert fixing(planned).first_at == one.consented_at
    assert not fixing(planned).came_late


def test_a_plan_after_the_first_participant_came_late(planned, newcomer):
    services.open_study(planned)
    newcomer().register()
    Participant.objects.update(consented_at=timezone.now() - timedelta(days=1))
    assert fixing(planned).came_late


# What becomes of it


def test_a_copy_keeps_the_plan_and_was_never_opened(planned):
    services.open_study(planned)
    planned.refresh_from_db()
    copy = services.copy_study(planned)
    assert (copy.analysis_plan, copy.opened_at) == (PLAN, None)


def test_a_plan_is_not_replaced_once_somebody_took_part(planned, visitor, tmp_path):
    services.open_study(planned)
    visitor.register()
    file = tmp_path / "study.yaml"
    file.write_text(written({**document_of(planned), "analysis_plan": {"outcome": "track.fit"}}))
    with pytest.raises(CommandError, match="The analysis plan can't be changed: 1 participant"):
        call_command("load_study", file, replace=True)
    assert Study.objects.get().analysis_plan == PLAN


def test_a_plan_is_written_in_its_order_whatever_the_database_keeps(planned):
    turned = dict(reversed(list({**PLAN, "participants": 60}.items())))
    text = written({**document_of(planned), "analysis_plan": turned})
    assert (
        "analysis_plan:\n  outcome: track.liking\n  alpha: 0.05\n  exclusions: [too_fast]\n"
        "  participants: 60\n"
    ) in text


def test_the_command_says_what_a_study_without_a_plan_gives_up(library, tmp_path, capsys):
    file = tmp_path / "study.yaml"
    said = yaml.safe_load(DEMO_STUDY.read_text("utf-8"))
    file.write_text(yaml.safe_dump({**said, "analysis_plan": {}}), "utf-8")
    call_command("load_study", file, open=True)
    assert "exploratory" in capsys.readouterr().out
