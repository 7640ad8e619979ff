"""Sounds that bots bring, and how they hear those of the sound check."""

import io
import math
import random
import sys
import wave
from array import array

RATE = 22_050


def some_song(chance: random.Random, seconds: int = 6) -> bytes:
    """A short tune as a WAV file, made by arithmetic."""
    notes = [chance.choice((220.0, 261.6, 329.6, 392.0, 440.0)) for _ in range(4 * seconds)]
    beat = chance.uniform(1.5, 3.0)

    def level(step: int) -> float:
        t = step / RATE
        tone = math.sin(2 * math.pi * notes[int(4 * t)] * t)
        drum = math.sin(2 * math.pi * 60 * t) * math.exp(-12 * (t * beat % 1))
        return 0.35 * tone + 0.4 * drum

    samples = array("h", (int(32_767 * level(step)) for step in range(seconds * RATE)))
    if sys.byteorder == "big":
        samples.byteswap()
    file = io.BytesIO()
    with wave.open(file, "wb") as song:
        song.setnchannels(1)
        song.setsampwidth(2)
        song.setframerate(RATE)
        song.writeframes(samples.tobytes())
    return file.getvalue()


def softest(sound: bytes, *, headphones: bool) -> int:
    """Which of three tones, 1 to 3, is the softest, as one hears it.

    With headphones each ear hears its own side; from loudspeakers the sides add up in the air,
    and a tone whose sides are in antiphase is gone.
    """
    import numpy as np

    with wave.open(io.BytesIO(sound)) as file:
        sides = np.frombuffer(file.readframes(file.getnframes()), "<i2").reshape(-1, 2)
    heard = sides[:, 0] / 1.0 if headphones else sides.mean(axis=1)
    powers = [float((part**2).mean()) for part in np.array_split(heard, 3)]
    return 1 + powers.index(min(powers))
