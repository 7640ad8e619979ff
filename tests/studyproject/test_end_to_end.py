"""Simulated participants on the whole stack: what they sent is what the database holds."""

import re

import pytest

PEOPLE = 3


@pytest.fixture(scope="module")
def simulated(new_folder):
    """Three bots, on a stack that the command starts for the time being."""
    folder = new_folder()
    folder.said = folder.manage(
        "simulate_study", "demo", "--participants", PEOPLE, "--seed", 7, "--mix", "steady"
    )
    assert folder.said.returncode == 0, folder.said.stderr[-3000:]
    return folder


@pytest.fixture
def count(simulated):
    return lambda what: simulated.rows(f"SELECT count(*) FROM {what}")[0][0]


def test_everybody_got_through(simulated):
    assert f"{PEOPLE} participants completed" in simulated.said.stdout


def test_what_the_bots_say_they_sent_is_what_is_kept(simulated, count):
    said = simulated.said.stdout
    sent = re.search(r"(\d+) playlists, (\d+) tracks rated with (\d+) ratings, (\d+) answers", said)
    playlists, tracks, ratings, answers = map(int, sent.groups())
    assert count("recommender_playlist WHERE status = 'ready'") == playlists == PEOPLE
    assert count("recommender_playlisttrack") == tracks == PEOPLE * 10
    assert count("survey_trackrating") == ratings == PEOPLE * 10 * 3
    assert (
        count("survey_answer a JOIN survey_item i ON i.id = a.item_id WHERE i.kind <> 'long_text'")
        == answers
    )


def test_everybody_is_marked_as_simulated(count):
    assert count("survey_participant WHERE simulated") == PEOPLE
    assert count("survey_participant WHERE NOT simulated") == 0


def test_everybody_completed(count):
    assert count("survey_participant WHERE completed_at IS NOT NULL") == PEOPLE
    assert count("survey_trial WHERE finished_at IS NOT NULL") == PEOPLE


def test_every_song_of_every_playlist_was_rated_on_every_scale(count):
    rated = "(SELECT track_id FROM survey_trackrating GROUP BY track_id HAVING count(*) = 3)"
    assert count(f"{rated} AS rated") == count("recommender_playlisttrack") == PEOPLE * 10


def test_what_was_heard_is_kept(count):
    assert count("survey_listeningevent WHERE kind = 'heard'") == PEOPLE * 10


def test_no_rating_was_made_twice(count):
    assert count("survey_trackrating WHERE changes > 0") == 0


def test_the_wait_for_playlists_is_reported_with_its_number(simulated):
    assert re.search(r"median \d+\.\d\d s, .* \(n = 3\)\.", simulated.said.stdout)


def test_the_stack_is_stopped_afterwards(simulated):
    assert not (simulated.path / "address").exists()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["nonsense"], "There is no study “nonsense”. Studies here: demo."),
        (["demo", "--participants", 0], "At least one participant is needed"),
        (["demo", "--mix", "grumpy"], "There is no personality “grumpy”."),
        (["demo", "--effect", "rnd=-1"], "There is no condition “rnd”. Conditions: genre-space."),
        (["demo", "--effect", "genre-space"], "needs points, such as genre-space=-0.8."),
    ],
)
def test_what_can_not_be_simulated_says_why(simulated, words, said):
    done = simulated.manage("simulate_study", *words)
    assert done.returncode == 1
    assert said in done.stderr
    assert "Traceback" not in done.stderr
