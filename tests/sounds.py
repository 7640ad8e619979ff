"""Sounds made by arithmetic, for tests beyond the engine."""

import io

import numpy as np
import soundfile as sf


def tune(seconds: float = 6.0, rate: int = 22_050, channels: int = 1, level: float = 0.3):
    """Notes with overtones over a beat, (frames, channels)."""
    rng = np.random.default_rng(3)
    t = np.arange(int(seconds * rate)) / rate
    note = rng.choice([220.0, 277.2, 329.6, 440.0], size=int(seconds * 4) + 1)[(t * 4).astype(int)]
    sound = sum(np.sin(2 * np.pi * note * k * t) / k for k in (1, 2, 3))
    beat = rng.standard_normal(len(t)) * np.exp(-8 * (t * 2 % 1))
    mixed = sound / 3 + 0.5 * beat
    mono = level * mixed / np.abs(mixed).max()
    return np.repeat(mono[:, None], channels, axis=1).astype(np.float32)


def encoded(samples=None, rate: int = 22_050, kind: str = "WAV") -> bytes:
    """An audio file's bytes."""
    file = io.BytesIO()
    sf.write(file, tune(rate=rate) if samples is None else samples, rate, format=kind)
    return file.getvalue()
