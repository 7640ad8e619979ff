import os
import signal

import numpy as np
import pytest

from recommender.engine import pool
from recommender.engine.audio import AudioError
from recommender.engine.cnn import SHIPPED, ModelError
from recommender.engine.pool import hear_files
from recommender.engine.processes import cores

from .conftest import tune


@pytest.fixture
def files(write, tmp_path):
    good = [write(f"{seed}.wav", tune(6, seed=seed)) for seed in range(3)]
    (tmp_path / "bad.mp3").write_text("no sound")
    return [good[0], tmp_path / "bad.mp3", *good[1:], tmp_path / "missing.wav"]


def test_several_processes_hear_what_one_hears_in_the_same_order(files):
    alone, together = (list(hear_files(files, SHIPPED, n)) for n in (1, 2))
    assert [path for path, _ in alone] == [path for path, _ in together] == files
    for (_, one), (_, other) in zip(alone, together, strict=True):
        if isinstance(one, AudioError):
            assert str(one) == str(other)
            continue
        assert one[0].sha256 == other[0].sha256
        assert not other[0].samples.size
        np.testing.assert_array_equal(one[1].probabilities, other[1].probabilities)


def test_a_file_that_is_no_audio_is_an_outcome_like_any_other(files):
    outcomes = [outcome for _, outcome in hear_files(files, SHIPPED)]
    assert [isinstance(outcome, AudioError) for outcome in outcomes] == [0, 1, 0, 0, 1]


def test_a_folder_without_a_model_is_said_before_any_file_is_read(files, tmp_path):
    with pytest.raises(ModelError, match="There is no model"):
        next(hear_files(files, tmp_path, 2))


def test_there_is_at_least_one_core():
    assert cores() >= 1


def fatal(path, classifier):
    """As `outcome`, but one file ends the process, as a fault in a decoder would."""
    if path.name == "1.wav":
        os.kill(os.getpid(), signal.SIGKILL)
    return real(path, classifier)


real = pool.outcome


def hear_there(path, directory):
    return fatal(path, pool._classifier(directory))


def test_a_file_that_ends_its_process_is_refused_and_the_others_are_heard(files, monkeypatch):
    monkeypatch.setattr(pool, "_outcome_there", hear_there)
    outcomes = list(hear_files(files, SHIPPED, 2))
    assert [path for path, _ in outcomes] == files
    refused = {path.name: str(o) for path, o in outcomes if isinstance(o, AudioError)}
    assert set(refused) == {"bad.mp3", "1.wav", "missing.wav"}
    assert "ended twice" in refused["1.wav"]
