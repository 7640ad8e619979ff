"""All data of a study in one ZIP."""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
import yaml

from analysis.data.source import source
from analysis.export import packing
from analysis.export.packing import complete, export_data
from analysis.export.second_process import beside
from survey.models import Study

pytestmark = pytest.mark.django_db

STARTERS = {"README.txt", "starter.R", "starter.py"}
DESCRIBED = {"manifest.json", "datapackage.json", "study.yaml", "codebook.csv", "primary.csv"}


def exported(study: Study, path: Path, **options: object) -> zipfile.ZipFile:
    export_data(study, path, tell=lambda *_: None, **options)
    return zipfile.ZipFile(path)


def test_it_holds_the_tables_and_what_they_need_to_be_read_elsewhere(study, tmp_path: Path):
    names = set(exported(study, tmp_path / "data.zip").namelist())
    assert STARTERS | DESCRIBED | {"ratings.csv", "listening.csv", "answers.csv"} < names


def test_the_same_data_give_the_same_bytes(study: Study, tmp_path: Path):
    for name, chunk in (("a", 1), ("b", 500)):
        export_data(study, tmp_path / name, tell=lambda *_: None, chunk=chunk)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


@pytest.mark.django_db(transaction=True)
def test_a_large_study_is_the_same_from_two_processes(study, real_settings, tmp_path, monkeypatch):
    began = []
    monkeypatch.setattr(packing, "LARGE", 1)
    monkeypatch.setattr(packing, "beside", lambda: began.append(True) or beside())
    for name, processes in (("a", 1), ("b", 2)):
        export_data(study, tmp_path / name, tell=lambda *_: None, chunk=1, processes=processes)
    assert began == [True]
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


@pytest.mark.django_db(transaction=True)
def test_a_small_study_waits_for_no_second_process(study: Study, tmp_path: Path, monkeypatch):
    monkeypatch.delattr(packing, "beside")
    assert exported(study, tmp_path / "data.zip", processes=2).namelist()


def test_nothing_is_left_beside_it(study: Study, tmp_path: Path):
    exported(study, tmp_path / "new" / "data.zip")
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["data.zip"]


def test_what_was_there_stays_when_it_is_interrupted(study: Study, tmp_path: Path):
    (tmp_path / "data.zip").write_text("before")

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        export_data(study, tmp_path / "data.zip", tell=interrupt)
    assert (tmp_path / "data.zip").read_text() == "before"
    assert [path.name for path in tmp_path.iterdir()] == ["data.zip"]


def test_the_studys_file_makes_the_study_again(study: Study, tmp_path: Path):
    text = exported(study, tmp_path / "data.zip").read("study.yaml").decode()
    assert yaml.safe_load(text)["slug"] == study.slug
    assert [one["key"] for one in yaml.safe_load(text)["instruments"]] == ["track", "after"]


def test_no_code_and_no_address_is_in_it(study: Study, tmp_path: Path):
    codes = {"completion_code": "PAYME42", "screen_out_url": "https://pays.example/?cc=OUT77"}
    Study.objects.update(**codes, completion_url="https://pays.example/?cc={code}")
    study.refresh_from_db()
    archive = exported(study, tmp_path / "data.zip")
    everything = b"".join(archive.read(name) for name in archive.namelist()).decode()
    for person in study.participants.all():
        assert person.code not in everything
        assert person.completion_code not in everything
    for secret in ("PAYME42", "OUT77", "@example.org"):
        assert secret not in everything


def test_pilot_participants_are_left_out_unless_asked_for(study: Study, tmp_path: Path):
    study.participants.filter(pseudonym="Pa").update(pilot=True)
    without = exported(study, tmp_path / "a").read("ratings.csv").decode()
    with_pilot = exported(study, tmp_path / "b", pilot=True).read("ratings.csv").decode()
    assert "Pa," not in without
    assert "Pa," in with_pilot


def test_figures_stay_with_the_tables_that_they_belong_to(study: Study, tmp_path: Path):
    (tmp_path / "figures").mkdir()
    (tmp_path / "figures" / "a.svg").write_text("<svg/>")
    complete(source(study), tmp_path)
    assert STARTERS | {"datapackage.json", "figures"} <= {path.name for path in tmp_path.iterdir()}


def test_it_loads_no_statistics():
    heavy = "{'scipy.stats', 'statsmodels', 'matplotlib', 'librosa', 'tensorflow'}"
    script = (
        "import os, sys, django; os.environ['DJANGO_SETTINGS_MODULE'] = 'studyproject.settings';"
        f"django.setup(); import analysis.export.packing; print(sorted({heavy} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert done.stdout.strip() == "[]", done.stderr
