from dataclasses import replace

import numpy as np
import pytest

from recommender.engine.audio import AudioError, read_recording
from recommender.engine.cnn import GenreClassifier
from recommender.engine.fingerprint import fingerprint
from recommender.engine.hearing import hear
from recommender.engine.mel import log_mel
from recommender.engine.picture import spectrogram_png


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


def test_what_the_network_makes_no_sense_of_is_refused(write):
    class Lost(GenreClassifier):
        def predict_levels(self, levels):
            found = super().predict_levels(levels)
            return replace(found, embedding=found.embedding * np.float32(np.nan))

    recording = read_recording(write("a.wav"))
    with pytest.raises(AudioError, match="makes no sense"):
        hear(recording, Lost.load())
