import json
import re
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from survey.models import Item, Study

pytestmark = pytest.mark.django_db

FEW = ("--runs", "3", "--processes", "1", "--tests", "comparisons", "--participants", "6,9")
APART = (*FEW, "--effect", "a=0.5")


@pytest.fixture(autouse=True)
def quick(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Most plans need no figures, which take longest."""
    if "drawn" not in request.fixturenames:
        monkeypatch.setattr("analysis.planning.files._figures", lambda *_: [])


@pytest.fixture
def drawn() -> None:
    """For a plan with its figures."""


@pytest.fixture
def short(study: Study) -> Study:
    """Its playlists are drawn from a library of six."""
    study.conditions.update(params={"length": 3})
    return study


def plan(out: Path, *options: str) -> str:
    said = StringIO()
    call_command("plan_study", *options, "--out", str(out), stdout=said, stderr=StringIO())
    return said.getvalue()


def test_it_writes_its_files(drawn: None, tmp_path: Path):
    plan(tmp_path, *APART, "--null")
    assert {path.name for path in tmp_path.iterdir()} == {
        *("power.csv", "false_positives.csv", "codebook.csv", "manifest.json"),
        *("power.svg", "power.png", "false-positives.svg", "false-positives.png"),
    }


def test_it_says_what_was_found_and_how_many_are_needed(tmp_path: Path):
    said = plan(tmp_path, *APART, "--within")
    assert "Power: a and b, 0.50 points apart" in said
    assert "of 3 simulated studies found that a is rated 0.50 points above b" in said
    assert "80 % needs" in said


def test_the_same_plan_gives_the_same_bytes(tmp_path: Path):
    for folder in ("one", "two"):
        plan(tmp_path / folder, *APART, "--null", "--seed", "5")
    for path in (tmp_path / "one").iterdir():
        assert path.read_bytes() == (tmp_path / "two" / path.name).read_bytes()


def test_the_manifest_says_what_was_assumed(tmp_path: Path):
    plan(tmp_path, *APART, "--sd", "track=0.7", "--stopping", "0.1", "--seed", "5")
    manifest = json.loads((tmp_path / "manifest.json").read_text("utf-8"))
    assumed = manifest["listeners"]
    assert (assumed["track"], assumed["stopping"], assumed["effects"]) == (0.7, 0.1, {"a": 0.5})
    assert (manifest["participants"], manifest["runs"], manifest["seed"]) == ([6, 9], 3, 5)


def test_a_study_brings_its_design_and_plan(short: Study, tmp_path: Path):
    short.design, short.n_trials = Study.Design.WITHIN, 2
    short.analysis_plan = {"outcome": "after.satisfaction", "contrasts": [["system", "chance"]]}
    short.save()
    said = plan(tmp_path, short.slug, *FEW, "--effect", "system=0.5", "--null")
    manifest = json.loads((tmp_path / "manifest.json").read_text("utf-8"))
    assert manifest["design"]["primary"] == "playlist_ratings.satisfaction"
    assert manifest["design"]["plan"]["contrasts"] == [["system", "chance"]]
    assert manifest["listeners"]["tracks"] == 3
    assert "paired_t system chance" in said


def test_the_plans_number_of_participants_is_tried(short: Study, tmp_path: Path):
    short.analysis_plan = {"outcome": "track.liking", "participants": 8}
    short.save()
    quick = ("--runs", "2", "--processes", "1", "--tests", "comparisons", "--null")
    said = plan(tmp_path, short.slug, *quick)
    assert "8 participants" in said


def test_spreads_are_as_wide_as_the_scale(short: Study, tmp_path: Path):
    Item.objects.filter(key="satisfaction").update(kind="slider", bounds=[0, 100])
    short.analysis_plan = {"outcome": "after.satisfaction"}
    short.save()
    plan(tmp_path, short.slug, *FEW, "--null")
    assumed = json.loads((tmp_path / "manifest.json").read_text("utf-8"))["listeners"]
    assert (assumed["scale"]["high"], assumed["residual"]) == (100, 22.5)


@pytest.mark.parametrize(
    ("options", "why"),
    [
        ([], "Say what to look for: --effect"),
        (["--effect", "d=1"], "no condition “d”; there are: a, b, c"),
        (["--effect", "a=lots"], "“a=lots” is not NAME=NUMBER"),
        (["--effect", "a=9"], "mean rating of 12 in “a” is not between 1 and 5"),
        (["--null", "--participants", "0"], "whole numbers from 1 up"),
        (["--null", "--runs", "few"], "whole numbers from 1 up"),
        (["--null", "--seed", "-1"], "0 or more"),
        (["--null", "--tests", "all"], "some of comparisons, models, correlations"),
        (["--null", "--sd", "mood=1"], "no SD “mood”; there are: participant, by_condition"),
        (["--null", "--conditions", "1"], "Two conditions or more"),
        (["--null", "--conditions", "a b,c"], "neither a number nor names"),
        (["--null", "--within", "--playlists", "4"], "not a multiple of 3"),
        (["--null", "--alpha", "0.9"], "above 0 and below 0.5"),
        (["--null", "--stopping", "2"], "between 0 and 1"),
        (["pilto", "--null"], "no study “pilto”. Studies here: pilot"),
        (["pilot", "--null"], "playlist of 10 tracks can't be drawn from 6"),
        (["pilot", "--null", "--tracks", "3"], "The study says --tracks itself"),
    ],
)
def test_what_cannot_be_is_refused_in_words(
    study: Study, tmp_path: Path, options: list[str], why: str
):
    with pytest.raises(CommandError, match=why):
        plan(tmp_path, *options)


def test_a_study_without_scales_is_refused(study: Study, tmp_path: Path):
    Item.objects.filter(instrument__study=study).update(kind="text")
    with pytest.raises(CommandError, match="rates nothing on a scale"):
        plan(tmp_path, study.slug, "--null")


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path):
    (tmp_path / "file").write_text("")
    with pytest.raises(CommandError, match="can't be written"):
        plan(tmp_path / "file" / "below", "--null")


def test_who_is_recruited_and_what_is_assumed_is_said(tmp_path: Path):
    said = plan(tmp_path, *APART, "--attrition", "0.25")
    assert "Assumed standard deviations of opinions" in said
    assert re.search(r"^  9 +12 ", said, flags=re.MULTILINE)
    with pytest.raises(CommandError, match="not a share from 0 up and below 1"):
        plan(tmp_path, *APART, "--attrition", "1")


def test_progress_is_told_without_a_terminal(tmp_path: Path):
    told = StringIO()
    options = ("--runs", "10", "--processes", "1", "--tests", "comparisons", "--participants", "6")
    call_command(
        "plan_study", *options, "--null", "--out", str(tmp_path), stdout=StringIO(), stderr=told
    )
    lines = told.getvalue().splitlines()
    assert lines[0].startswith("5 of 10 studies simulated, about ")
    assert lines[-1].startswith("10 of 10 studies simulated")
