import numpy as np
import pytest
import scipy.fft

from recommender.engine.mel import log_mel
from recommender.engine.mfcc import mfcc_statistics

from .conftest import tune


@pytest.fixture(scope="module")
def levels():
    return log_mel(tune(10), 44_100)


def test_are_means_and_deviations_of_the_cosine_transform(levels):
    course = scipy.fft.dct(levels, axis=0, type=2, norm="ortho")[:20]
    expected = np.concatenate([course.mean(axis=1), course.std(axis=1)])
    np.testing.assert_allclose(mfcc_statistics(levels), expected, rtol=1e-4, atol=1e-3)


def test_are_librosas_coefficients(levels):
    librosa = pytest.importorskip("librosa")
    expected = librosa.feature.mfcc(S=levels, n_mfcc=20).mean(axis=1)
    np.testing.assert_allclose(mfcc_statistics(levels)[:20], expected, atol=1e-2)


def test_level_does_not_matter(levels):
    quiet = mfcc_statistics(log_mel(tune(10, level=0.05), 44_100))
    np.testing.assert_allclose(quiet, mfcc_statistics(levels), atol=0.05)
    assert quiet.dtype == np.float32
