"""Recordings: from a file to samples that the network may hear, or a plain reason why not.

The decoders are in decode, the spectrogram in mel, its picture in picture.
"""

import hashlib
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from recommender.engine.constants import (
    CLIP_SECONDS,
    DECODE_TIMEOUT_S,
    MAX_CHANNELS,
    MAX_SAMPLE_RATE,
    MAX_SECONDS,
    MIN_SAMPLE_RATE,
    MIN_SECONDS,
    SILENT_PEAK,
    SILENT_RMS,
    TRUNCATED_SECONDS,
    TRUNCATED_SHARE,
)
from recommender.engine.decode import AudioError, Stream, open_stream
from recommender.engine.mel import Floats

__all__ = ["AudioError", "Recording", "read_recording"]


@dataclass(frozen=True, slots=True, eq=False)
class Recording:
    """What the recommender keeps of a file.

    samples : (n,) float32, mono (mean of the channels), the first 30 s at the file's own rate.
    sample_rate : Hz.
    channels : of the file.
    duration_s : of the whole file.
    container : by content, such as "mp3", "wav", "flac", "ogg", "opus", "m4a".
    sha256 : of the whole file's decoded audio as 16-bit mono samples, and its sample rate. Equal
        for the same audio under other names or tags, or in another lossless container.
    """

    samples: Floats
    sample_rate: int
    channels: int
    duration_s: float
    container: str
    sha256: str


def read_recording(path: Path) -> Recording:
    """Decode a file whole, in blocks, and keep its first 30 s.

    WAV, FLAC, MP3, Ogg, Opus, AIFF, AU and CAF are decoded by libsndfile; M4A, AAC, WebM and WMA
    (and what libsndfile refuses) by ffmpeg where it is installed. The content decides, not the
    name.

    Raises
    ------
    AudioError : empty, not audio, damaged or cut off (more than 1 s and 5 % missing), silent in its
        first 30 s (peak below -60 dBFS or RMS below -80 dBFS), samples that are not numbers,
        shorter than 5 s, longer than an hour, M4A without ffmpeg, or more than 120 s of decoding.
        Ogg and MP3 without a length header promise nothing, so a cut there is seen only inside an
        Ogg page.
    """
    with open_stream(Path(path)) as stream:
        _check_header(stream)
        clip, total, digest = _consume(stream)
    duration = total / stream.sample_rate
    _check_length(duration, stream.promised_s)
    _check_level(clip)
    return Recording(
        samples=clip,
        sample_rate=stream.sample_rate,
        channels=stream.channels,
        duration_s=duration,
        container=stream.container,
        sha256=digest,
    )


def _check_header(stream: Stream) -> None:
    if not MIN_SAMPLE_RATE <= stream.sample_rate <= MAX_SAMPLE_RATE:
        raise AudioError(
            f"The sample rate is {stream.sample_rate} Hz; it must be between {MIN_SAMPLE_RATE} "
            f"and {MAX_SAMPLE_RATE} Hz. Convert the file to 44,100 Hz."
        )
    if stream.channels > MAX_CHANNELS:
        raise AudioError(
            f"The file has {stream.channels} channels; at most {MAX_CHANNELS} are accepted. "
            "Convert it to stereo."
        )
    # Infinity stands for "cut off by an unknown length", which is told apart after decoding.
    if stream.promised_s is not None and MAX_SECONDS < stream.promised_s < float("inf"):
        raise AudioError(_too_long())


def _consume(stream: Stream) -> tuple[Floats, int, str]:
    """Run through all blocks: the clip, the number of frames, and the digest."""
    wanted = round(CLIP_SECONDS * stream.sample_rate)
    deadline = time.monotonic() + DECODE_TIMEOUT_S
    digest = hashlib.sha256(f"{stream.sample_rate} Hz".encode())
    clip = np.empty(wanted, np.float32)
    total = 0
    for block in stream.blocks:
        mono = _mono(block)
        digest.update(_pcm(mono).data)
        clip[total : total + len(mono)] = mono[: max(0, wanted - total)]
        heard_whole = total < wanted <= total + len(mono)
        total += len(mono)
        if heard_whole:
            _check_level(clip)  # before hours of silence are decoded
        if total > MAX_SECONDS * stream.sample_rate:
            raise AudioError(_too_long())
        if time.monotonic() > deadline:
            raise AudioError("Decoding took too long. Convert the file to WAV, FLAC or MP3.")
    return clip[:total], total, digest.hexdigest()


def _pcm(mono: Floats) -> npt.NDArray[np.int16]:
    # 32768 is the decoders' own scale: 16-bit samples come back exactly as they were written.
    scaled = mono * np.float32(32768.0)
    np.rint(scaled, out=scaled)
    np.clip(scaled, -32768, 32767, out=scaled)
    return scaled.astype("<i2")


def _mono(block: Floats) -> Floats:
    # numpy's mean over rows as short as a stereo pair takes longer than decoding does.
    mono: Floats = block[:, 0].copy()
    for channel in range(1, block.shape[1]):
        mono += block[:, channel]
    mono /= np.float32(block.shape[1])
    if not np.isfinite(mono).all():
        raise AudioError(
            "The file holds samples that are not numbers (NaN or infinity). Export it again."
        )
    return mono


def _too_long() -> str:
    return (
        f"The recording is longer than {MAX_SECONDS / 60:.0f} minutes. "
        "Cut it into single songs, or use a shorter version."
    )


def _check_length(duration: float, promised: float | None) -> None:
    if duration == 0.0:
        raise AudioError("No sound can be decoded from this file: it is damaged or holds no audio.")
    if promised is not None:
        missing = promised - duration
        if missing > TRUNCATED_SECONDS and duration < (1.0 - TRUNCATED_SHARE) * promised:
            raise AudioError(_cut_off(duration, promised))
    if duration < MIN_SECONDS:
        raise AudioError(
            f"The recording lasts {duration:.1f} s; at least {MIN_SECONDS:.0f} s are needed. "
            "Use a longer version."
        )


def _cut_off(duration: float, promised: float) -> str:
    of = "" if promised == float("inf") else f" of {promised:.1f} s"
    return (
        f"The file is cut off or damaged: only {duration:.1f} s{of} can be decoded. "
        "Copy or download it again."
    )


def _check_level(clip: Floats) -> None:
    peak = max(float(clip.max()), -float(clip.min()))
    rms = float(np.sqrt(np.vdot(clip, clip) / len(clip)))
    if peak < SILENT_PEAK or rms < SILENT_RMS:
        raise AudioError(
            f"The first {CLIP_SECONDS:.0f} seconds, which the network hears, are silent. "
            "Use a version that starts with the music."
        )
