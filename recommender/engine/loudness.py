"""How loud a recording is, and a copy of it that is as loud as all the others.

Louder songs are liked better, so songs of different loudness would be compared by their mastering.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from errno import ENOSPC
from pathlib import Path
from shutil import disk_usage
from uuid import uuid4

import numpy as np

from recommender.engine.decode import AudioError, open_stream
from recommender.engine.faults import unforeseen
from recommender.engine.mel import Doubles, Floats

# What EBU R 128 allows at most, in dB true peak; a sample peak can lie this much below it.
CEILING_DBTP = -1.0
BETWEEN_SAMPLES_DB = 1.0
# Below this difference nobody hears a difference in loudness, and the file is played as it is.
NOT_HEARD_DB = 0.5

# Bytes that a copy may need; with less free, one that fails did so for want of room.
_ROOM = 50_000_000
_PIECE_S = 30.0
_ABSOLUTE_GATE = -70.0
_RELATIVE_GATE = -10.0
_OFFSET = -0.691
# MP3, which every browser plays: variable bit rate of high quality.
_COMPRESSION = 0.2


@dataclass(frozen=True, slots=True)
class Loudness:
    """lufs : integrated loudness of the whole recording. peak_db : highest sample, dBFS."""

    lufs: float
    peak_db: float


def measure(path: Path) -> Loudness:
    """Integrated loudness by ITU-R BS.1770-4, as EBU R 128 prescribes it, by pyloudnorm (Steinmetz
    & Reiss 2021).

    pyloudnorm holds a recording in memory as a whole; so it measures the loudness of 400-ms blocks
    in pieces of 30 s, and the gating over all of them is done here. Of one piece, the result is
    pyloudnorm's own.

    Raises
    ------
    AudioError : not audio, or too quiet to be measured (every block below -70 LUFS).
    """
    import pyloudnorm

    blocks: list[float] = []
    peak = 0.0
    with open_stream(path) as stream:
        meter = pyloudnorm.Meter(stream.sample_rate)
        for piece in _pieces(stream.blocks, round(_PIECE_S * stream.sample_rate)):
            peak = max(peak, float(np.abs(piece).max()))
            if len(piece) > meter.block_size * stream.sample_rate:
                meter.integrated_loudness(_five(piece).astype(np.float64))
                blocks += meter.blockwise_loudness
    return Loudness(gated(np.array(blocks)), 20.0 * float(np.log10(max(peak, 1e-9))))


def gated(blocks: Doubles) -> float:
    """Integrated loudness from that of blocks: those below -70 LUFS, then those more than 10 LU
    below the mean of the rest, are left out (BS.1770-4, equations 5 to 7). Raises AudioError when
    none is left."""
    power = 10.0 ** ((blocks - _OFFSET) / 10.0)
    heard = blocks >= _ABSOLUTE_GATE
    if not heard.any():
        raise AudioError("The recording is too quiet for its loudness to be measured.")
    threshold = _OFFSET + 10.0 * np.log10(power[heard].mean()) + _RELATIVE_GATE
    return float(_OFFSET + 10.0 * np.log10(power[heard & (blocks > threshold)].mean()))


def gain_db(loudness: Loudness, target_lufs: float) -> float:
    """What brings a recording to the target; less where its peaks would pass -1 dB true peak."""
    headroom = CEILING_DBTP - BETWEEN_SAMPLES_DB - loudness.peak_db
    return min(target_lufs - loudness.lufs, max(headroom, 0.0))


def render(path: Path, out: Path, gain: float) -> None:
    """Write a copy as MP3 with a gain in dB; surround sound is mixed to one channel.

    Raises AudioError when the file can't be decoded.
    """
    import soundfile as sf

    factor = np.float32(10.0 ** (gain / 20.0))
    with open_stream(path) as stream:
        rate = stream.sample_rate if stream.sample_rate in _MP3_RATES else 44_100
        channels = stream.channels if stream.channels <= 2 else 1
        with sf.SoundFile(
            out, "w", rate, channels, format="MP3", subtype="MPEG_LAYER_III",
            compression_level=_COMPRESSION, bitrate_mode="VARIABLE",
        ) as file:  # fmt: skip
            for block in _resampled(stream.blocks, stream.sample_rate, rate, stream.channels):
                file.write((block if channels == stream.channels else _mixed(block)) * factor)


@dataclass(frozen=True, slots=True)
class Evened:
    """What came of making a file as loud as the others.

    lufs, played_lufs : of the file, and of what is played; None where it can't be measured.
    copy : what is to be played instead of the file, if anything.
    playable : whether all browsers are known to play the file itself.
    problem : why it is not as loud as the others; empty if it is.
    """

    lufs: float | None = None
    played_lufs: float | None = None
    copy: Path | None = None
    playable: bool = False
    problem: str = ""


def even_file(path: Path, target_lufs: float, folder: Path) -> Evened:
    """Measure a file and write a copy of it that is as loud as wanted, where that is needed, or
    where not all browsers play the file, into a folder that is the caller's to clear.

    Raises OSError where there is no room for a copy, which is not the file's fault.
    """
    try:
        with open_stream(path) as stream:
            playable = stream.playable
        loudness, problem = _measured(path)
        gain = gain_db(loudness, target_lufs) if loudness else 0.0
        copy = None
        if abs(gain) >= NOT_HEARD_DB or not playable:
            copy = folder / f"{uuid4()}.mp3"
            render(path, copy, gain)
    except AudioError as error:
        return Evened(problem=str(error))
    except Exception as error:
        # What libsndfile says of a full disk is no OSError, and nothing that tells it apart.
        if disk_usage(folder).free < _ROOM:
            raise OSError(ENOSPC, "No space left on device", str(folder)) from error
        known = isinstance(error, OSError)
        return Evened(problem=str(error if known else unforeseen(error)))
    if loudness is None:
        return Evened(copy=copy, playable=playable, problem=problem)
    played = loudness.lufs + (gain if copy else 0.0)
    return Evened(loudness.lufs, played, copy, playable)


def _measured(path: Path) -> tuple[Loudness | None, str]:
    try:
        return measure(path), ""
    except AudioError as error:
        return None, str(error)


_MP3_RATES = (16_000, 22_050, 24_000, 32_000, 44_100, 48_000)


def _resampled(
    blocks: Iterator[Floats], from_hz: int, to_hz: int, channels: int
) -> Iterator[Floats]:
    if from_hz == to_hz:
        yield from blocks
        return
    import soxr

    stream = soxr.ResampleStream(from_hz, to_hz, channels, dtype="float32")
    for block in blocks:
        yield stream.resample_chunk(block)
    yield stream.resample_chunk(np.zeros((0, channels), np.float32), last=True)


def _mixed(block: Floats) -> Floats:
    mixed: Floats = block.mean(axis=1, keepdims=True, dtype=np.float32)
    return mixed


def _five(piece: Floats) -> Floats:
    """At most the five channels that count: of 5.1, without the one for low-frequency effects."""
    return piece[:, [0, 1, 2, 4, 5]] if piece.shape[1] > 5 else piece


def _pieces(blocks: Iterator[Floats], frames: int) -> Iterator[Floats]:
    held: list[Floats] = []
    n = 0
    for block in blocks:
        held.append(block)
        n += len(block)
        if n >= frames:
            yield np.concatenate(held)
            held, n = [], 0
    if held:
        yield np.concatenate(held)
