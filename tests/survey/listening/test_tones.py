"""The sounds are measured as they are sent: decoded from the WAV, after rounding to 16 bits."""

import io

import numpy as np
import pytest
import soundfile

from survey.listening.tones import (
    ANTIPHASE,
    LOUD,
    NOISE_DB,
    ORDERS,
    PAUSE_S,
    RATE,
    SOFT,
    TONE_DB,
    TONE_S,
    TRIPLET_S,
    noise_wav,
    orders,
    right_answers,
    triplet_wav,
)

ORDER = (SOFT, ANTIPHASE, LOUD)


def sent(wav: bytes) -> np.ndarray:
    samples, rate = soundfile.read(io.BytesIO(wav), always_2d=True)
    assert (rate, samples.shape[1]) == (RATE, 2)
    return samples


def steady(kind: str) -> np.ndarray:
    """The middle of one tone, where it is at its full strength; whole periods of it."""
    begin = ORDER.index(kind) * (TONE_S + PAUSE_S)
    return sent(triplet_wav(ORDER))[round((begin + 0.2) * RATE) : round((begin + 0.8) * RATE)]


def db(samples: np.ndarray) -> float:
    return float(10 * np.log10(np.mean(samples**2)))


@pytest.mark.parametrize(("kind", "level"), [(LOUD, 0), (ANTIPHASE, 0), (SOFT, -6)])
def test_each_side_of_a_tone_has_its_level(kind, level):
    for side in steady(kind).T:
        assert db(side) == pytest.approx(TONE_DB + level, abs=0.05)


@pytest.mark.parametrize(("kind", "correlation"), [(LOUD, 1), (SOFT, 1), (ANTIPHASE, -1)])
def test_the_sides_are_alike_except_in_antiphase(kind, correlation):
    left, right = steady(kind).T
    assert np.corrcoef(left, right)[0, 1] == pytest.approx(correlation, abs=1e-9)


def test_added_in_the_air_the_antiphase_tone_is_gone_and_the_others_are_not():
    assert np.max(np.abs(steady(ANTIPHASE).mean(axis=1))) == 0
    assert db(steady(LOUD).mean(axis=1)) - db(steady(SOFT).mean(axis=1)) == pytest.approx(
        6, abs=0.1
    )


@pytest.mark.parametrize("kind", [LOUD, SOFT, ANTIPHASE])
def test_a_tone_is_200_hz_and_nothing_else(kind):
    power = np.abs(np.fft.rfft(steady(kind)[:, 0])) ** 2
    peak = int(power.argmax())
    assert peak * RATE / len(steady(kind)) == pytest.approx(200)
    assert 10 * np.log10((power.sum() - power[peak]) / power[peak]) < -60


def test_tones_begin_and_end_without_a_click():
    assert np.max(np.abs(np.diff(sent(triplet_wav(ORDER)), axis=0))) < 0.03


def test_the_noise_has_its_level_alike_on_both_sides():
    left, right = sent(noise_wav()).T
    assert db(left) == pytest.approx(NOISE_DB, abs=0.05)
    assert np.array_equal(left, right)
    assert np.max(np.abs(left)) < 0.99


def test_the_noise_is_pink_and_goes_round_without_a_click():
    left = sent(noise_wav())[:, 0]
    power = np.abs(np.fft.rfft(left)) ** 2
    hz = np.fft.rfftfreq(len(left), 1 / RATE)
    octaves = [power[(hz >= low) & (hz < 2 * low)].sum() for low in (125, 250, 500, 1000, 2000)]
    assert np.ptp(10 * np.log10(octaves)) < 0.5
    assert abs(left[0] - left[-1]) <= np.max(np.abs(np.diff(left)))


def test_the_six_triplets_are_the_six_orders_and_the_same_for_a_seed():
    assert sorted(orders("a")) == sorted(ORDERS)
    assert orders("a") == orders("a") != orders("b")
    assert sorted(right_answers("a")) == [1, 1, 2, 2, 3, 3]


def test_the_files_can_not_be_told_apart_by_their_length():
    lengths = {len(triplet_wav(order)) for order in ORDERS}
    assert lengths == {44 + round(TRIPLET_S * RATE) * 4}
