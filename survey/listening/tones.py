"""The sounds of the sound check, as WAV: noise to set the volume by, and the headphone test.

The test is that of Woods, Siegel, Traer & McDermott (2017), Headphone screening to facilitate
web-based auditory experiments, Attention, Perception & Psychophysics 79:2064. Of three tones of
200 Hz one is 6 dB softer and one has its sides in antiphase. With headphones the softer one is
the softest; from loudspeakers the sides of the other one cancel in the air, and it seems so.
"""

import io
import random
import wave
from functools import lru_cache
from itertools import permutations

import numpy as np
from numpy.typing import NDArray

RATE = 16_000
TONE_HZ = 200.0
TONE_S, RAMP_S, PAUSE_S = 1.0, 0.1, 0.5
TRIPLET_S = 3 * (TONE_S + PAUSE_S)
# Of full scale, root mean square, while a tone is at its full strength.
TONE_DB, SOFTER_DB = -16.0, -6.0
NOISE_S, NOISE_DB = 4.0, -20.0
NOISE_HZ = (100.0, 7_000.0)
NOISE_SEED = 1

# What each of the three tones is.
LOUD, SOFT, ANTIPHASE = "loud", "soft", "antiphase"
ORDERS = tuple(permutations((LOUD, SOFT, ANTIPHASE)))
N_TRIPLETS = len(ORDERS)

Stereo = NDArray[np.float64]


def orders(seed: str) -> list[tuple[str, ...]]:
    """The six triplets of one go: every order once, so the answer is each of the three twice."""
    return random.Random(seed).sample(ORDERS, N_TRIPLETS)


def right_answers(seed: str) -> list[int]:
    """For each triplet, which of its three tones is the softest, from 1."""
    return [order.index(SOFT) + 1 for order in orders(seed)]


def tone(kind: str) -> Stereo:
    """One tone of both sides, (samples, 2), between silence and silence with cosine ramps."""
    times = np.arange(round(TONE_S * RATE)) / RATE
    level = TONE_DB + (SOFTER_DB if kind == SOFT else 0.0)
    left = np.sqrt(2) * 10 ** (level / 20) * np.sin(2 * np.pi * TONE_HZ * times)
    ramp = np.sin(np.pi / 2 * np.clip(times / RAMP_S, 0, 1)) ** 2
    left = left * ramp * ramp[::-1]
    return np.stack([left, -left if kind == ANTIPHASE else left], axis=1)


def triplet(order: tuple[str, ...]) -> Stereo:
    pause = np.zeros((round(PAUSE_S * RATE), 2))
    first, second, third = map(tone, order)
    return np.concatenate([first, pause, second, pause, third, pause])


def noise() -> Stereo:
    """Pink noise, alike on both sides, that goes on without a click when it is played in a loop."""
    size = round(NOISE_S * RATE)
    frequencies = np.fft.rfftfreq(size, 1 / RATE)
    within = (frequencies >= NOISE_HZ[0]) & (frequencies <= NOISE_HZ[1])
    phases = np.random.default_rng(NOISE_SEED).uniform(0, 2 * np.pi, len(frequencies))
    power = np.where(within, 1 / np.maximum(frequencies, 1.0), 0.0)
    one = np.fft.irfft(np.sqrt(power) * np.exp(1j * phases), size)
    one *= 10 ** (NOISE_DB / 20) / np.sqrt(np.mean(one**2))
    return np.stack([one, one], axis=1)


def wav(samples: Stereo) -> bytes:
    """16 bits, two channels."""
    whole = np.round(np.clip(samples, -1, 1) * 32_767).astype("<i2")
    file = io.BytesIO()
    with wave.open(file, "wb") as writer:
        writer.setnchannels(2)
        writer.setsampwidth(2)
        writer.setframerate(RATE)
        writer.writeframes(whole.tobytes())
    return file.getvalue()


@lru_cache(maxsize=N_TRIPLETS)
def triplet_wav(order: tuple[str, ...]) -> bytes:
    return wav(triplet(order))


@lru_cache(maxsize=1)
def noise_wav() -> bytes:
    return wav(noise())
