"""Every personality goes through a study of everything on the whole stack; nothing is lost."""

import re
from pathlib import Path

import pytest

STUDY = Path(__file__).parent / "simulated.yaml"
MIX = "steady,dropout,returner,double_clicker,straight_liner,sceptic,forgetful,returner+forgetful"


@pytest.fixture(scope="module")
def simulated(new_folder):
    folder = new_folder()
    assert folder.manage("load_study", STUDY, "--open", "--uneven").returncode == 0
    words = ("--participants", 8, "--seed", 2, "--mix", MIX, "--effect", "random=-2")
    folder.said = folder.manage("simulate_study", "everything", *words, "--report")
    return folder


@pytest.fixture
def rows(simulated):
    """The lines of the tables: the first cell, and the numbers."""
    lines = [re.split(r"\s{2,}", line.strip()) for line in simulated.said.stdout.splitlines()]
    return {line[0]: line[1:] for line in lines}


def test_nothing_is_lost_changed_or_doubled(simulated, rows):
    assert simulated.said.returncode == 0, simulated.said.stdout + simulated.said.stderr[-3000:]
    for what in ("participants", "playlists", "ratings", "answers", "listening reports"):
        sent, kept, *wrong = map(int, rows[what])
        assert sent == kept > 0
        assert wrong == [0, 0, 0]


def test_every_personality_came_and_nobody_got_stuck(rows):
    assert all(int(rows[name][0]) == 1 and rows[name][-1] == "0" for name in MIX.split(","))


def test_who_dropped_out_did_not_complete(rows):
    assert rows["dropout"][1] == "0"


def test_everybody_who_came_back_is_one_participant(simulated):
    registered = "SELECT count(*), count(DISTINCT registration_key) FROM survey_participant"
    ((people, keys),) = simulated.rows(registered)
    assert people == keys <= 8


def test_the_design_is_told_with_every_order(rows):
    assert {"genre-space → random", "random → genre-space"} <= rows.keys()


def test_the_same_seed_gives_the_same_answers(new_folder):
    given = []
    for folder in (new_folder(), new_folder()):
        mix = ("--mix", "double_clicker,forgetful", "--participants", 2, "--parallel", 1)
        folder.said = folder.manage("simulate_study", "demo", "--seed", 5, *mix)
        assert folder.said.returncode == 0, folder.said.stderr[-3000:]
        given.append(
            folder.rows(
                "SELECT p.seed, t.position, r.item_id, r.value, r.changes "
                "FROM survey_trackrating r "
                "JOIN survey_trialtrack t ON t.id = r.track_id JOIN survey_trial s "
                "ON s.id = r.trial_id JOIN survey_participant p ON p.id = s.participant_id "
                "ORDER BY 1, 2, 3"
            )
        )
    assert given[0] == given[1] != []
