"""Sounds made by arithmetic, so that no test needs a recording."""

from pathlib import Path

import av
import numpy as np
import pytest
import soundfile as sf

SHARED = Path(__file__).resolve().parents[4] / "shared" / "data"


def tune(seconds=8.0, rate=44_100, seed=0, level=0.3):
    """A few notes with overtones over a noisy beat: something with a spectrum and a course."""
    rng = np.random.default_rng(seed)
    t = np.arange(int(seconds * rate)) / rate
    note = rng.choice([220.0, 277.2, 329.6, 440.0], size=int(seconds * 4) + 1)[(t * 4).astype(int)]
    sound = sum(np.sin(2 * np.pi * note * k * t) / k for k in (1, 2, 3))
    beat = rng.standard_normal(len(t)) * np.exp(-8 * (t * 2 % 1))
    mixed = sound / 3 + 0.5 * beat
    return (level * mixed / np.abs(mixed).max()).astype(np.float32)


def encode(path, samples, codec, rate=44_100, layout="stereo", options=None, **how):
    """Write samples (frames,) with any codec into the container that the file's name asks for, or
    `format`; `bit_rate` as in PyAV."""
    bit_rate = how.pop("bit_rate", None)
    with av.open(str(path), "w", options=options or {}, **how) as file:
        stream = file.add_stream(codec, rate=rate, layout=layout)
        if bit_rate:
            stream.bit_rate = bit_rate
        frame = av.AudioFrame.from_ndarray(samples[None], format="flt", layout="mono")
        frame.sample_rate = rate
        for packet in stream.encode(frame):
            file.mux(packet)
        file.mux(stream.encode(None))
    return path


@pytest.fixture
def write(tmp_path):
    def write(name, samples=None, rate=44_100, **kwargs):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        sf.write(path, tune(rate=rate) if samples is None else samples, rate, **kwargs)
        return path

    return write


@pytest.fixture
def shared():
    if not SHARED.is_dir():
        pytest.skip("the shared data for measurement are not here (shared/data beside the project)")
    return SHARED
