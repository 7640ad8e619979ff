import pytest

from survey.steps import Step, where

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("step", [Step.GENRE, Step.SONG, Step.WAIT, Step.LISTEN, Step.SURVEY])
def test_a_participant_is_at_the_first_thing_not_done_yet(visitor, step):
    place = where(visitor.go_to(step).participant)
    assert (place.step, place.trial.number) == (step, 1)
    assert place.url == visitor.url(step)


def test_the_last_questions_come_after_the_last_playlist(visitor, last_question):
    place = where(visitor.go_to("end").participant)
    assert (place.step, place.trial) == (Step.END, None)


def test_after_everything_comes_the_completion_code(visitor, last_question):
    assert where(visitor.go_to("thanks").participant).step == Step.THANKS


def test_after_a_playlist_comes_the_next_one(visitor, study):
    study.n_trials = 2
    study.save()
    visitor.go_to("end")
    place = where(visitor.participant)
    assert (place.step, place.trial.number) == (Step.GENRE, 2)


def test_a_playlist_that_failed_is_still_waited_for(visitor):
    playlist = visitor.go_to("wait").trial.playlist
    playlist.status = "failed"
    playlist.save()
    assert where(visitor.participant).step == Step.WAIT
