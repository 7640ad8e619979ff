"""Decoding: what a file is, and its samples block by block. What a recording must be like is in
audio."""

import shutil
import struct
import subprocess
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import numpy as np
import soundfile as sf

from recommender.engine.constants import BLOCK_FRAMES, DECODE_TIMEOUT_S, MAX_SECONDS
from recommender.engine.mel import Floats

ACCEPTED = "WAV, FLAC, MP3, Ogg, Opus, AIFF or M4A"

# ffmpeg's name for each container. Naming it keeps ffmpeg from following playlists to other files.
_DEMUXERS = {
    "wav": "wav", "aiff": "aiff", "flac": "flac", "ogg": "ogg", "opus": "ogg", "mp3": "mp3",
    "caf": "caf", "au": "au", "m4a": "mov", "aac": "aac", "webm": "matroska", "wma": "asf",
}  # fmt: skip
_SOUNDFILE = {"wav", "aiff", "flac", "ogg", "opus", "mp3", "caf", "au"}
_NOT_AUDIO = {
    b"PK": "a ZIP archive", b"%PDF": "a PDF document", b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture", b"GIF8": "a picture", b"\x1f\x8b": "a compressed archive",
    b"7z\xbc\xaf": "a compressed archive", b"Rar!": "a compressed archive",
    b"<!DO": "a web page", b"<htm": "a web page", b"MThd": "a MIDI score without sound",
}  # fmt: skip


class AudioError(ValueError):
    """A recording that can't be used. The message says what is wrong and what to do, in plain
    words."""


@dataclass(frozen=True, slots=True)
class Stream:
    """An opened file: `blocks` yields float32 (frames, channels); `promised_s` is None if
    unknown."""

    container: str
    sample_rate: int
    channels: int
    promised_s: float | None
    blocks: Iterator[Floats]


@contextmanager
def open_stream(path: Path) -> Iterator[Stream]:
    """Open an audio file by its content, whatever its name. Raises AudioError."""
    container = sniff(path)
    with ExitStack() as stack:
        file = _open_soundfile(path, container, stack) if container in _SOUNDFILE else None
        if file is not None:
            yield _soundfile_stream(file, path, container)
        else:
            yield stack.enter_context(_ffmpeg_stream(path, container))


def _open_soundfile(path: Path, container: str, stack: ExitStack) -> sf.SoundFile | None:
    """None where ffmpeg has to decode, and can."""
    ffmpeg = shutil.which("ffmpeg") is not None
    if ffmpeg and container == "mp3" and not _states_length(path):
        return None
    handle = stack.enter_context(path.open("rb"))
    try:
        return stack.enter_context(sf.SoundFile(handle.fileno(), closefd=False))
    except sf.LibsndfileError:
        if ffmpeg:
            return None
        raise AudioError(_damaged(container)) from None


def _states_length(path: Path) -> bool:
    """Whether an MP3 says how long it is. If not, libsndfile guesses by the first frame's bit rate
    and stops there: at variable bit rate the end can be missing."""
    with path.open("rb") as file:
        head = _after_tag(file.read(4096), file)
    return any(name in head for name in (b"Xing", b"Info", b"VBRI"))


def sniff(path: Path) -> str:
    """The container by the file's first bytes, such as "mp3". Raises AudioError for what is not
    audio."""
    try:
        if not path.is_file():
            raise AudioError("There is no file here. Choose an audio file.")
        with path.open("rb") as file:
            head = file.read(4096)
            container = _container(head, file)
    except OSError as error:
        raise AudioError(f"The file cannot be opened: {error.strerror or error}.") from None
    if not head:
        raise AudioError("The file is empty (0 bytes). Copy or upload it again.")
    if container is None:
        raise AudioError(f"This is not an audio file{_guess(head)}. Use {ACCEPTED}.")
    return container


def _container(head: bytes, file: IO[bytes]) -> str | None:
    head = _after_tag(head, file)
    head = head.lstrip(b"\0") if head[:4] == b"\0\0\0\0" else head
    return _by_magic(head) or _by_frame(head)


def _after_tag(head: bytes, file: IO[bytes]) -> bytes:
    """What follows an ID3 tag, which can hold pictures of any size; else the head itself."""
    if head[:3] != b"ID3" or len(head) < 10:
        return head
    size = sum(
        (byte & 0x7F) << shift for byte, shift in zip(head[6:10], (21, 14, 7, 0), strict=True)
    )
    file.seek(10 + size)
    return file.read(4096)


def _by_magic(head: bytes) -> str | None:
    if head[:4] in (b"RIFF", b"RF64") and head[8:12] == b"WAVE":
        return "wav"
    if head[:4] == b"FORM" and head[8:12] in (b"AIFF", b"AIFC"):
        return "aiff"
    if head[:4] == b"OggS":
        return "opus" if b"OpusHead" in head[:128] else "ogg"
    if head[4:8] == b"ftyp":
        return "m4a"
    magics = {b"fLaC": "flac", b"caff": "caf", b".snd": "au"}
    magics |= {b"\x1a\x45\xdf\xa3": "webm", b"\x30\x26\xb2\x75": "wma"}
    return magics.get(head[:4])


def _by_frame(head: bytes) -> str | None:
    """MPEG audio has no magic: eleven set bits, then fields of which some values are forbidden."""
    if len(head) < 4 or head[0] != 0xFF or head[1] & 0xE0 != 0xE0:
        return None
    version, layer = head[1] >> 3 & 3, head[1] >> 1 & 3
    if layer == 0:
        return "aac" if head[1] & 0xF6 == 0xF0 else None
    bitrate, rate = head[2] >> 4, head[2] >> 2 & 3
    return "mp3" if version != 1 and layer != 3 and bitrate not in (0, 15) and rate != 3 else None


def _guess(head: bytes) -> str:
    for magic, what in _NOT_AUDIO.items():
        if head.startswith(magic):
            return f": it looks like {what}"
    if head[257:262] == b"ustar":
        return ": it looks like an archive"
    return ": it looks like text" if head.isascii() and b"\0" not in head else ""


def _damaged(container: str) -> str:
    return (
        f"The {container.upper()} file is damaged or incomplete and cannot be decoded. "
        f"Copy it again from its source, or convert it to one of {ACCEPTED}."
    )


def _soundfile_stream(file: sf.SoundFile, path: Path, container: str) -> Stream:
    known = 0 <= file.frames < 1 << 62
    promised = file.frames / file.samplerate * _missing_factor(path, container) if known else None
    blocks = _soundfile_blocks(file, BLOCK_FRAMES if known else 4096)
    return Stream(container, file.samplerate, file.channels, promised, blocks)


def _soundfile_blocks(file: sf.SoundFile, frames: int) -> Iterator[Floats]:
    while True:
        try:
            block = file.read(frames, dtype="float32", always_2d=True)
        except sf.LibsndfileError:
            # The samples before the damage were read; the promised length shows what is missing.
            return
        if not len(block):
            return
        yield block


def _missing_factor(path: Path, container: str) -> float:
    """How many times longer the container's header says the file is; 1 where it says nothing."""
    with path.open("rb") as file:
        head = file.read(16)
    size = path.stat().st_size
    if container in ("ogg", "opus"):
        return _ogg_factor(path, size)
    fields = {b"RIFF": ("<I", 4, 8), b"FORM": (">I", 4, 8), b".snd": (">I", 8, 24)}
    if head[:4] not in fields:
        return 1.0
    form, at, extra = fields[head[:4]]
    declared = struct.unpack_from(form, head, at)[0]
    # Programs that write to a pipe leave the largest number, or zero, for "unknown".
    if declared in (0, 0xFFFFFFFF) or declared >= 0xFFFFFF00 or declared == 0x7FFFFFFF:
        return 1.0
    return max(1.0, (declared + extra) / size)


def _ogg_factor(path: Path, size: int) -> float:
    """Ogg states no length, but a file that ends inside a page was cut off: then infinite."""
    with path.open("rb") as file:
        file.seek(max(0, size - 65_536 * 2))
        tail = file.read()
    at = tail.rfind(b"OggS")
    if at < 0 or at + 27 > len(tail):
        return float("inf")
    segments = tail[at + 26]
    end = at + 27 + segments + sum(tail[at + 27 : at + 27 + segments])
    return float("inf") if end > len(tail) else 1.0


@contextmanager
def _ffmpeg_stream(path: Path, container: str) -> Iterator[Stream]:
    """Decode by ffmpeg into an AU stream (a 24-byte header, then big-endian floats) on a pipe."""
    program = shutil.which("ffmpeg")
    if program is None:
        raise AudioError(
            f"{container.upper()} files need the program ffmpeg, which is not installed here. "
            "Install ffmpeg, or convert the file to WAV, FLAC, MP3 or Ogg."
        )
    command = [
        program, "-nostdin", "-v", "quiet", "-protocol_whitelist", "file",
        "-f", _DEMUXERS[container], "-i", f"file:{path.resolve()}", "-map", "0:a:0", "-vn",
        "-t", str(MAX_SECONDS + 2.0), "-threads", "1", "-c:a", "pcm_f32be", "-f", "au", "pipe:1",
    ]  # fmt: skip
    with subprocess.Popen(  # noqa: S603 - no shell, and the path cannot be read as an option
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as process:
        timer = threading.Timer(DECODE_TIMEOUT_S, process.kill)
        timer.start()
        try:
            yield _au_stream(process, path, container)
        finally:
            timer.cancel()
            process.kill()


def _au_stream(process: subprocess.Popen[bytes], path: Path, container: str) -> Stream:
    header = _read(process, 24)
    if len(header) < 24:
        raise AudioError(_damaged(container))
    _, offset, _, _, sample_rate, channels = struct.unpack(">4sIIIII", header)
    _read(process, offset - 24)
    blocks = _au_blocks(process, channels)
    return Stream(container, sample_rate, channels, _m4a_seconds(path, container), blocks)


def _read(process: subprocess.Popen[bytes], size: int) -> bytes:
    return process.stdout.read(size) if process.stdout else b""


def _au_blocks(process: subprocess.Popen[bytes], channels: int) -> Iterator[Floats]:
    while data := _read(process, BLOCK_FRAMES * channels * 4):
        whole = len(data) // (channels * 4) * channels * 4
        yield np.frombuffer(data[:whole], dtype=">f4").reshape(-1, channels).astype(np.float32)


def _m4a_seconds(path: Path, container: str) -> float | None:
    if container != "m4a":
        return None
    import mutagen.mp4

    try:
        info: Any = mutagen.mp4.MP4(path).info  # type: ignore[no-untyped-call]
        return float(info.length) or None
    except (mutagen.MutagenError, OSError, ValueError):
        return None
