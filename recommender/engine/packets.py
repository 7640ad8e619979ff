"""What a file's packets and headers say of its sound, before any of it is decoded: which codec,
and how long it is."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from io import RawIOBase
from pathlib import Path
from typing import IO, Any

import av

from recommender.engine.constants import DECODE_TIMEOUT_S, MAX_SECONDS, MIN_SAMPLE_RATE
from recommender.engine.containers import (
    ACCEPTED,
    IN_A_ROW,
    AudioError,
    Info,
    Place,
    caf_factor,
    ends_inside,
    holds_several,
    is_frame,
    lacks_pages,
    last_page,
    size_factor,
    tta_seconds,
    unheard_bytes,
    wav_data,
)

# FFmpeg's name for each container. Naming it keeps FFmpeg from taking a file for a playlist.
_DEMUXERS = {
    "wav": "wav", "aiff": "aiff", "flac": "flac", "ogg": "ogg", "opus": "ogg", "mp3": "mp3",
    "caf": "caf", "au": "au", "m4a": "mov", "aac": "aac", "webm": "matroska", "wma": "asf",
    "w64": "w64", "avi": "avi", "wavpack": "wv", "ape": "ape", "tta": "tta", "amr": "amr",
}  # fmt: skip

# What a decoder may leave out at its start and end: some packets, and never less than this.
_SLACK_S = 0.1
_SLACK_SAMPLES = 3_000
_MOST_SLACK_S = 0.3
SLACK_PACKETS = 3
# By so much a recording of an hour may be longer before the delays of its codec are taken off.
LONGER_S = 0.5


@dataclass(slots=True)
class Packets:
    """What a file's packets say without being decoded. gaps : bytes between them, from and to."""

    codec: str = ""
    seconds: float = 0.0
    n: int = 0
    bytes: int = 0
    slack_s: float = 0.0
    stated_s: float = 0.0
    gaps: list[tuple[int, int]] = field(default_factory=list)


@contextmanager
def opened(path: Path, place: Place) -> Iterator[tuple[Any, Any]]:
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
            raise AudioError(SEVERAL) from None
        raise AudioError(damaged(place.container)) from None


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


SEVERAL = (
    "The file holds several recordings of different kinds, one after the other. Split it into "
    "single files, or export it as one recording."
)


def damaged(container: str) -> str:
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


def read_packets(path: Path, place: Place) -> Packets:
    """Go through all packets without decoding them. Raises AudioError, also after an hour."""
    found = Packets()
    deadline = time.monotonic() + DECODE_TIMEOUT_S
    last, total, longest = place.start, 0, 0
    with opened(path, place) as (container, stream):
        unit = float(stream.time_base)
        most = (MAX_SECONDS + LONGER_S) / unit
        packets = container.demux(stream)
        for packet in _frames(packets) if place.container in ("mp3", "aac") else packets:
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
    some = min(SLACK_PACKETS * longest * unit, _MOST_SLACK_S)
    # Of what isn't coded, nothing is left out.
    plain = found.codec.startswith("pcm_")
    found.slack_s = _SLACK_S if plain else max(_SLACK_S, some, delay)
    return found


def _frames(packets: Iterator[Any]) -> Iterator[Any]:
    """Without what FFmpeg takes for frames in pictures of tags and in other strange bytes: such are
    seldom as long as their first bytes say, and never several in a row."""
    row: list[Any] = []
    known = False
    for packet in packets:
        if not packet.size:
            continue
        row.append(packet)
        if not is_frame(bytes(memoryview(packet)[:8]), packet.size):
            row, known = [], False
        elif known or len(row) == IN_A_ROW:
            yield from row
            row, known = [], True


def promised_seconds(file: IO[bytes], place: Place, info: Info | None, packets: Packets) -> float:
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
            pages = place.container in ("ogg", "opus")
            cut_off = ends_inside(file, place) or (pages and lacks_pages(file))
            stated = packets.stated_s if place.container == "m4a" else 0.0
            known = stated > packets.seconds + packets.slack_s
            return (stated if known else float("inf")) if cut_off else 0.0
        case _:
            return packets.stated_s
    promised = factor * packets.seconds
    return promised if promised <= MAX_SECONDS else 0.0


def _wav_factor(file: IO[bytes], place: Place, packets: Packets) -> float:
    counted, there, rest = wav_data(file, place)
    if packets.seconds and rest > _SLACK_S * there / packets.seconds:
        raise AudioError(
            f"The file's header counts {packets.seconds:.1f} s of sound, but {rest} bytes follow "
            "that it doesn't count. Open it with an audio program, and export it again."
        )
    return counted / there if there else 1.0


def _frames_factor(file: IO[bytes], place: Place, info: Info | None, packets: Packets) -> float:
    """By the header in the first frame, which is wrong where either number says so; and by the
    bytes that are no frames."""
    counts = []
    if info and info.bytes:
        counts.append(info.bytes / (place.size - place.start))
    if info and info.frames:
        if abs(info.frames - packets.n) <= SLACK_PACKETS:
            return 1.0
        counts.append(info.frames / max(packets.n, 1))
    unheard = unheard_bytes(file, packets.gaps) / max(packets.bytes, 1)
    return max(min(counts, default=1.0), 1.0 + unheard)
