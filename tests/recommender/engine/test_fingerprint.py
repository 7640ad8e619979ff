import numpy as np
import pytest

from recommender.engine.audio import read_recording
from recommender.engine.fingerprint import duplicates, fingerprint, similarity
from recommender.engine.mel import log_mel

from .conftest import tune


def of(path):
    recording = read_recording(path)
    return fingerprint(log_mel(recording.samples, recording.sample_rate))


def test_is_512_bytes_and_never_all_zero():
    print_ = fingerprint(log_mel(tune(30), 44_100))
    assert print_.shape == (512,)
    assert print_.dtype == np.uint8
    assert print_.all()


@pytest.mark.parametrize("name", ["a.mp3", "a.ogg", "a.flac"])
def test_same_recording_in_another_format_is_a_duplicate(write, name):
    assert duplicates(of(write("a.wav", tune(30))), of(write(name, tune(30))))


def test_level_does_not_matter(write):
    assert duplicates(of(write("a.wav", tune(30))), of(write("b.wav", tune(30, level=0.05))))


def test_lower_sample_rate_does_not_matter(write):
    sound = tune(30)
    smooth = (sound[0::2] + sound[1::2]) / 2
    assert duplicates(fingerprint(log_mel(sound, 44_100)), fingerprint(log_mel(smooth, 22_050)))


def test_other_music_is_no_duplicate():
    prints = [fingerprint(log_mel(tune(30, seed=seed), 44_100)) for seed in range(4)]
    pairs = [(a, b) for i, a in enumerate(prints) for b in prints[:i]]
    assert not any(duplicates(a, b) for a, b in pairs)


def test_unknown_fingerprints_are_alike_to_nothing():
    zeros = np.zeros(512, np.uint8)
    assert similarity(zeros, zeros) == 0.0
    assert not duplicates(np.zeros(0, np.uint8), np.zeros(0, np.uint8))


def test_real_tracks_hold_only_the_three_known_pairs(shared):
    paths = sorted((shared / "library").glob("emotify-rock-[67]*.mp3"))
    prints = {path.stem.removeprefix("emotify-rock-"): of(path) for path in paths}
    found = {(a, b) for a in prints for b in prints if a < b and duplicates(prints[a], prints[b])}
    # Each is one recording on two albums, by title and artist.
    assert found == {("63", "66"), ("70", "76"), ("72", "75")}
