"""What the Data Package says, checked by the library that reads Data Packages."""

import csv
import json
import zipfile
from pathlib import Path

import pytest
from frictionless import Package

from analysis.data.codebook import FILES, columns
from analysis.export.packing import export_data
from survey.models import Flag, Study

pytestmark = pytest.mark.django_db


@pytest.fixture
def folder(study: Study, tmp_path: Path) -> Path:
    Flag.objects.create(participant=study.participants.first(), kind="too_fast", detail="a\r\n=1")
    export_data(study, tmp_path / "data.zip", tell=lambda *_: None)
    zipfile.ZipFile(tmp_path / "data.zip").extractall(tmp_path / "data")
    return tmp_path / "data"


@pytest.fixture
def said(folder: Path) -> dict:
    return json.loads((folder / "datapackage.json").read_text("utf-8"))


def problems(folder: Path) -> list:
    return Package(str(folder / "datapackage.json")).validate().flatten(["type"])


def test_it_is_valid_and_so_is_every_table(folder: Path):
    assert problems(folder) == []


def put(folder: Path, file: str, column: str, text: str) -> None:
    """Write something else into a column of a table's first row."""
    with (folder / f"{file}.csv").open(encoding="utf-8", newline="") as table:
        rows = list(csv.DictReader(table))
    rows[0][column] = text
    with (folder / f"{file}.csv").open("w", encoding="utf-8", newline="") as table:
        writer = csv.DictWriter(table, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


@pytest.mark.parametrize(
    ("file", "column", "text", "problem"),
    [
        ("ratings", "liking", "four", "type-error"),
        ("ratings", "excluded", "no", "type-error"),
        ("listening", "track_id", "999", "foreign-key"),
        ("sound_checks", "finished_at", "yesterday", "type-error"),
        ("ratings", "liking", "3", "hash-count"),
    ],
)
def test_what_does_not_agree_with_it_is_found(folder: Path, file, column, text, problem):
    put(folder, file, column, text)
    assert [problem] in problems(folder)


def test_every_table_and_column_is_in_it_with_type_unit_and_meaning(folder: Path, said: dict):
    of = {one["name"]: one for one in said["resources"]}
    assert set(of) == {path.stem for path in folder.glob("*.csv")}
    fields = {field["name"]: field for field in of["listening"]["schema"]["fields"]}
    assert list(fields) == [column.name for column in columns("listening")]
    assert fields["heard_s"]["type"] == "number"
    assert fields["heard_s"]["unit"] == "s"
    assert fields["first_play_at"]["type"] == "datetime"
    assert "a second heard twice counts once" in fields["heard_s"]["description"]


def test_tables_come_in_the_codebooks_order(said: dict):
    names = [one["name"] for one in said["resources"]]
    assert names == [name for name in FILES if name in names]


def test_it_has_the_studys_title_and_no_licence_that_nobody_gave(said: dict, study: Study):
    assert said["title"] == study.title
    assert "licenses" not in said
