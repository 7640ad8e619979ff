from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from analysis.data.codebook import FILES
from survey.models import Study

pytestmark = pytest.mark.django_db


def test_it_writes_every_file_and_says_how_many_rows(study: Study, tmp_path: Path):
    said = StringIO()
    call_command("analyse_study", "pilot", out=tmp_path / "new", stdout=said)
    assert {path.name for path in (tmp_path / "new").iterdir()} == {
        *(f"{name}.csv" for name in FILES),
        "manifest.json",
        *("figures", "sections.json", "report.html"),
    }
    assert "ratings.csv: 6 rows" in said.getvalue()
    assert "playlist_ratings.csv: 1 row\n" in said.getvalue()


def test_an_unknown_study_is_answered_with_those_there_are(study: Study, tmp_path: Path):
    with pytest.raises(CommandError, match=r"no study “pilto”. There are: pilot\."):
        call_command("analyse_study", "pilto", out=tmp_path)


def test_without_a_study_it_says_so(db: None, tmp_path: Path):
    with pytest.raises(CommandError, match="There is none yet"):
        call_command("analyse_study", "pilot", out=tmp_path)


def test_a_folder_that_cannot_be_made_is_named(study: Study, tmp_path: Path):
    (tmp_path / "file").write_text("")
    with pytest.raises(CommandError, match="can't be written"):
        call_command("analyse_study", "pilot", out=tmp_path / "file" / "below")
