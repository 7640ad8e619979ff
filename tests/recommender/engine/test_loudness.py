"""Loudness against ITU's own definition and the reference implementation; copies by measuring."""

import math

import numpy as np
import pyloudnorm
import pytest
import soundfile as sf

from recommender.engine.decode import AudioError
from recommender.engine.loudness import Loudness, gain_db, gated, measure, render

RATE = 48_000


@pytest.fixture
def write(tmp_path):
    def write(samples, rate=RATE, name="song.wav", **how):
        path = tmp_path / name
        sf.write(path, samples, rate, **how)
        return path

    return write


def tone(seconds: float, level_db: float, hz: float = 997.0, rate: int = RATE) -> np.ndarray:
    t = np.arange(round(seconds * rate)) / rate
    return 10 ** (level_db / 20) * np.sin(2 * np.pi * hz * t)


def stereo(mono: np.ndarray) -> np.ndarray:
    return np.stack([mono, mono], axis=1)


@pytest.mark.parametrize("level", [-23.0, -33.0])
def test_a_stereo_tone_reads_as_ebu_tech_3341_says(write, level):
    """Cases 1 and 2: 1 kHz in both channels at -23 (-33) dBFS is -23 (-33) LUFS, ±0.1 LU."""
    path = write(stereo(tone(20, level, 1000.0)), subtype="FLOAT")
    assert measure(path).lufs == pytest.approx(level, abs=0.1)


def test_quiet_parts_are_left_out_as_ebu_tech_3341_says(write):
    """Case 3: 10 s at -36, 60 s at -23, 10 s at -36 dBFS is -23 LUFS."""
    parts = [tone(10, -36, 1000.0), tone(60, -23, 1000.0), tone(10, -36, 1000.0)]
    path = write(stereo(np.concatenate(parts)), subtype="FLOAT")
    assert measure(path).lufs == pytest.approx(-23.0, abs=0.1)


@pytest.mark.parametrize("seconds", [7.3, 29.0, 95.0])
def test_it_equals_pyloudnorm_over_the_whole(write, seconds):
    rng = np.random.default_rng(3)
    n = round(seconds * RATE)
    swell = np.interp(np.arange(n), np.linspace(0, n, 40), rng.uniform(0.001, 0.3, 40))
    samples = (rng.standard_normal((n, 2)) * swell[:, None] / 4).astype(np.float32)
    whole = pyloudnorm.Meter(RATE).integrated_loudness(samples.astype(np.float64))
    assert measure(write(samples, subtype="FLOAT")).lufs == pytest.approx(whole, abs=0.05)


def test_silence_can_not_be_measured(write):
    with pytest.raises(AudioError, match="too quiet"):
        measure(write(np.zeros(RATE * 10)))


def test_blocks_below_the_gates_do_not_count():
    assert gated(np.array([-20.0, -20.0, -75.0, -90.0])) == pytest.approx(-20.0)
    assert gated(np.array([-20.0] * 10 + [-45.0])) == pytest.approx(-20.0)


def test_the_low_frequency_channel_does_not_count(write):
    six = np.zeros((RATE * 10, 6))
    six[:, 0] = six[:, 1] = tone(10, -23)
    six[:, 3] = tone(10, -3, 50.0)
    two = stereo(tone(10, -23))
    surround = measure(write(six, name="six.wav", subtype="FLOAT")).lufs
    assert surround == pytest.approx(measure(write(two, subtype="FLOAT")).lufs, abs=0.01)


@pytest.mark.parametrize(
    ("lufs", "peak", "gain"),
    [(-10.0, 0.0, -13.0), (-30.0, -20.0, 7.0), (-30.0, -6.0, 4.0), (-30.0, 0.0, 0.0)],
)
def test_a_boost_stops_where_peaks_would_be_cut(lufs, peak, gain):
    assert gain_db(Loudness(lufs, peak), -23.0) == pytest.approx(gain)


@pytest.mark.parametrize("rate", [22_050, 44_100, 96_000])
@pytest.mark.parametrize("level", [-8.0, -35.0])
def test_copies_are_equally_loud(write, tmp_path, rate, level):
    chord = sum(tone(12, level - 10, hz, rate) for hz in (110.0, 440.0, 1760.0, 5000.0))
    path, out = write(stereo(chord), rate), tmp_path / "copy.mp3"
    render(path, out, gain_db(measure(path), -23.0))
    copy = measure(out)
    assert copy.lufs == pytest.approx(-23.0, abs=0.5)
    assert sf.info(out).channels == 2


def test_a_copy_of_surround_sound_is_mono(write, tmp_path):
    path, out = write(np.tile(tone(6, -20)[:, None], (1, 6))), tmp_path / "copy.mp3"
    render(path, out, -3.0)
    assert sf.info(out).channels == 1


def test_a_copy_never_clips(write, tmp_path):
    clicks = tone(10, -40)
    clicks[:: RATE // 2] = 0.9
    path, out = write(stereo(clicks)), tmp_path / "copy.mp3"
    render(path, out, gain_db(measure(path), -23.0))
    assert 20 * math.log10(np.abs(sf.read(out)[0]).max()) < 0.0
