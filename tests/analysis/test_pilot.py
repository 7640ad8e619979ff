import json
from pathlib import Path

import pytest
from django.core.management import call_command

from analysis.data import study_library as libraries
from analysis.report.assembly import write_tables
from survey.models import Participant, Study

pytestmark = pytest.mark.django_db

PEOPLE = ("ratings", "playlist_ratings", "answers", "listening")


@pytest.fixture
def piloted(study: Study) -> Study:
    """One of the two took part in the pilot: the one who answered most."""
    Participant.objects.filter(pseudonym="Pa").update(pilot=True)
    return study


def people(folder: Path, read) -> set[str]:
    return {row["participant_id"] for name in PEOPLE for row in read(folder / f"{name}.csv")}


def test_pilot_participants_are_in_no_table(piloted, tmp_path: Path, read):
    write_tables(piloted, tmp_path)
    assert people(tmp_path, read) == {"Pb"}
    assert len(read(tmp_path / "playlist_metrics.csv")) == 2


def test_asked_for_they_are_in_every_table(piloted, tmp_path: Path, read):
    call_command("analyse_study", piloted.slug, out=tmp_path, pilot=True)
    assert people(tmp_path, read) == {"Pa", "Pb"}
    assert len(read(tmp_path / "playlist_metrics.csv")) == 4


@pytest.mark.parametrize(("pilot", "n"), [(False, (1, 0, 1, [])), (True, (2, 1, 0, ["Pa"]))])
def test_the_manifest_says_how_many_of_the_pilot_were_left_out(piloted, tmp_path, pilot, n):
    write_tables(piloted, tmp_path, pilot=pilot)
    said = json.loads((tmp_path / "manifest.json").read_text("utf-8"))["participants"]
    names = ("registered", "completed", "pilot_left_out", "pilot_ids")
    assert tuple(said[name] for name in names) == n


def test_a_song_that_only_the_pilot_showed_does_not_count_as_shown(piloted, library):
    for track in library:
        track.available = False
        track.save()
    shown = libraries.library(piloted).genres
    assert library[1].pk not in shown
    assert library[1].pk in libraries.library(piloted, pilot=True).genres
