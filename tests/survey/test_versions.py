"""Numbered versions of a study, and what replaces one."""

import pytest
import yaml
from django.core.management import CommandError, call_command

from survey.models import Study
from survey.services import as_begun, current_version, difference
from survey.study_files import document_of, written
from survey.texts import in_language

pytestmark = pytest.mark.django_db

# In every language that the study is there in.
B = {"en": "B", "de": "B", "es": "B"}


@pytest.fixture
def file(study, tmp_path):
    """The study's own file, with some of it changed."""

    def write(**parts: object):
        path = tmp_path / "study.yaml"
        path.write_text(yaml.safe_dump({**yaml.safe_load(written(document_of(study))), **parts}))
        return path

    return write


def test_a_study_that_did_not_change_has_one_version(study):
    assert current_version(study) == current_version(study)
    assert study.versions.count() == 1


def test_every_change_is_the_next_number(study):
    first = current_version(study)
    study.instruments.first().items.update(help="New.")
    second = current_version(study)
    assert (first.number, second.number) == (1, 2)
    assert "+        help: New." in difference(first, second)


@pytest.mark.django_db(transaction=True)
def test_two_savers_at_once_keep_one_version(study, at_once):
    first, second = at_once(lambda: current_version(study).pk)
    assert first == second


def test_a_participant_keeps_the_version_that_they_began_with(study, visitor, newcomer):
    visitor.register()
    Study.objects.update(title="A new title")
    later = newcomer().register()
    assert visitor.participant.version.number == 1
    assert later.participant.version.number == 2


def test_pages_say_what_the_study_said_when_they_began(study, visitor, newcomer):
    visitor.register()
    Study.objects.update(title="A new title", debriefing="A new debriefing")
    for page in ("", "code", "genre"):
        assert study.title in visitor.get(page).text
        assert "A new title" not in visitor.get(page).text
    assert "A new title" in newcomer().get().text


def test_the_texts_of_a_version_come_in_its_languages(study, visitor):
    Study.objects.update(translations={"de": {"title": "Alt"}})
    participant = visitor.register().participant
    Study.objects.update(title="New", translations={"de": {"title": "Neu"}})
    participant.study.refresh_from_db()
    begun = as_begun(participant)
    assert in_language(begun, "title", "de") == "Alt"
    assert in_language(begun, "title", "fr") == study.title


@pytest.mark.parametrize(
    "broken", [None, [], "x", {"de": None}, {"de": "x"}, {"de": {"title": ""}}]
)
def test_a_text_without_a_translation_is_in_the_studys_own_language(broken):
    assert in_language(Study(title="A", translations=broken), "title", "de") == "A"


# Replacing


def test_a_draft_is_replaced_by_its_file(study, file):
    Study.objects.update(state="draft")
    call_command("load_study", file(title=B, conditions=[{"name": "new"}]), replace=True)
    after = Study.objects.get()
    assert (after.pk, after.title, after.is_draft) == (study.pk, "B", True)
    assert [condition.name for condition in after.conditions.all()] == ["new"]
    assert after.instruments.count() == 3


def test_a_running_study_takes_over_what_breaks_nothing(study, file, visitor):
    visitor.register()
    call_command("load_study", file(title=B, max_participants=40), replace=True)
    after = Study.objects.get()
    assert (after.title, after.max_participants, after.is_open) == ("B", 40, True)
    assert after.versions.count() == 2


def test_a_running_study_refuses_the_rest_and_stays_as_it_was(study, file, visitor):
    before = document_of(study)
    visitor.register()
    with pytest.raises(CommandError, match="The instrument track can't be removed"):
        call_command("load_study", file(instruments=[], analysis_plan={}), replace=True)
    assert document_of(Study.objects.get()) == before


def test_an_open_study_is_not_replaced_by_one_that_could_not_be_opened(study, file):
    with pytest.raises(CommandError, match="no condition"):
        call_command("load_study", file(conditions=[]), replace=True)
    assert study.conditions.exists()


def test_without_replace_the_study_of_that_address_stays(study, file):
    with pytest.raises(CommandError, match="There is a study “demo” already"):
        call_command("load_study", file(title=B))


def test_a_file_is_checked_without_keeping_anything(study, file, capsys):
    call_command("load_study", file(title=B), check=True)
    assert "nothing is wrong" in capsys.readouterr().out
    assert Study.objects.get().title == study.title
