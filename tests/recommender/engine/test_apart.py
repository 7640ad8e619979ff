import signal
import subprocess
import sys

import numpy as np
import pytest
import soundfile as sf

from recommender.engine import apart
from recommender.engine.apart import HearingError, hear_apart
from recommender.engine.audio import AudioError, read_recording
from recommender.engine.cnn import SHIPPED, GenreClassifier
from recommender.engine.hearing import hear

from .conftest import encode, tune


def refusal(path, **limits) -> str:
    with pytest.raises(AudioError) as refused:
        hear_apart(path, SHIPPED, **limits)
    return str(refused.value)


def test_what_is_heard_apart_is_what_is_heard_here(write):
    path = write("song.flac")
    classifier = GenreClassifier.load(SHIPPED)
    here, there = hear(read_recording(path), classifier), hear_apart(path, SHIPPED)
    assert there.version == classifier.version
    assert there.sha256 == read_recording(path).sha256
    assert there.probabilities == [float(p) for p in here.probabilities]
    assert there.embedding == here.embedding.astype("<f4").tobytes()
    assert there.mfcc == here.mfcc.astype("<f4").tobytes()
    assert there.fingerprint == here.fingerprint.tobytes()


@pytest.mark.parametrize("rate", [8_000, 192_000])
def test_the_lowest_and_the_highest_rate_are_heard(write, rate):
    assert hear_apart(write("song.wav", rate=rate), SHIPPED).duration_s == pytest.approx(8, 0.01)


@pytest.mark.parametrize("channels", [1, 6])
def test_mono_and_surround_are_heard(write, channels):
    samples = np.repeat(tune()[:, None], channels, axis=1)
    assert hear_apart(write("song.wav", samples), SHIPPED).container == "wav"


def test_a_clipped_song_is_heard(write):
    loud = np.clip(20 * tune(), -1, 1)
    assert sum(hear_apart(write("song.wav", loud), SHIPPED).probabilities) == pytest.approx(1)


def test_what_a_telephone_records_is_heard(tmp_path):
    path = encode(tmp_path / "song.m4a", tune(), "aac")
    assert hear_apart(path, SHIPPED).container == "m4a"


def test_a_fault_of_ours_is_the_files_refusal_with_a_name_to_report(write, monkeypatch):
    monkeypatch.setattr("recommender.engine.hearing.hear", lambda *a: 1 / 0)
    with pytest.raises(AudioError, match=r"nobody foresaw .*ZeroDivisionError"):
        apart._heard(write("song.wav"), SHIPPED)


@pytest.mark.parametrize(
    ("samples", "reason"),
    [(np.zeros(44_100 * 8), "are silent"), (tune(seconds=2), "at least 5 s are needed")],
)
def test_what_nobody_could_hear_is_refused_in_words(write, samples, reason):
    assert reason in refusal(write("song.wav", samples))


def test_a_damaged_file_is_refused_in_words(write):
    path = write("song.flac")
    whole = path.read_bytes()
    path.write_bytes(whole[:5000] + bytes(3000) + whole[8000 : len(whole) // 3])
    assert "damaged" in refusal(path)


def test_a_file_that_is_gone_is_refused_in_words(tmp_path):
    assert "There is no file here" in refusal(tmp_path / "gone.mp3")


def bomb(path, hours: int, *, honest: bool):
    """Hours of silence in some kilobytes; if not honest, it does not say how long it is."""
    with sf.SoundFile(path, "w", 8_000, 1, format="FLAC") as file:
        for _ in range(hours):
            file.write(np.zeros(8_000 * 3600, np.int16))
    if not honest:
        data = bytearray(path.read_bytes())
        data[21] &= 0xF0
        data[22:26] = bytes(4)
        path.write_bytes(data)
    return path


@pytest.mark.parametrize("honest", [True, False])
def test_hours_of_silence_in_a_small_file_are_refused(tmp_path, honest):
    path = bomb(tmp_path / "bomb.flac", hours=3, honest=honest)
    assert path.stat().st_size < 500_000
    assert "longer than 60 minutes" in refusal(path)


def test_what_takes_too_long_is_ended_and_refused_in_words(write):
    assert "took too long" in refusal(write("song.wav"), seconds=0.05)


@pytest.mark.parametrize(
    ("ended_by", "reason"),
    [(signal.SIGXCPU, "too long"), (signal.SIGKILL, "too large"), (signal.SIGSEGV, "damaged")],
)
def test_whatever_ended_the_process_is_said_in_words(ended_by, reason):
    with pytest.raises(AudioError, match=reason):
        apart._understood(-ended_by, b"", "")


def test_the_process_gets_no_more_memory_than_allowed():
    asked = "from recommender.engine import apart; apart._limit(2**28); bytearray(2**30)"
    done = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True)
    assert "MemoryError" in done.stderr


def test_a_missing_model_is_not_the_files_fault(write, tmp_path):
    with pytest.raises(HearingError):
        hear_apart(write("song.wav"), tmp_path)


def test_the_process_is_told_no_secret(write, tmp_path, monkeypatch):
    monkeypatch.setenv("SECRET_KEY", "not for others")
    shown = tmp_path / "shown"
    monkeypatch.setattr(apart.sys, "executable", str(tmp_path / "show"))
    (tmp_path / "show").write_text(f"#!/bin/sh\nenv > {shown}\nexit 1\n")
    (tmp_path / "show").chmod(0o755)
    with pytest.raises(HearingError):
        hear_apart(write("song.wav"), SHIPPED)
    assert "SECRET_KEY" not in shown.read_text()
