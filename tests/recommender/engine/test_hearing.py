import numpy as np
import pytest

from recommender.engine.audio import AudioError, read_recording
from recommender.engine.cnn import SHIPPED, GenreClassifier, ModelError
from recommender.engine.fingerprint import fingerprint
from recommender.engine.hearing import hear, hear_files
from recommender.engine.mel import log_mel
from recommender.engine.picture import spectrogram_png
from recommender.engine.processes import cores

from .conftest import tune


@pytest.fixture
def files(write, tmp_path):
    good = [write(f"{seed}.wav", tune(6, seed=seed)) for seed in range(3)]
    (tmp_path / "bad.mp3").write_text("no sound")
    return [good[0], tmp_path / "bad.mp3", *good[1:], tmp_path / "missing.wav"]


def test_all_is_computed_from_one_spectrogram(write):
    recording = read_recording(write("a.wav"))
    levels = log_mel(recording.samples, recording.sample_rate)
    classifier = GenreClassifier.load()
    heard = hear(recording, classifier)
    alone = classifier.predict(recording.samples, recording.sample_rate)
    np.testing.assert_array_equal(heard.probabilities, alone.probabilities)
    np.testing.assert_array_equal(heard.embedding, alone.embedding)
    np.testing.assert_array_equal(heard.fingerprint, fingerprint(levels))
    assert heard.picture == spectrogram_png(levels)


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
