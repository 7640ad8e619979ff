import zipfile
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from analysis.export.streaming import FILES
from survey.models import Study

pytestmark = pytest.mark.django_db


def test_it_writes_the_zip_and_says_how_many_rows(study: Study, tmp_path: Path):
    said = StringIO()
    call_command("export_data", "pilot", out=tmp_path / "new" / "data.zip", stdout=said)
    names = zipfile.ZipFile(tmp_path / "new" / "data.zip").namelist()
    assert {f"{name}.csv" for name in FILES} < set(names)
    assert "ratings.csv: 6 rows\n" in said.getvalue()
    assert "playlist_ratings.csv: 1 row\n" in said.getvalue()


def test_pilot_participants_are_in_when_asked_for(study: Study, tmp_path: Path):
    study.participants.update(pilot=True)
    said = {pilot: StringIO() for pilot in (False, True)}
    for pilot, stdout in said.items():
        call_command("export_data", "pilot", out=tmp_path / "a.zip", pilot=pilot, stdout=stdout)
    assert "ratings.csv: 0 rows" in said[False].getvalue()
    assert "ratings.csv: 6 rows" in said[True].getvalue()


def test_an_unknown_study_is_answered_with_those_there_are(study: Study, tmp_path: Path):
    with pytest.raises(CommandError, match=r"no study “pilto”. There are: pilot\."):
        call_command("export_data", "pilto", out=tmp_path / "data.zip")


def test_a_place_that_cannot_be_written_is_named(study: Study, tmp_path: Path):
    (tmp_path / "file").write_text("")
    with pytest.raises(CommandError, match=r"data\.zip can't be written"):
        call_command("export_data", "pilot", out=tmp_path / "file" / "data.zip")


def test_somebody_erased_meanwhile_is_told_of(study: Study, tmp_path: Path, monkeypatch):
    from analysis.export import packing

    def erase(*_: object) -> None:
        study.erasures.create()

    monkeypatch.setattr(packing, "complete", erase)
    complaint = StringIO()
    call_command(
        "export_data", "pilot", out=tmp_path / "a.zip", stdout=StringIO(), stderr=complaint
    )
    assert "everything erased meanwhile" in complaint.getvalue()
