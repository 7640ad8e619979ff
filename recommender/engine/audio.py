"""Recordings: from a file to samples that the network may hear, or a plain reason why not.

The decoders are in decode, the spectrogram in mel, its picture in picture.
"""

import hashlib
import math
import time
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

from recommender.engine.constants import (
    AUDIBLE_SECONDS,
    CANCELLED,
    CLIP_SECONDS,
    DECODE_TIMEOUT_S,
    LARGEST_SAMPLE,
    MAX_CHANNELS,
    MAX_SAMPLE_RATE,
    MAX_SECONDS,
    MIN_SAMPLE_RATE,
    MIN_SECONDS,
    SILENT_PEAK,
    SILENT_RMS,
)
from recommender.engine.containers import AudioError
from recommender.engine.decode import Stream, open_stream
from recommender.engine.mel import Floats
from recommender.engine.packets import LONGER_S, TOO_SLOW, too_long

__all__ = ["AudioError", "Recording", "read_recording"]


@dataclass(frozen=True, slots=True, eq=False)
class Recording:
    """What the recommender keeps of a file.

    samples : (n,) float32, mono (mean of the channels), the first 30 s at the file's own rate.
    sample_rate : Hz.
    channels : of the file.
    duration_s : of the whole file.
    container, codec : by content, such as "ogg" and "vorbis".
    playable : whether all browsers are known to play the file itself.
    sha256 : of the whole file's decoded audio as 16-bit mono samples, and its sample rate. Equal
        for the same audio under other names or tags, or in another lossless container.
    """

    samples: Floats
    sample_rate: int
    channels: int
    duration_s: float
    container: str
    codec: str
    playable: bool
    sha256: str


def read_recording(path: Path) -> Recording:
    """Decode a file whole, in blocks, and keep its first 30 s.

    The content decides how it is decoded, not the name; see `decode.open_stream`.

    Raises
    ------
    AudioError : empty, not audio, damaged or cut off (less can be decoded than the file's packets
        and headers count, beyond `Stream.slack_s`), changing its sample rate or
        channels, samples that are not numbers or far beyond full scale, silent in its first 30 s
        (see `_check_level`), shorter than 5 s, longer than an hour, or more than 120 s of decoding.
        Ogg and MP3 without a length header promise nothing, so a cut there is seen only inside a
        page or a frame.
    """
    with open_stream(Path(path)) as stream:
        _check_header(stream)
        clip, total, digest, power = _consume(stream)
    duration = total / stream.sample_rate
    _check_length(duration, stream)
    if duration < CLIP_SECONDS:
        _check_level(clip, stream.sample_rate, power)
    return Recording(
        samples=clip,
        sample_rate=stream.sample_rate,
        channels=stream.channels,
        duration_s=duration,
        container=stream.container,
        codec=stream.codec,
        playable=stream.playable,
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
    if MAX_SECONDS + LONGER_S < stream.expected_s < float("inf"):
        raise AudioError(too_long())


def _consume(stream: Stream) -> tuple[Floats, int, str, float]:
    """Run through all blocks: the clip, the number of frames, the digest, and the clip's power
    in its channels' mean."""
    wanted = round(CLIP_SECONDS * stream.sample_rate)
    deadline = time.monotonic() + DECODE_TIMEOUT_S
    digest = hashlib.sha256(f"{stream.sample_rate} Hz".encode())
    clip = np.empty(wanted, np.float32)
    total, power = 0, 0.0
    for block in stream.blocks:
        _check_samples(block)
        heard = block[: max(0, wanted - total)].ravel()
        power += float(np.vdot(heard, heard)) / stream.channels
        mono = _mono(block)
        digest.update(_pcm(mono).data)
        clip[total : total + len(mono)] = mono[: max(0, wanted - total)]
        heard_whole = total < wanted <= total + len(mono)
        total += len(mono)
        if heard_whole:
            _check_level(clip, stream.sample_rate, power)  # before hours of silence are decoded
        if total > MAX_SECONDS * stream.sample_rate:
            raise AudioError(too_long())
        if time.monotonic() > deadline:
            raise AudioError(TOO_SLOW)
    return clip[:total], total, digest.hexdigest(), power


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
    return mono


def _check_samples(block: Floats) -> None:
    largest = max(float(block.max()), -float(block.min()))
    if not math.isfinite(largest):
        raise AudioError(
            "The file holds samples that are not numbers (NaN or infinity). Export it again."
        )
    if largest > LARGEST_SAMPLE:
        raise AudioError(
            f"The file's loudest sample is {largest:.3g} times as loud as full scale, so it is no "
            "sound, or was written in another scale. Export it again, as 16-bit or 24-bit."
        )


def _check_length(duration: float, stream: Stream) -> None:
    if duration == 0.0:
        raise AudioError("No sound can be decoded from this file: it is damaged or holds no audio.")
    if duration < stream.expected_s - stream.slack_s:
        raise AudioError(_cut_off(duration, stream.expected_s))
    if duration < MIN_SECONDS:
        # Rounded down, or 4.996 s would be said to last 5 s.
        raise AudioError(
            f"The recording lasts {math.floor(100 * duration) / 100:g} s; at least "
            f"{MIN_SECONDS:.0f} s are needed. Use a longer version."
        )


def _cut_off(duration: float, promised: float) -> str:
    of = "" if promised == float("inf") else f" of {promised:.1f} s"
    return (
        f"The file is cut off or damaged: only {duration:.1f} s{of} can be decoded. "
        "Copy or download it again."
    )


def _check_level(clip: Floats, rate: int, power: float) -> None:
    """Raises AudioError where the network would hear nothing, or next to nothing of what is there.

    power : sum of squares over the clip, the mean of its channels'.
    """
    if power > len(clip) * SILENT_RMS**2 and float(np.vdot(clip, clip)) < CANCELLED * power:
        raise AudioError(
            "The channels cancel each other out: in their sum, which the network hears, next to "
            "nothing is left. Reverse the polarity of one of them with an audio program, or export "
            "one channel alone."
        )
    peak, audible = 0.0, 0
    for second in range(0, len(clip), rate):
        rest = _without_slow_changes(clip[second : second + rate], rate)
        peak = max(peak, float(rest.max(initial=0.0)), -float(rest.min(initial=0.0)))
        tenths = np.einsum("ij,ij->i", rest, rest).reshape(-1, 10).sum(axis=1)
        audible += int(np.count_nonzero(tenths > SILENT_RMS**2 * 10 * rest.shape[1]))
    if peak < SILENT_PEAK or 0.1 * audible < AUDIBLE_SECONDS:
        raise AudioError(
            f"The first {CLIP_SECONDS:.0f} seconds, which the network hears, are silent. "
            "Use a version that starts with the music."
        )


def _without_slow_changes(clip: Floats, rate: int) -> Floats:
    """(10 n, rate / 100) pieces of 10 ms, less the cubic nearest to each: an offset is gone, and
    what swings less than about 15 times a second, but nothing that can be heard."""
    length = rate // 100
    n = len(clip) // (10 * length) * 10
    pieces = clip[: n * length].reshape(n, length)
    cubics = _cubics(length)
    rest: Floats = ((pieces @ cubics) @ cubics.T).astype(np.float32, copy=False)
    return np.subtract(pieces, rest, out=rest)


@lru_cache(maxsize=8)
def _cubics(length: int) -> Floats:
    powers = np.vander(np.linspace(-1.0, 1.0, length), 4)
    cubics: Floats = np.linalg.qr(powers)[0].astype(np.float32)
    return cubics
