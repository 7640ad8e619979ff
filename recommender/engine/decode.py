"""Decoding: a file's samples block by block. What a file is, is in containers; how much sound it
should hold, in packets; what a recording must be like, in audio."""

from collections.abc import Generator, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import IO, Any

import av
import numpy as np
import soundfile as sf

from recommender.engine.constants import BLOCK_FRAMES
from recommender.engine.containers import AudioError, Info, Place, info_of, sniff
from recommender.engine.mel import Floats
from recommender.engine.packets import (
    SLACK_PACKETS,
    Packets,
    damaged,
    opened,
    promised_seconds,
    read_packets,
)

__all__ = ["AudioError", "Stream", "open_stream", "sniff"]

_Blocks = Generator[Floats, None, None]
_SOUNDFILE = {"wav", "aiff", "flac", "ogg", "opus", "mp3", "caf", "au"}

# The container and codec of files that Chromium, Firefox and Safari are all known to play, from 16
# to 48 kHz, mono or stereo: tried with Chromium in tests/studyproject/test_playable_browser.py; of
# the others, by MDN's tables of containers and codecs. Left out, because one of them does not play
# it everywhere: AAC (Firefox asks the system for it), Ogg (Safari only since 18.4), WebM, AIFF,
# ALAC, and WAV in floats or companded. Participants hear an MP3 copy of everything else.
PLAYABLE = {
    ("mp3", "mp3"), ("flac", "flac"), ("wav", "pcm_u8"), ("wav", "pcm_s16le"),
    ("wav", "pcm_s24le"),
}  # fmt: skip
_PLAYABLE_HZ = range(16_000, 48_001)

# Where recordings were joined, some packets refer to what is not there; no player plays them.
_SLACK_SHARE = 0.005


@dataclass(frozen=True, slots=True)
class Stream:
    """An opened file.

    container, codec : such as "ogg" and "vorbis". sample_rate : Hz. channels : their number.
    expected_s : how much sound the file holds, by its packets and its headers; infinite where it
        was cut off by an unknown length.
    slack_s : how much less a whole file may decode to.
    playable : whether all browsers are known to play the file itself.
    blocks : float32 (frames, channels), in turn.
    """

    container: str
    codec: str
    sample_rate: int
    channels: int
    expected_s: float
    slack_s: float
    playable: bool
    blocks: Iterator[Floats]


@contextmanager
def open_stream(path: Path) -> Iterator[Stream]:
    """Open an audio file by its content, whatever its name.

    libsndfile decodes what it counts as long as its packets are; everything else is for FFmpeg's
    libraries, by PyAV.

    Raises AudioError: not audio, no sound in it, longer than an hour, bytes that belong to nothing.
    """
    place = sniff(path)
    with ExitStack() as stack:
        file = stack.enter_context(path.open("rb"))
        info = info_of(file, place) if place.container == "mp3" else None
        packets = read_packets(path, place)
        if info and abs((info.frames or 0) - packets.n) > SLACK_PACKETS:
            # FFmpeg would trim the sound by what this header says.
            start = place.start + info.length
            place = Place(place.container, start, place.size, usual=False)
        yield _stream(path, file, place, info, packets, stack)


def _stream(
    path: Path, file: IO[bytes], place: Place, info: Info | None, packets: Packets,
    stack: ExitStack,
) -> Stream:  # fmt: skip
    promised = promised_seconds(file, place, info, packets)
    sound = _open_soundfile(path, place, stack)
    if sound and place.container in ("ogg", "opus") and sound.frames < 1 << 40:
        # By the pages' positions, which count what is missing in the middle. Not of joined files.
        promised = max(promised, sound.frames / sound.samplerate)
    if sound and abs(sound.frames / sound.samplerate - packets.seconds) <= packets.slack_s:
        rate, channels = sound.samplerate, sound.channels
        blocks: _Blocks = _soundfile_blocks(sound, round(packets.slack_s * rate), path, place)
        agreed = abs(promised - packets.seconds) <= packets.slack_s
        playable = agreed and _plays(place, packets.codec, rate, channels)
    else:
        rate, channels, blocks = _av_blocks(path, place)
        playable = False
    stack.enter_context(closing(blocks))
    expected, slack = promised, packets.slack_s
    if promised <= packets.seconds + slack:
        expected, slack = packets.seconds, max(slack, _SLACK_SHARE * packets.seconds)
    return Stream(place.container, packets.codec, rate, channels, expected, slack, playable, blocks)


def _plays(place: Place, codec: str, rate: int, channels: int) -> bool:
    listed = (place.container, codec) in PLAYABLE
    return listed and place.usual and rate in _PLAYABLE_HZ and channels <= 2


# Its samples


def _open_soundfile(path: Path, place: Place, stack: ExitStack) -> sf.SoundFile | None:
    if place.container not in _SOUNDFILE or not place.usual:
        return None
    handle = stack.enter_context(path.open("rb"))
    try:
        return stack.enter_context(sf.SoundFile(handle.fileno(), closefd=False))
    except sf.LibsndfileError:
        return None


def _soundfile_blocks(sound: sf.SoundFile, slack: int, path: Path, place: Place) -> _Blocks:
    """What libsndfile decodes and, where it stops early, the rest by FFmpeg's libraries."""
    done = 0
    try:
        while len(block := sound.read(BLOCK_FRAMES, dtype="float32", always_2d=True)):
            done += len(block)
            yield block
    except sf.LibsndfileError:
        pass
    if done < sound.frames - slack:
        rate, channels, blocks = _av_blocks(path, place)
        if (rate, channels) == (sound.samplerate, sound.channels):
            yield from _after(blocks, done)


def _after(blocks: Iterator[Floats], frames: int) -> Iterator[Floats]:
    for block in blocks:
        if len(block) > frames:
            yield block[frames:]
        frames = max(0, frames - len(block))


def _av_blocks(path: Path, place: Place) -> tuple[int, int, _Blocks]:
    """Sample rate, channels, and the samples."""
    frames = _av_frames(path, place)
    first = next(frames, None)
    if first is None:
        raise AudioError(damaged(place.container))
    shape = (first.sample_rate, first.layout.nb_channels)
    return *shape, _joined(chain([first], frames), *shape)


def _av_frames(path: Path, place: Place) -> Iterator[Any]:
    with opened(path, place) as (container, stream):
        for packet in container.demux(stream):
            try:
                yield from packet.decode()
            except av.FFmpegError:
                continue  # What is missing in the end is counted.


def _joined(frames: Iterator[Any], rate: int, channels: int) -> _Blocks:
    held: list[Floats] = []
    n = total = 0
    for frame in frames:
        if (frame.sample_rate, frame.layout.nb_channels) != (rate, channels):
            raise AudioError(
                f"After {total / rate:.1f} s the sound changes from {rate} Hz and {channels} "
                f"channels to {frame.sample_rate} Hz and {frame.layout.nb_channels} channels. "
                "Open it with an audio program, and export it as one recording."
            )
        held.append(_floats(frame))
        n += frame.samples
        total += frame.samples
        if n >= BLOCK_FRAMES:
            yield np.concatenate(held)
            held, n = [], 0
    if held:
        yield np.concatenate(held)


def _floats(frame: Any) -> Floats:
    """A frame's samples as float32 (frames, channels), in full scale from -1 to 1."""
    data = frame.to_ndarray()
    rows = data.T if frame.format.is_planar else data.reshape(-1, frame.layout.nb_channels)
    if rows.dtype == np.uint8:
        return (rows.astype(np.float32) - 128.0) / 128.0
    scale = -float(np.iinfo(rows.dtype).min) if rows.dtype.kind == "i" else 1.0
    floats: Floats = (rows / scale).astype(np.float32) if scale != 1.0 else rows.astype(np.float32)
    return floats
