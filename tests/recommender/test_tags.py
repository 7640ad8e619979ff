import shutil
import struct
import subprocess
from pathlib import Path

import mutagen
import numpy as np
import pytest
import soundfile
from mutagen import aiff, apev2, flac, id3, mp4, oggvorbis, wave

from recommender.tags import read_tags

needs_ffmpeg = pytest.mark.skipif(shutil.which("ffmpeg") is None, reason="needs ffmpeg")
ALL = {"title": "Río", "artist": "Ana", "album": "Mar", "genre": "Rock"}


def silence(path: Path) -> Path:
    soundfile.write(path, np.zeros(22050, np.float32), 22050)
    return path


def id3_frames(**more: str) -> list[id3.Frame]:
    texts = {"TIT2": "Río", "TPE1": "Ana", "TALB": "Mar", "TCON": "Rock", "TDRC": "1999-05-01"}
    return [getattr(id3, name)(encoding=3, text=text) for name, text in (texts | more).items()]


def tagged_by_id3(path: Path, **more: str) -> Path:
    tags = id3.ID3()
    for frame in id3_frames(**more):
        tags.add(frame)
    tags.save(path)
    return path


def read(path: Path) -> tuple[dict[str, str], tuple[str, ...]]:
    tags = read_tags(path)
    assert tags.damage == ""
    return tags.values, tags.years


def test_id3_of_mp3(tmp_path):
    assert read(tagged_by_id3(silence(tmp_path / "a.mp3"))) == (ALL, ("1999-05-01",))


@pytest.mark.parametrize(("kind", "suffix"), [(wave.WAVE, "wav"), (aiff.AIFF, "aiff")])
def test_id3_in_a_chunk(tmp_path, kind, suffix):
    file = kind(silence(tmp_path / f"a.{suffix}"))
    file.add_tags()
    for frame in id3_frames():
        file.tags.add(frame)
    file.save()
    assert read(Path(file.filename)) == (ALL, ("1999-05-01",))


def info(**texts: str) -> bytes:
    chunks = b""
    for name, text in texts.items():
        data = text.encode() + b"\0"
        chunks += name.encode() + struct.pack("<I", len(data)) + data + b"\0" * (len(data) % 2)
    return b"LIST" + struct.pack("<I", len(chunks) + 4) + b"INFO" + chunks


@pytest.mark.parametrize("riff", [b"RIFF", b"RF64"])
def test_info_of_wav(tmp_path, riff):
    path = silence(tmp_path / "a.wav")
    data = bytearray(path.read_bytes())
    data += info(INAM="Río", IART="Ana", IPRD="Mar", IGNR="Rock", ICRD="1999")
    path.write_bytes(riff + data[4:])
    assert read(path) == (ALL, ("1999",))


def test_texts_of_aiff(tmp_path):
    path = silence(tmp_path / "a.aiff")
    chunks = b"".join(
        name + struct.pack(">I", 4) + text
        for name, text in ((b"NAME", b"Song"), (b"AUTH", b"Anna"))
    )
    path.write_bytes(path.read_bytes() + chunks)
    assert read(path)[0] == {"title": "Song", "artist": "Anna"}


def test_apev2_of_mp3(tmp_path):
    path = silence(tmp_path / "a.mp3")
    tags = apev2.APEv2()
    tags.update({"Title": "Río", "Artist": "Ana", "Album": "Mar", "Genre": "Rock", "Year": "1999"})
    tags.save(path)
    assert read(path) == (ALL, ("1999",))


def test_what_one_kind_of_tags_leaves_out_another_states(tmp_path):
    path = silence(tmp_path / "a.mp3")
    tags = apev2.APEv2()
    tags.update({"Title": "No", "Artist": "Ana", "Genre": "Rock"})
    tags.save(path)
    tagged_by_id3(path, TIT2="Río", TPE1="\u200b ", TCON="")
    assert read(path)[0] == ALL


def test_id3v1_alone(tmp_path):
    path = silence(tmp_path / "a.mp3")
    with path.open("ab") as file:
        file.write(id3.MakeID3v1({f.FrameID: f for f in id3_frames(TIT2="Rio")}))
    values, years = read(path)
    assert (values, years) == ({**ALL, "title": "Rio"}, ("1999",))


def test_two_id3_tags_in_a_row(tmp_path):
    path = silence(tmp_path / "a.mp3")
    sound = path.read_bytes()
    one, two = (tmp_path / name for name in ("one", "two"))
    for part, frames in ((one, ("TIT2", "TCON")), (two, ("TPE1", "TALB", "TDRC"))):
        tags = id3.ID3()
        for frame in id3_frames():
            if frame.FrameID in frames:
                tags.add(frame)
        part.touch()
        tags.save(part)
    path.write_bytes(one.read_bytes() + two.read_bytes() + sound)
    assert read(path) == (ALL, ("1999-05-01",))


@pytest.mark.parametrize(("kind", "suffix"), [(flac.FLAC, "flac"), (oggvorbis.OggVorbis, "ogg")])
def test_vorbis_comments(tmp_path, kind, suffix):
    file = kind(silence(tmp_path / f"a.{suffix}"))
    file.update({**ALL, "artist": ["Ana", "Bea", "Ana"], "date": "15.03.1985", "license": "CC0"})
    file.save()
    assert read(Path(file.filename)) == (
        {**ALL, "artist": "Ana; Bea", "licence": "CC0"},
        ("15.03.1985",),
    )


def test_flac_behind_id3_tags(tmp_path):
    path = silence(tmp_path / "a.flac")
    file = flac.FLAC(path)
    file.update({"title": "Río", "artist": "Ana"})
    file.save()
    empty = tmp_path / "tag"
    empty.touch()
    tagged_by_id3(empty, TIT2="Another", TPE1="Another")
    path.write_bytes(empty.read_bytes() * 2 + path.read_bytes())
    assert read(path) == (ALL, ("1999-05-01", "1999-05-01"))


@needs_ffmpeg
@pytest.mark.parametrize("suffix", ["m4a", "opus", "wav", "aac"])
def test_what_ffmpeg_writes(tmp_path, suffix):
    path = tmp_path / f"a.{suffix}"
    stated = [part for key, value in ALL.items() for part in ("-metadata", f"{key}={value}")]
    more = ["-write_id3v2", "1"] if suffix == "aac" else []
    subprocess.run(
        ["ffmpeg", "-v", "error", "-i", silence(tmp_path / "s.flac"), *stated, *more, path],
        check=True,
    )
    assert read(path)[0] == ALL


@needs_ffmpeg
def test_free_names_of_mp4(tmp_path):
    path = tmp_path / "a.m4a"
    subprocess.run(["ffmpeg", "-v", "error", "-i", silence(tmp_path / "s.flac"), path], check=True)
    file = mp4.MP4(path)
    file["----:com.apple.iTunes:ARTIST"] = [
        mp4.MP4FreeForm(b"Ana"),
        mp4.MP4FreeForm("Béa".encode()),
    ]
    file["\xa9gen"] = ["17"]
    file.save()
    assert read(path)[0] == {"artist": "Ana; Béa", "genre": "Rock"}


@pytest.mark.parametrize(
    ("number", "genre"),
    [
        *(("(17)", "Rock"), ("17", "Rock"), ("(17)Rock", "Rock"), ("(17)(13)", "Rock; Pop")),
        *(("(999)", "(999)"), ("(Alternative) Rock", "(Alternative) Rock"), ("Unknown", "Unknown")),
        ("Rock\0Pop", "Rock; Pop"),
    ],
)
def test_genres_by_number_are_spelt_out(tmp_path, number, genre):
    path = tagged_by_id3(silence(tmp_path / "a.mp3"), TCON=number)
    assert read(path)[0]["genre"] == genre


@pytest.mark.parametrize("frame", ["TDRC", "TYER"])
def test_a_date_is_given_as_it_was_written(tmp_path, frame):
    path = silence(tmp_path / "a.mp3")
    data = b"\x03c. 1999"
    whole = frame.encode() + struct.pack(">I", len(data)) + b"\0\0" + data
    version = b"\x04" if frame == "TDRC" else b"\x03"
    tag = b"ID3" + version + b"\0\0" + bytes([0, 0, 0, len(whole)]) + whole
    path.write_bytes(tag + path.read_bytes())
    assert read_tags(path).years == ("c. 1999",)


@pytest.mark.parametrize("suffix", ["flac", "ogg", "wav", "mp3", "aiff"])
def test_files_without_tags_have_none(tmp_path, suffix):
    assert read(silence(tmp_path / f"a.{suffix}")) == ({}, ())


def test_a_file_that_is_no_audio_has_no_tags(tmp_path):
    path = tmp_path / "a.mp3"
    path.write_text("not audio at all")
    assert read(path) == ({}, ())


@pytest.mark.parametrize("suffix", ["mp3", "flac", "ogg"])
def test_damaged_tags_cost_no_more_than_the_tags(tmp_path, suffix):
    path = silence(tmp_path / f"a.{suffix}")
    file = mutagen.File(path, easy=True)
    if file.tags is None:
        file.add_tags()
    file.update({"title": "x" * 200})
    file.save()
    whole = path.read_bytes()
    chance = np.random.default_rng(0)
    for _ in range(100):
        damaged = bytearray(whole)
        for at in chance.integers(0, 300, 8):
            damaged[at] = chance.integers(0, 256)
        path.write_bytes(damaged)
        read_tags(path)
