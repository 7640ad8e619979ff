"""What a file says of itself: ID3, APEv2, Vorbis comments, MP4 atoms, RIFF INFO, texts of AIFF."""

import struct
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import IO, Any

from .texts import cleaned, joined

# A field's names in all these kinds of tags, in lower case, the best first.
NAMES = {
    "title": ("tit2", "title", "©nam", "inam", "wm/title", "name"),
    "artist": ("tpe1", "artist", "©art", "iart", "author", "auth"),
    "album": ("talb", "album", "©alb", "iprd", "wm/albumtitle"),
    "genre": ("tcon", "genre", "©gen", "ignr", "wm/genre"),
    "year": ("tdrc", "tyer", "date", "year", "©day", "icrd", "wm/year", "tdrl"),
    "licence": ("wcop", "license", "licence"),
}
_WANTED = {name for names in NAMES.values() for name in names}
_LONGEST_TEXT = 65_536
# FLAC's own tags stand before its sound; pictures among them take at most 16 MB each.
_FLAC_HEAD = 1 << 26

# A tag's values by its name in lower case.
Values = dict[str, list[str]]


@dataclass(frozen=True, slots=True)
class Tags:
    """values : the fields that the tags state, several values of one joined by “; ”.
    years : what stands for the year, the best first.
    damage : why some could not be read; empty otherwise."""

    values: dict[str, str]
    years: tuple[str, ...] = ()
    damage: str = ""


def read_tags(path: Path) -> Tags:
    """All tags of a file together: what one kind leaves out, another may state. Raises OSError."""
    found: list[Values] = []
    damage = ""
    with path.open("rb") as file:
        for read in (_of_format, _id3_before, _chunks_of_wav_and_aiff, _ape, _id3_v1):
            file.seek(0)
            try:
                found += read(file)
            except Exception as error:  # on damaged tags, mutagen raises anything
                damage = damage or f"{type(error).__name__}: {error}"
    stated = {name: _first(found, names) for name, names in NAMES.items()}
    years = [joined(tags[name]) for tags in found for name in NAMES["year"] if name in tags]
    values = {name: value for name, value in stated.items() if value and name != "year"}
    return Tags(values, tuple(filter(None, years)), damage)


def _first(found: list[Values], names: tuple[str, ...]) -> str:
    texts = (joined(tags[name]) for tags in found for name in names if name in tags)
    return next(filter(None, texts), "")


def _of_format(file: IO[bytes]) -> Iterator[Values]:
    """The tags of FLAC, Ogg, MP4 and ASF, each of which has its own kind."""
    import mutagen
    from mutagen import asf, flac, mp4, oggflac, oggopus, oggspeex, oggvorbis

    file.seek(_after_id3(file))
    if file.read(4) == b"fLaC":
        file.seek(-4, 1)
        head: Any = flac.FLAC
        yield _values(head(BytesIO(file.read(_FLAC_HEAD))).tags)
        return
    file.seek(0)
    kinds = [oggvorbis.OggVorbis, oggopus.OggOpus, oggflac.OggFLAC, oggspeex.OggSpeex]
    found = mutagen.File(file, options=[*kinds, mp4.MP4, asf.ASF])
    yield _values(found.tags if found else None)


def _values(tags: Any) -> Values:
    values: Values = {}
    for name, value in (tags or {}).items():
        # Of MP4's free names, “----:com.apple.iTunes:GENRE”, the last part says what it is.
        key = str(name).lower().rpartition(":")[2]
        if key in _WANTED:
            several = hasattr(value, "__iter__") and not isinstance(value, str | bytes)
            values.setdefault(key, []).extend(map(_text, value if several else [value]))
    return {name: _genres(v) if name in NAMES["genre"] else v for name, v in values.items()}


def _text(value: Any) -> str:
    return _decoded(bytes(value)) if isinstance(value, bytes) else str(value)


def _decoded(data: bytes) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("cp1252", errors="replace")


def _genres(texts: list[str]) -> list[str]:
    """Genres with ID3's numbers spelt out: “(17)”, “17” and “(17)Rock” are Rock."""
    from mutagen.id3 import TCON

    number: Any = TCON
    spelt = [(text, number(encoding=3, text=[text]).genres) for text in map(cleaned, texts)]
    return [text if genre == "Unknown" else genre for text, genres in spelt for genre in genres]


def _ape(file: IO[bytes]) -> Iterator[Values]:
    from mutagen.apev2 import APENoHeaderError, APEv2

    try:
        yield _values(APEv2(file))  # type: ignore[no-untyped-call]
    except APENoHeaderError:
        return


# ID3


def _id3_before(file: IO[bytes]) -> Iterator[Values]:
    """Every ID3v2 tag before the sound: there can be more than one."""
    start = 0
    while (end := _end_of_id3(file, start)) > start:
        file.seek(start)
        yield _id3(file.read(end - start))
        start = end


def _after_id3(file: IO[bytes]) -> int:
    start = 0
    while (end := _end_of_id3(file, start)) > start:
        start = end
    return start


def _end_of_id3(file: IO[bytes], start: int) -> int:
    """Where the tag that begins there ends; its beginning if there is none."""
    file.seek(start)
    head = file.read(10)
    if head[:3] != b"ID3" or len(head) < 10 or max(head[6:]) > 127:
        return start
    size = sum(byte << shift for byte, shift in zip(head[6:], (21, 14, 7, 0), strict=True))
    footer = 10 if head[3] == 4 and head[5] & 0x10 else 0
    return start + 10 + size + footer


def _id3(data: bytes) -> Values:
    from mutagen.id3 import ID3, Frames, TextFrame

    # As text: mutagen's own dates leave out what they do not understand.
    dates = {name: type(name, (TextFrame,), {}) for name in ("TDRC", "TDRL")}
    read: Any = ID3
    tags = read(BytesIO(data), known_frames=Frames | dates, translate=False, load_v1=False)
    return _frames(tags.values())


def _id3_v1(file: IO[bytes]) -> Iterator[Values]:
    from mutagen.id3 import ParseID3v1

    file.seek(-min(128, file.seek(0, 2)), 2)
    data = file.read()
    if data[:3] == b"TAG":  # mutagen would take those of APETAGEX, too
        yield _frames((ParseID3v1(data) or {}).values())  # type: ignore[no-untyped-call]


def _frames(frames: Iterable[Any]) -> Values:
    values: Values = {}
    for frame in frames:
        name = frame.FrameID.lower()
        if name in _WANTED:
            texts = getattr(frame, "text", None) or [getattr(frame, "url", "")]
            values.setdefault(name, []).extend(map(str, texts))
    if "tcon" in values:
        values["tcon"] = _genres(values["tcon"])
    return values


# Chunks


def _chunks_of_wav_and_aiff(file: IO[bytes]) -> Iterator[Values]:
    """ID3 in a chunk, INFO of a WAV file, and the texts of an AIFF file."""
    head = file.read(12)
    if head[:4] in (b"RIFF", b"RF64") and head[8:] == b"WAVE":
        yield from _of_chunks(file, "<", lambda name: False)
    if head[:4] == b"FORM" and head[8:] in (b"AIFF", b"AIFC"):
        yield from _of_chunks(file, ">", lambda name: name in (b"NAME", b"AUTH"))


def _of_chunks(file: IO[bytes], order: str, is_text: Callable[[bytes], bool]) -> Iterator[Values]:
    texts: Values = {}
    for name, size in _chunks(file, order):
        if name.upper() == b"ID3 ":
            yield _id3(file.read(size))
        elif name == b"LIST" and file.read(4) == b"INFO":
            for key, length in _chunks(file, order, file.tell() - 4 + size):
                texts[key.decode("latin-1").lower()] = [_chunk_text(file, length)]
        elif is_text(name):
            texts[name.decode("latin-1").lower()] = [_chunk_text(file, size)]
    if "ignr" in texts:
        texts["ignr"] = _genres(texts["ignr"])
    yield texts


def _chunks(file: IO[bytes], order: str, end: int | None = None) -> Iterator[tuple[bytes, int]]:
    """Name and size of each chunk from here on, with the file at its beginning."""
    while (end is None or file.tell() + 8 <= end) and len(head := file.read(8)) == 8:
        name, size = struct.unpack(f"{order}4sI", head)
        following = file.tell() + size + size % 2
        yield name, size
        file.seek(following)


def _chunk_text(file: IO[bytes], size: int) -> str:
    return _decoded(file.read(min(size, _LONGEST_TEXT)).rstrip(b"\0"))
