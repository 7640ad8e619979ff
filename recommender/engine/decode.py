"""Decoding: a file's samples block by block, and how much sound it should hold. What a file is, is
in containers; what a recording must be like, in audio."""

import time
from collections.abc import Generator, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from io import RawIOBase
from itertools import chain
from pathlib import Path
from typing import IO, Any

import av
import numpy as np
import soundfile as sf

from recommender.engine.constants import (
    BLOCK_FRAMES,
    DECODE_TIMEOUT_S,
    MAX_SECONDS,
    MIN_SAMPLE_RATE,
)
from recommender.engine.containers import (
    ACCEPTED,
    AudioError,
    Info,
    Place,
    caf_factor,
    ends_inside,
    holds_several,
    info_of,
    last_page,
    size_factor,
    sniff,
    tta_seconds,
    unheard_bytes,
    wav_data,
)
from recommender.engine.mel import Floats

__all__ = ["AudioError", "Stream", "open_stream", "sniff"]

# FFmpeg's name for each container. Naming it keeps FFmpeg from taking a file for a playlist.
_DEMUXERS = {
    "wav": "wav", "aiff": "aiff", "flac": "flac", "ogg": "ogg", "opus": "ogg", "mp3": "mp3",
    "caf": "caf", "au": "au", "m4a": "mov", "aac": "aac", "webm": "matroska", "wma": "asf",
    "w64": "w64", "avi": "avi", "wavpack": "wv", "ape": "ape", "tta": "tta", "amr": "amr",
}  # fmt: skip
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

# What a decoder may leave out at its start and end: some packets, and never less than this.
_SLACK_S = 0.1
_SLACK_SAMPLES = 3_000
_MOST_SLACK_S = 0.3
_SLACK_PACKETS = 3
# By so much a recording of an hour may be longer before the delays of its codec are taken off.
LONGER_S = 0.5
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


@dataclass(slots=True)
class _Packets:
    """What a file's packets say without being decoded. gaps : bytes between them, from and to."""

    codec: str = ""
    seconds: float = 0.0
    n: int = 0
    bytes: int = 0
    slack_s: float = 0.0
    stated_s: float = 0.0
    gaps: list[tuple[int, int]] = field(default_factory=list)


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
        packets = _packets(path, place)
        if info and abs((info.frames or 0) - packets.n) > _SLACK_PACKETS:
            # FFmpeg would trim the sound by what this header says.
            start = place.start + info.length
            place = Place(place.container, start, place.size, usual=False)
        yield _stream(path, file, place, info, packets, stack)


def _stream(
    path: Path, file: IO[bytes], place: Place, info: Info | None, packets: _Packets,
    stack: ExitStack,
) -> Stream:  # fmt: skip
    promised = _promised(file, place, info, packets)
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


# How much sound there is


@contextmanager
def _opened(path: Path, place: Place) -> Iterator[tuple[Any, Any]]:
    """The file from its first sound on, and the stream of sound that a player would take."""
    try:
        with (
            path.open("rb") as file,
            av.open(
                _Part(file, place.start, _end(file, place)),
                format=_DEMUXERS[place.container],
                metadata_errors="replace",
            ) as container,
        ):
            stream = container.streams.best("audio")
            if stream is None or not stream.codec_context:
                raise AudioError(_no_sound(container))
            stream.codec_context.thread_count = 1
            yield container, stream
    except av.FFmpegError:
        if place.container in ("ogg", "opus") and holds_several(path):
            raise AudioError(_SEVERAL) from None
        raise AudioError(_damaged(place.container)) from None


class _Part(RawIOBase):
    """A part of a file, as if it were all."""

    def __init__(self, file: IO[bytes], start: int, end: int) -> None:
        self._file, self._start, self._end = file, start, end
        self._file.seek(start)

    def read(self, n: int = -1) -> bytes:
        left = max(self._end - self._file.tell(), 0)
        return self._file.read(left if n < 0 else min(n, left))

    def seek(self, place: int, whence: int = 0) -> int:
        origin = (self._start, self._file.tell(), self._end)[whence]
        return self._file.seek(origin + place) - self._start

    def tell(self) -> int:
        return self._file.tell() - self._start

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True


def _end(file: IO[bytes], place: Place) -> int:
    """FFmpeg's reader of Ogg takes what follows the last page for damage."""
    if place.container in ("ogg", "opus"):
        return min(last_page(file, place), place.size)
    return place.size


def _no_sound(container: Any) -> str:
    if container.streams.video:
        return "This is a video without sound. Choose a file with sound in it."
    return "No sound can be decoded from this file: it is damaged or holds no audio."


_SEVERAL = (
    "The file holds several recordings of different kinds, one after the other. Split it into "
    "single files, or export it as one recording."
)


def _damaged(container: str) -> str:
    return (
        f"The {container.upper()} file is damaged or incomplete and cannot be decoded. "
        f"Copy it again from its source, or convert it to one of {ACCEPTED}."
    )


TOO_SLOW = "Decoding took too long. Convert the file to WAV, FLAC or MP3."


def too_long() -> str:
    return (
        f"The recording is longer than {MAX_SECONDS / 60:.0f} minutes. "
        "Cut it into single songs, or use a shorter version."
    )


def _packets(path: Path, place: Place) -> _Packets:
    """Go through all packets without decoding them. Raises AudioError, also after an hour."""
    found = _Packets()
    deadline = time.monotonic() + DECODE_TIMEOUT_S
    last, total, longest = place.start, 0, 0
    with _opened(path, place) as (container, stream):
        unit = float(stream.time_base)
        most = (MAX_SECONDS + LONGER_S) / unit
        for packet in container.demux(stream):
            size = packet.size
            if size == 0 or packet.is_discard:
                continue
            duration, at = packet.duration or 0, (packet.pos or 0) + place.start
            longest = max(longest, duration)
            total += duration
            found.n += 1
            found.bytes += size
            if at > last:
                found.gaps.append((last, at))
            last = at + size
            if total > most:
                raise AudioError(too_long())
            if found.n % 1000 == 0 and time.monotonic() > deadline:
                raise AudioError(TOO_SLOW)
        found.gaps.append((last, place.size))
        found.seconds = total * unit
        found.codec = stream.codec_context.codec.canonical_name
        if stream.duration:
            found.stated_s = stream.duration * unit
        delay = _SLACK_SAMPLES / (stream.codec_context.sample_rate or MIN_SAMPLE_RATE)
    some = min(_SLACK_PACKETS * longest * unit, _MOST_SLACK_S)
    found.slack_s = max(_SLACK_S, some, delay)
    return found


def _promised(file: IO[bytes], place: Place, info: Info | None, packets: _Packets) -> float:
    """How many seconds there should be, by whatever counts them; 0 where nothing does.

    Programs that write to a pipe leave zero, or the largest number, for a length that they don't
    know. A length of more than an hour can't be meant of a file that holds less.
    """
    match place.container:
        case "wav":
            factor = _wav_factor(file, place, packets)
        case "aiff" | "au" | "avi" | "w64":
            factor = size_factor(file, place)
        case "caf":
            factor = caf_factor(file, place)
        case "tta":
            return tta_seconds(file, place)
        case "mp3" | "aac":
            factor = _frames_factor(file, place, info, packets)
        case "ogg" | "opus" | "m4a" | "webm":
            cut_off = ends_inside(file, place)
            stated = packets.stated_s if place.container == "m4a" else 0.0
            known = stated > packets.seconds + packets.slack_s
            return (stated if known else float("inf")) if cut_off else 0.0
        case _:
            return packets.stated_s
    promised = factor * packets.seconds
    return promised if promised <= MAX_SECONDS else 0.0


def _wav_factor(file: IO[bytes], place: Place, packets: _Packets) -> float:
    counted, there, rest = wav_data(file, place)
    if packets.seconds and rest > _SLACK_S * there / packets.seconds:
        raise AudioError(
            f"The file's header counts {packets.seconds:.1f} s of sound, but {rest} bytes follow "
            "that it doesn't count. Open it with an audio program, and export it again."
        )
    return counted / there if there else 1.0


def _frames_factor(file: IO[bytes], place: Place, info: Info | None, packets: _Packets) -> float:
    """By the header in the first frame, which is wrong where either number says so; and by the
    bytes that are no frames."""
    counts = []
    if info and info.bytes:
        counts.append(info.bytes / (place.size - place.start))
    if info and info.frames:
        if abs(info.frames - packets.n) <= _SLACK_PACKETS:
            return 1.0
        counts.append(info.frames / max(packets.n, 1))
    unheard = unheard_bytes(file, packets.gaps) / max(packets.bytes, 1)
    return max(min(counts, default=1.0), 1.0 + unheard)


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
        raise AudioError(_damaged(place.container))
    shape = (first.sample_rate, first.layout.nb_channels)
    return *shape, _joined(chain([first], frames), *shape)


def _av_frames(path: Path, place: Place) -> Iterator[Any]:
    with _opened(path, place) as (container, stream):
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
