"""What a file is, by its bytes: its container, where the sound begins, and how much of it the
headers count. Nothing is decoded here."""

import mmap
import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

ACCEPTED = "WAV, FLAC, MP3, Ogg, Opus, AIFF or M4A"

_NOT_AUDIO = {
    b"PK": "a ZIP archive", b"%PDF": "a PDF document", b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture", b"GIF8": "a picture", b"\x1f\x8b": "a compressed archive",
    b"7z\xbc\xaf": "a compressed archive", b"Rar!": "a compressed archive",
    b"<!DO": "a web page", b"<htm": "a web page", b"MThd": "a MIDI score without sound",
}  # fmt: skip
_MAGIC = {
    b"fLaC": "flac", b"caff": "caf", b".snd": "au", b"\x1a\x45\xdf\xa3": "webm",
    b"\x30\x26\xb2\x75": "wma", b"riff": "w64", b"wvpk": "wavpack", b"MAC ": "ape", b"TTA1": "tta",
    b"#!AM": "amr",
}  # fmt: skip

# How far a first frame is looked for where it should be, and by how many more in a row it is known.
_SEARCHED = 256 * 1024
IN_A_ROW = 4
_FRAME_OR_FLAC = re.compile(rb"(?=\xff[\xe0-\xff]|fLaC\0\0\0\x22)")
# The largest page of an Ogg file.
_PAGE = 65_307
# What may stand between and behind frames without being sound.
_TAGS = (b"ID3", b"3DI", b"TAG", b"APETAGEX", b"LYRICSBEGIN")


class AudioError(ValueError):
    """A recording that can't be used. The message says what is wrong and what to do, in plain
    words."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where the sound of a file is.

    container : such as "mp3". start : first byte after tags. size : of the file, in bytes.
    usual : whether every program finds the start, because nothing but one ID3v2 tag of an MP3
        comes first.
    """

    container: str
    start: int
    size: int
    usual: bool


@dataclass(frozen=True, slots=True)
class Info:
    """The header in an MP3's first frame (Xing, Info or VBRI); None for what it doesn't state."""

    frames: int | None
    bytes: int | None
    length: int


def sniff(path: Path) -> Place:
    """What a file is, whatever its name. Raises AudioError for what is not audio."""
    try:
        if not path.is_file():
            raise AudioError("There is no file here. Choose an audio file.")
        with path.open("rb") as file:
            size = file.seek(0, 2)
            head = _at(file, 0, 4096)
            place = _place(file, size)
    except OSError as error:
        raise AudioError(f"The file cannot be opened: {error.strerror or error}.") from None
    if not head:
        raise AudioError("The file is empty (0 bytes). Copy or upload it again.")
    if place is None:
        raise AudioError(f"This is not an audio file{_guess(head)}. Use {ACCEPTED}.")
    return place


def _at(file: IO[bytes], place: int, n: int) -> bytes:
    file.seek(place)
    return file.read(n)


def _place(file: IO[bytes], size: int) -> Place | None:
    start, tags = _after_tags(file, size)
    head = _at(file, start, 4096)
    if container := _by_magic(head):
        return Place(container, start, size, usual=start == 0)
    if any(head.startswith(magic) for magic in _NOT_AUDIO):
        return None
    # A tag's size may be off in either direction.
    near = [max(start - 2048, 10) if tags else start] if start < size else []
    for begin in (*near, 10):
        if found := _search(_at(file, begin, _SEARCHED)):
            container, offset = found
            in_place = begin + offset == start and tags <= 1
            usual = in_place and container == "mp3" and (start == 0 or tags == 1)
            return Place(container, begin + offset, size, usual)
    return None


def _after_tags(file: IO[bytes], size: int) -> tuple[int, int]:
    """Where the sound should begin, behind tags and zeros, and how many of them come before."""
    at = parts = 0
    while at < size and (length := _tag_length(file, at, size)):
        at, parts = min(at + length, size), parts + 1
    return at, parts


def _tag_length(file: IO[bytes], at: int, size: int) -> int:
    head = _at(file, at, 32)
    if head[:3] == b"ID3" and len(head) >= 10:
        pairs = zip(head[6:10], (21, 14, 7, 0), strict=True)
        footer = 10 if head[5] & 0x10 and head[3] >= 4 else 0
        return 10 + sum((byte & 0x7F) << shift for byte, shift in pairs) + footer
    if head[:8] == b"APETAGEX" and len(head) == 32:
        length, _items, flags = struct.unpack_from("<III", head, 12)
        return int(length) + 32 if flags & 0x20000000 else 32
    return _zeros(file, at, size) if head[:4] == b"\0\0\0\0" else 0


def _zeros(file: IO[bytes], at: int, size: int) -> int:
    begin = at
    while at < size:
        data = _at(file, at, _SEARCHED)
        if rest := data.lstrip(b"\0"):
            return at + len(data) - len(rest) - begin
        at += len(data)
    return size - begin


def _by_magic(head: bytes) -> str | None:
    if head[:4] in (b"RIFF", b"RF64", b"BW64") and head[8:12] == b"WAVE":
        return "wav"
    if head[:4] == b"RIFF" and head[8:12] == b"AVI ":
        return "avi"
    if head[:4] == b"FORM" and head[8:12] in (b"AIFF", b"AIFC"):
        return "aiff"
    if head[:4] == b"OggS":
        return "opus" if b"OpusHead" in head[:128] else "ogg"
    if head[4:8] in (b"ftyp", b"moov", b"mdat") or head[4:12] == b"wideftyp":
        return "m4a"
    return _MAGIC.get(head[:4])


def _search(data: bytes) -> tuple[str, int] | None:
    """The first frame that others follow, or the first FLAC file: its kind, and where it is."""
    for match in _FRAME_OR_FLAC.finditer(data):
        at = match.start()
        if data[at : at + 4] == b"fLaC":
            return "flac", at
        if kind := _row_of_frames(data, at):
            return kind, at
    return None


def _row_of_frames(data: bytes, at: int) -> str | None:
    kinds: list[str] = []
    while len(kinds) < IN_A_ROW:
        frame = _frame(data[at : at + 8])
        if frame is None:
            return None
        kinds.append(frame[0])
        at += frame[1]
    return kinds[0] if len(set(kinds)) == 1 else None


# Layers II and III; nobody uses Layer I, for which text in UTF-16 can be taken.
_LAYER_2 = (32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384)
_LAYER_3 = (32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320)
_LOW = (8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160)
_HZ = {3: (44_100, 48_000, 32_000), 2: (22_050, 24_000, 16_000), 0: (11_025, 12_000, 8_000)}


def _frame(head: bytes) -> tuple[str, int] | None:
    """The kind and the length of the frame that begins here: MPEG audio (ISO 11172-3, 13818-3) or
    AAC in ADTS (ISO 13818-7)."""
    if len(head) < 7 or head[0] != 0xFF or head[1] & 0xE0 != 0xE0:
        return None
    version, layer = head[1] >> 3 & 3, 4 - (head[1] >> 1 & 3)
    if layer == 4:
        length = (head[3] & 3) << 11 | head[4] << 3 | head[5] >> 5
        return ("aac", length) if head[1] & 0xF6 == 0xF0 and length > 7 else None
    bitrate, rate = head[2] >> 4, head[2] >> 2 & 3
    if layer == 1 or version == 1 or bitrate in (0, 15) or rate == 3:
        return None
    kbps = (_LAYER_2 if layer == 2 else _LAYER_3) if version == 3 else _LOW
    samples = 72 if layer == 3 and version != 3 else 144
    padding = head[2] >> 1 & 1
    return "mp3", samples * 1000 * kbps[bitrate - 1] // _HZ[version][rate] + padding


def _guess(head: bytes) -> str:
    for magic, what in _NOT_AUDIO.items():
        if head.startswith(magic):
            return f": it looks like {what}"
    if head[257:262] == b"ustar":
        return ": it looks like an archive"
    return ": it looks like text" if head.isascii() and b"\0" not in head else ""


# What the headers count


def info_of(file: IO[bytes], place: Place) -> Info | None:
    """What an MP3 says of its own length in its first frame, if it does."""
    head = _at(file, place.start, 4096)
    frame = _frame(head)
    if frame is None:
        return None
    head = head[: frame[1]]
    if (at := head.find(b"VBRI")) >= 0 and len(head) >= at + 18:
        size, frames = struct.unpack_from(">II", head, at + 10)
        return Info(frames or None, size or None, frame[1])
    at = max(head.find(b"Xing"), head.find(b"Info"))
    if at < 0 or len(head) < at + 16:
        return None
    flags, first, second = struct.unpack_from(">III", head, at + 4)
    frames = first if flags & 1 else 0
    size = (second if flags & 1 else first) if flags & 2 else 0
    return Info(frames or None, size or None, frame[1])


def is_frame(head: bytes, size: int) -> bool:
    """Whether so many bytes, which begin like this, are one whole frame."""
    frame = _frame(head[:8])
    return frame is not None and frame[1] == size


def unheard_bytes(file: IO[bytes], gaps: list[tuple[int, int]]) -> int:
    """How many of the bytes between and behind packets are neither tags nor padding. The last of
    the gaps is at the end, where programs put many things, so there only frames count.

    Padding is zeros that a frame follows at once; where sound is gone, a part of a frame is left.
    """
    n = 0
    for number, (begin, end) in enumerate(gaps, start=1):
        data = _at(file, begin, min(end - begin, _SEARCHED)).lstrip(b"\0")
        aside = not data or data.startswith(_TAGS) or is_frame(data, len(data))
        n += 0 if aside or (number == len(gaps) and not _search(data)) else end - begin
    return n


def wav_data(file: IO[bytes], place: Place) -> tuple[int, int, int]:
    """Bytes of sound by a WAV file's header, bytes that are there from its first on, and how many
    behind it belong to no chunk."""
    counted = long = None
    at, end = place.start + 12, place.size
    while at + 8 <= end:
        name, size = struct.unpack("<4sI", _at(file, at, 8))
        if name == b"ds64":
            long = struct.unpack("<Q", _at(file, at + 16, 8).ljust(8, b"\0"))[0]
        if counted is not None and not _is_chunk(name, size, end - at - 8):
            break
        if counted is None and name == b"data":
            counted, begin = (long if long and size == 0xFFFFFFFF else size), at + 8
            if not counted or begin + counted > end:
                return counted, end - begin, 0
            size = counted
        at += 8 + size
        # Odd chunks are padded, but not by all programs.
        at += size & 1 if not _at(file, at, 4).isalnum() else 0
    if counted is None:
        return 0, 0, 0
    rest = _at(file, at, end - at) if end - at < 1 << 20 else b"much"
    return counted, counted, end - at if rest.strip(b"\0") else 0


def _is_chunk(name: bytes, size: int, left: int) -> bool:
    """Whether this is another part of the file, and not sound, nor another file."""
    return re.fullmatch(rb"[\w -]{4}", name) is not None and name != b"RIFF" and size <= left + 1


def size_factor(file: IO[bytes], place: Place) -> float:
    """How many times longer a file should be by the size in its first bytes; 1 where it says
    nothing."""
    fields = {
        "aiff": (">I", 4, 8), "au": (">I", 8, 24), "avi": ("<I", 4, 8), "w64": ("<Q", 16, 0),
    }  # fmt: skip
    form, at, more = fields[place.container]
    head = _at(file, place.start, 24)
    declared = struct.unpack_from(form, head.ljust(24, b"\0"), at)[0]
    return max(1.0, (declared + more) / (place.size - place.start)) if declared else 1.0


def caf_factor(file: IO[bytes], place: Place) -> float:
    """How many times more sound a CAF file counts than is there; 1 where it doesn't know."""
    at = place.start + 8
    while len(head := _at(file, at, 12)) == 12:
        name, size = struct.unpack(">4sq", head)
        if name == b"data":
            return max(1.0, size / max(place.size - at - 12, 1))
        if size < 0:
            break
        at += 12 + size
    return 1.0


def tta_seconds(file: IO[bytes], place: Place) -> float:
    rate, frames = struct.unpack_from("<II", _at(file, place.start, 18).ljust(18, b"\0"), 10)
    return float(frames / rate) if rate else 0.0


def lacks_pages(file: IO[bytes]) -> bool:
    """Whether pages are missing in the middle of an Ogg file, by their numbers (RFC 3533). Where a
    recording of a broadcast begins, right behind the headers, none are."""
    last: dict[bytes, tuple[int, int]] = {}
    with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        for page in re.finditer(rb"OggS\0([\0-\7])(.{8})(.{4})(.{4})", data, re.DOTALL):
            flags, position, stream = page[1][0], int.from_bytes(page[2], "little"), page[3]
            number = int.from_bytes(page[4], "little")
            before, sounded = last.get(stream, (number - 1, 0))
            if sounded and not flags & 2 and number != before + 1:
                return True
            last[stream] = (number, position)
    return False


def holds_several(path: Path) -> bool:
    """Whether an Ogg file has more than one first page: recordings behind or beside each other."""
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        return len(re.findall(rb"OggS\0[\2\3]", data)) > 1


def ends_inside(file: IO[bytes], place: Place) -> bool:
    """Whether a file ends in the middle of a part that its container counts: it was cut off."""
    if place.container in ("ogg", "opus"):
        end = last_page(file, place)
        return end > place.size or unheard_bytes(file, [(end, place.size), (0, 0)]) > _PAGE
    parts = _boxes if place.container == "m4a" else _segments
    return any(end > place.size for end in parts(file, place))


def last_page(file: IO[bytes], place: Place) -> int:
    """Where the last page of an Ogg file ends (RFC 3533), or would, had it not been cut off."""
    end, tail = place.size, b""
    while end > place.start and not tail:
        begin = max(end - _SEARCHED, place.start)
        data = _at(file, begin, end - begin + (_PAGE if end < place.size else 0))
        at = data.rfind(b"OggS")
        tail, end = data[at:] if at >= 0 else b"", begin
    n = tail[26] if len(tail) > 26 else 255
    return end + at + 27 + n + sum(tail[27 : 27 + n])


def _boxes(file: IO[bytes], place: Place) -> Iterator[int]:
    """Where each box of an MP4 file ends (ISO 14496-12)."""
    at = place.start
    while at + 8 <= place.size:
        head = _at(file, at, 16)
        size = int.from_bytes(head[:4], "big")
        if size == 1:
            size = int.from_bytes(head[8:], "big")
        if size < 8 or not head[4:8].isalnum():
            return  # zeros, or the last box, which goes on to the end
        at += size
        yield at


def _segments(file: IO[bytes], place: Place) -> Iterator[int]:
    """Where each part of a WebM file ends (RFC 8794); a live recording counts nothing."""
    at = place.start
    while at + 12 <= place.size:
        head = _at(file, at, 12)
        if head[:4] not in (b"\x1a\x45\xdf\xa3", b"\x18\x53\x80\x67") or not head[4]:
            return
        width = 9 - head[4].bit_length()
        size = int.from_bytes(head[4 : 4 + width], "big") - (1 << 7 * width)
        if size == (1 << 7 * width) - 1:
            return
        at += 4 + width + size
        yield at
