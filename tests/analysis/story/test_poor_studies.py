"""The whole report of a study in the database that can't tell much."""

from pathlib import Path

import pytest

from analysis.report.publishing import write_report
from survey.models import Study
from survey.services import erase

pytestmark = pytest.mark.django_db


def report(study: Study, folder: Path) -> str:
    write_report(study, folder)
    return (folder / "report.html").read_text("utf-8")


def test_when_a_participant_had_everything_erased_the_rest_is_told(study: Study, tmp_path: Path):
    erase(study.participants.get(pseudonym="Pb"))
    told = report(study, tmp_path)
    assert "Of 1 person who registered" in told
    assert "nothing can be estimated for system − chance" in told


def test_without_participants_it_says_so(study: Study, tmp_path: Path):
    study.participants.all().delete()
    assert "Nobody has registered yet." in report(study, tmp_path)


def test_titles_are_text(study: Study, tmp_path: Path):
    study.title = "=1+1 <b>Žluť</b>"
    assert "=1+1 &lt;b&gt;Žluť&lt;/b&gt;" in report(study, tmp_path)
