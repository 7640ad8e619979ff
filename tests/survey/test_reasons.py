"""Why a song can't be used, said in the participant's language."""

import numpy as np
import pytest
from django.utils import translation

from recommender.engine import apart, packets
from recommender.engine.audio import AudioError, read_recording
from recommender.engine.faults import unforeseen
from survey.reasons import in_words
from tests.sounds import encoded, tune

SILENT = np.zeros((8 * 22_050, 1), np.float32)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"just some words",
        b"PK\3\4 and more",
        b"%PDF-1.7 and more",
        b"\x89PNG and more",
        b"\x1f\x8b\x08 and more",
        b"MThd\0\0\0\6\0\1\0\1\0\x60",
        bytes(range(250, 256)) * 9,
        encoded()[:4000],
        encoded(tune(seconds=2.0)),
        encoded(SILENT),
        encoded(tune(rate=4000), rate=4000),
        encoded(tune(channels=12)),
        encoded(tune(channels=2) * [1, -1]),
        encoded() * 2,
    ],
)
def test_whatever_is_wrong_with_a_file_is_said_in_german(content, tmp_path):
    path = tmp_path / "song.wav"
    path.write_bytes(content)
    with pytest.raises(AudioError) as refusal:
        read_recording(path)
    with translation.override("de"):
        assert in_words(str(refusal.value)) != str(refusal.value)


@pytest.mark.parametrize(
    "reason",
    [
        apart._TOO_LONG,
        apart._TOO_LARGE,
        apart._BROKEN,
        str(unforeseen(KeyError("x"))),
        "After 8.0 s the sound changes from 44100 Hz and 2 channels to 22050 Hz and 1 channels. "
        "Open it with an audio program, and export it as one recording.",
        "The file's loudest sample is 1e+19 times as loud as full scale, so it is no sound, or was "
        "written in another scale. Export it again, as 16-bit or 24-bit.",
        packets.SEVERAL,
        "This is a video without sound. Choose a file with sound in it.",
        "The network makes no sense of this recording. Export it again.",
    ],
)
def test_what_goes_wrong_in_hearing_is_said_in_german(reason):
    with translation.override("de"):
        assert in_words(reason) != reason


def test_what_varies_in_a_reason_stays():
    reason = "The recording lasts 3.2 s; at least 5 s are needed. Use a longer version."
    with translation.override("es"):
        assert in_words(reason).startswith("La grabación dura 3.2 s; se necesitan al menos 5 s.")


def test_an_unknown_reason_is_said_as_it_is():
    assert in_words("The moon is full.") == "The moon is full."
