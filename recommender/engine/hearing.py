"""Everything that is computed from one recording, over one log-mel-spectrogram."""

from dataclasses import dataclass

import numpy as np

from recommender.engine.audio import AudioError, Recording
from recommender.engine.cnn import GenreClassifier
from recommender.engine.fingerprint import Bytes, fingerprint
from recommender.engine.mel import Floats, log_mel
from recommender.engine.mfcc import mfcc_statistics
from recommender.engine.picture import spectrogram_png


@dataclass(frozen=True, slots=True, eq=False)
class Heard:
    """What the recommender knows of a song.

    probabilities : (K,) float32 in the order of the network's genres. embedding : (D,) float32.
    mfcc : (40,) float32, see `mfcc_statistics`. fingerprint : (512,) uint8. picture : PNG of the
    mel-spectrogram.
    """

    probabilities: Floats
    embedding: Floats
    mfcc: Floats
    fingerprint: Bytes
    picture: bytes


def hear(recording: Recording, classifier: GenreClassifier) -> Heard:
    """Run the network over a recording, and compute what needs no network.

    Raises ModelError, and AudioError where what was heard are no numbers.
    """
    levels = log_mel(recording.samples, recording.sample_rate)
    prediction = classifier.predict_levels(levels)
    heard = Heard(
        probabilities=prediction.probabilities,
        embedding=prediction.embedding,
        mfcc=mfcc_statistics(levels),
        fingerprint=fingerprint(levels),
        picture=spectrogram_png(levels),
    )
    if not all(np.isfinite(a).all() for a in (heard.probabilities, heard.embedding, heard.mfcc)):
        raise AudioError("The network makes no sense of this recording. Export it again.")
    return heard
