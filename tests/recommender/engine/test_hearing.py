import numpy as np

from recommender.engine.audio import read_recording
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
