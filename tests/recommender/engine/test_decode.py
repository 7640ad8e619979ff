"""What a player plays whole is decoded whole, or refused with the reason."""

import io
import struct

import numpy as np
import pytest
import soundfile as sf
from mutagen import id3

from recommender.engine.audio import AudioError, read_recording
from recommender.engine.decode import PLAYABLE, open_stream

from .conftest import encode, tune


def refused(path) -> str:
    with pytest.raises(AudioError) as caught:
        read_recording(path)
    return str(caught.value)


@pytest.fixture
def mp3(tmp_path):
    """Bytes of an MP3; by default with the header that says how long it is."""

    def make(seconds=8.0, codec="libmp3lame", format="mp3", **options):
        options = {"id3v2_version": "0", "write_id3v1": "0"} | options
        path = encode(tmp_path / "source", tune(seconds), codec, format=format, options=options)
        return path.read_bytes()

    return make


@pytest.fixture
def keep(tmp_path):
    def keep(content: bytes, name="song.mp3"):
        path = tmp_path / name
        path.write_bytes(content)
        return path

    return keep


def seconds(path) -> float:
    return read_recording(path).duration_s


# MP3: what its header says


def with_info(data: bytes, frames=1.0, size=1.0, flags=None) -> bytes:
    """An MP3 whose header says so many times its frames and bytes."""
    changed = bytearray(data)
    at = max(data.find(b"Xing"), data.find(b"Info"))
    real = struct.unpack_from(">II", data, at + 8)
    struct.pack_into(">II", changed, at + 8, round(real[0] * frames), round(real[1] * size))
    if flags is not None:
        struct.pack_into(">I", changed, at + 4, flags)
    return bytes(changed)


@pytest.mark.parametrize(
    "wrong",
    [{"frames": 0}, {"frames": 0.5}, {"frames": 0.5, "size": 0.5}, {"flags": 0}, {"frames": 2.0},
     {"size": 2.0}, {"frames": 100.0}, {"frames": 0, "size": 0}],
    ids=str,
)  # fmt: skip
def test_a_wrong_header_shortens_nothing(mp3, keep, wrong):
    path = keep(with_info(mp3(20), **wrong))
    assert seconds(path) == pytest.approx(20.0, abs=0.1)


def test_a_file_that_its_header_says_is_longer_is_cut_off(mp3, keep):
    assert "only 20.0 s of 40." in refused(keep(with_info(mp3(20), frames=2.0, size=2.0)))


@pytest.mark.parametrize("more", [{}, {"write_xing": "0"}], ids=["header", "none"])
def test_joined_files_are_read_to_the_end(mp3, keep, more):
    path = keep(mp3(8, **more) + mp3(6, **more))
    assert seconds(path) == pytest.approx(14.0, abs=0.15)


@pytest.mark.parametrize("more", [{}, {"write_xing": "0"}], ids=["header", "none"])
def test_joined_files_with_anything_between_are_read_to_the_end(mp3, keep, more):
    data = mp3(8, **more)
    for between in (tag(600_000), apev2(picture=600_000), bytes(4096)):
        assert seconds(keep(data + between + data)) == pytest.approx(16.0, abs=0.15)


# What may stand in front and behind


def noise(n: int) -> bytes:
    return np.random.default_rng(1).bytes(n)


def tag(picture=0, version=4) -> bytes:
    tags = id3.ID3()
    tags.add(id3.TIT2(encoding=3, text="A song"))
    if picture:
        picture = noise(picture)
        tags.add(id3.APIC(encoding=3, mime="image/png", type=3, desc="", data=picture))
    file = io.BytesIO()
    tags.save(file, v2_version=version, padding=lambda info: 0)
    return file.getvalue()


def with_footer(front: bytes) -> bytes:
    return front[:5] + b"\x10" + front[6:] + b"3DI" + front[3:5] + b"\x10" + front[6:10]


def resized(front: bytes, by: int) -> bytes:
    return front[:9] + bytes([front[9] + by]) + front[10:]


def apev2(header=True, picture=0) -> bytes:
    item = struct.pack("<II", 5, 0) + b"Title\0Hello"
    if picture:
        item = struct.pack("<II", picture, 2) + b"Cover Art (Front)\0" + noise(picture)
    both = [struct.pack("<8sIIII8x", b"APETAGEX", 2000, len(item) + 32, 1, f << 24)
            for f in (0xA0, 0x80)]  # fmt: skip
    return (both[0] if header else b"") + item + both[1]


FRONTS = {
    "one tag": tag(),
    "two tags": tag() + tag(version=3),
    "a tag with a picture": tag(300_000),
    "a footer": with_footer(tag()),
    "a tag too small": resized(tag(), -4),
    "a tag too large": resized(tag(), 4),
    "a tag that claims more than the file": tag()[:6] + b"\x7f" * 4 + tag()[10:],
    "a picture and a size too small": resized(tag(300_000), -3),
    "zeros": bytes(6000),
    "many zeros": bytes(400_000),
    "APEv2": apev2(),
    "tag, zeros and APEv2": tag() + bytes(500) + apev2(),
}


@pytest.mark.parametrize("front", FRONTS)
def test_an_mp3_behind_anything_is_read_whole(mp3, keep, front):
    recording = read_recording(keep(FRONTS[front] + mp3()))
    assert recording.duration_s == pytest.approx(8.0, abs=0.06)
    assert recording.container == "mp3"


@pytest.mark.parametrize("front", FRONTS)
def test_a_flac_behind_anything_is_the_same_recording(write, keep, front):
    plain = write("plain.flac")
    behind = keep(FRONTS[front] + plain.read_bytes(), "behind.flac")
    assert read_recording(behind).sha256 == read_recording(plain).sha256


@pytest.mark.parametrize(
    "end",
    [b"TAG" + bytes(125), apev2(), apev2(header=False), bytes(50_000), tag(600_000),
     apev2(picture=600_000), noise(60_000),
     b"LYRICSBEGININD0000200" + b"la " * 400 + b"001216LYRICS200" + b"TAG" + bytes(125)],
    ids=["ID3v1", "APEv2", "APEv2 without header", "zeros", "ID3v2", "APEv2 with a picture",
         "noise", "Lyrics3"],
)  # fmt: skip
@pytest.mark.parametrize("more", [{}, {"write_xing": "0"}], ids=["header", "none"])
def test_what_follows_an_mp3_cuts_nothing_off(mp3, keep, end, more):
    assert seconds(keep(mp3(**more) + end)) == pytest.approx(8.0, abs=0.1)


def test_adts_that_begins_in_a_frame_is_read_from_the_next(mp3, keep):
    data = mp3(8, "aac", "adts")
    for content in (data, data[100:], tag() + data):
        path = keep(content, "a.aac")
        assert read_recording(path).container == "aac"
        assert seconds(path) == pytest.approx(8.0, abs=0.1)


def test_an_mp3_that_begins_in_a_frame_is_read_from_the_next(mp3, keep):
    assert seconds(keep(mp3(write_xing="0")[300:])) == pytest.approx(8.0, abs=0.1)


def test_a_few_strange_bytes_in_the_middle_are_passed_over(mp3, keep):
    data = mp3(20, write_xing="0")
    frame = data.find(data[:3], len(data) // 2)
    assert seconds(keep(data[:frame] + bytes(100) + data[frame:])) == pytest.approx(20.0, abs=0.15)


def test_strange_bytes_between_frames_that_are_all_there_are_passed_over(mp3, keep):
    data = mp3(20)
    frame = data.find(b"\xff\xfb", len(data) // 2)
    noise = np.random.default_rng(0).bytes(8_000).replace(b"\xff", b"\xfe")
    assert seconds(keep(data[:frame] + noise + data[frame:])) == pytest.approx(20.0, abs=0.15)


def test_strange_bytes_at_the_end_are_no_sound(mp3, keep):
    end = b"Brava Software Inc.             3.10" + b"\x41\x42\x00" * 3_000
    assert seconds(keep(mp3(8, write_xing="0") + end)) == pytest.approx(8.0, abs=0.1)


def test_a_second_of_four_minutes_is_missed(mp3, keep):
    data = mp3(60)
    assert "s of 60.0" in refused(keep(data[: -len(data) // 60]))


def test_an_hour_is_taken_and_not_a_second_more(keep):
    for length, taken in ((3600.0, True), (3600.5, False), (3602.0, False)):
        path = keep(b"", "long.flac")
        with sf.SoundFile(path, "w", 8_000, 1, format="FLAC") as file:
            file.write(tune(30, rate=8_000))
            file.write(np.zeros(round((length - 30) * 8_000), np.float32))
        if taken:
            assert seconds(path) == length
        else:
            assert "longer than 60 minutes" in refused(path)


def test_sound_that_was_overwritten_is_missed_without_a_header(mp3, keep):
    data = bytearray(mp3(20, write_xing="0"))
    third = len(data) // 3
    data[third : 2 * third] = np.random.default_rng(0).bytes(third)
    assert "cut off or damaged: only" in refused(keep(bytes(data)))


@pytest.mark.parametrize("more", [{}, {"write_xing": "0"}], ids=["header", "none"])
def test_sound_in_whose_place_are_zeros_is_missed(mp3, keep, more):
    data = mp3(20, **more)
    half = len(data) // 2 + 100
    tenth = len(data) // 10
    assert "s of 20." in refused(keep(data[:half] + bytes(tenth) + data[half + tenth :]))


# Other containers: joined, cut off, with lengths that nobody counted


def vorbis(path, length):
    sf.write(path, tune(length), 44_100, format="OGG")


def opus(path, length):
    sf.write(path, tune(length, rate=48_000), 48_000, format="OGG", subtype="OPUS")


def flac(path, length):
    sf.write(path, tune(length), 44_100, format="FLAC")


def adts(path, length):
    encode(path, tune(length), "aac", format="adts")


@pytest.mark.parametrize("kind", [vorbis, opus, flac, adts])
def test_joined_recordings_are_read_to_the_end(tmp_path, kind):
    parts = [tmp_path / "first", tmp_path / "second"]
    for path, length in zip(parts, (9, 6), strict=True):
        kind(path, length)
    joined = tmp_path / "joined"
    joined.write_bytes(b"".join(path.read_bytes() for path in parts))
    assert seconds(joined) == pytest.approx(15.0, abs=0.15)
    assert read_recording(joined).sha256 != read_recording(parts[0]).sha256
    assert not read_recording(joined).playable


def test_recordings_of_two_rates_joined_are_refused_in_words(mp3, keep, tmp_path):
    low = encode(tmp_path / "low.mp3", tune(8, rate=22_050), "libmp3lame", rate=22_050)
    assert "the sound changes from" in refused(keep(mp3() + low.read_bytes()))


@pytest.mark.parametrize("kind", [vorbis, opus])
def test_pages_that_are_missing_in_joined_ogg_are_missed(tmp_path, kind):
    path = tmp_path / "song"
    kind(path, 30)
    pages = path.read_bytes().split(b"OggS")
    middle, some = len(pages) // 2, len(pages) // 5 + 1
    holed = b"OggS".join(pages[:middle] + pages[middle + some :])
    path.write_bytes(path.read_bytes() + holed)
    assert "cut off or damaged: only" in refused(path)


@pytest.mark.parametrize("kind", [vorbis, opus])
def test_a_recording_of_a_broadcast_begins_in_its_middle(tmp_path, kind):
    path = tmp_path / "song"
    kind(path, 30)
    pages = path.read_bytes().split(b"OggS")
    headers = [page for page in pages if page[2:10] in (b"", bytes(8))]
    path.write_bytes(b"OggS".join(headers + pages[len(pages) // 2 :]))
    assert 10 < seconds(path) < 20


@pytest.mark.parametrize("kind", [vorbis, opus])
@pytest.mark.parametrize("size", [5_000, 100_000])
def test_sound_that_is_missing_in_the_middle_of_ogg_is_missed(tmp_path, kind, size):
    path = tmp_path / "song"
    kind(path, 30)
    data = path.read_bytes()
    half = len(data) // 2
    path.write_bytes(data[:half] + bytes(size) + data[half + size :])
    assert "cut off" in refused(path) or "damaged" in refused(path)


def test_joined_ogg_of_two_kinds_is_refused_as_such(tmp_path):
    parts = [tmp_path / "first", tmp_path / "second"]
    vorbis(parts[0], 9)
    opus(parts[1], 6)
    joined = tmp_path / "joined"
    joined.write_bytes(b"".join(path.read_bytes() for path in parts))
    assert "several recordings of different kinds" in refused(joined)


@pytest.mark.parametrize("name", ["a.caf", "a.tta", "a.avi", "a.wma", "a.w64"])
def test_what_was_cut_off_is_missed_in_every_container(tmp_path, name):
    codec = {"a.tta": "tta", "a.wma": "wmav2"}.get(name, "pcm_s16le")
    path = encode(tmp_path / name, tune(20), codec, bit_rate=128_000)
    path.write_bytes(path.read_bytes()[: path.stat().st_size * 6 // 10])
    assert "cut off" in refused(path) or "damaged" in refused(path)


@pytest.mark.parametrize("kind", [vorbis, opus, flac])
def test_zeros_at_the_end_cut_nothing_off(tmp_path, kind):
    path = tmp_path / "song"
    kind(path, 8)
    path.write_bytes(path.read_bytes() + bytes(300_000))
    assert seconds(path) == pytest.approx(8.0, abs=0.1)


def wav(counted, riff=None) -> bytes:
    file = io.BytesIO()
    sf.write(file, tune(), 44_100, format="WAV")
    data = bytearray(file.getvalue())
    at = data.find(b"data")
    struct.pack_into("<I", data, at + 4, counted)
    struct.pack_into("<I", data, 4, (counted + 36) % 2**32 if riff is None else riff)
    return bytes(data)


@pytest.mark.parametrize(
    "counted",
    [0, 0x7FFFF024 - 36, 0x7FFFF000, 0x7FFFFFFF, 0x80000000, 0xFFFFFF00, 0xFFFFFFDB, 0xFFFFFFFF,
     10**9],
    ids=hex,
)  # fmt: skip
@pytest.mark.parametrize("riff", [None, 0, 0xFFFFFFFF, 705_636])
def test_a_wav_of_unknown_length_is_read_whole(keep, counted, riff):
    assert seconds(keep(wav(counted, riff), "pipe.wav")) == 8.0


def test_a_fifth_of_a_second_of_wav_is_missed(keep):
    assert "only 8.0 s of 8.2 s" in refused(keep(wav(round(8.2 * 88_200)), "cut.wav"))


def test_a_wav_that_was_cut_off_says_how_much_of_it_is_there(keep):
    assert "only 8.0 s of 16.0 s" in refused(keep(wav(16 * 88_200), "cut.wav"))


def test_a_wav_that_goes_on_behind_its_own_count_is_refused(keep):
    half = wav(4 * 88_200)
    assert "header counts 4.0 s of sound, but 352800 bytes follow" in refused(keep(half, "a.wav"))
    whole = wav(8 * 88_200)
    assert "header counts 8.0 s of sound" in refused(keep(whole + whole, "joined.wav"))


def chunk(name: bytes, content: bytes) -> bytes:
    return name + struct.pack("<I", len(content)) + content + b"\0" * (len(content) % 2)


def test_other_parts_of_a_wav_are_no_sound(keep):
    data = wav(8 * 88_200)
    front = chunk(b"JUNK", bytes(29)) + chunk(b"bext", bytes(602))
    end = chunk(b"LIST", b"INFOINAM\5\0\0\0Song\0\0") + chunk(b"id3 ", tag()) + bytes(700)
    assert seconds(keep(data[:12] + front + data[12:] + end, "a.wav")) == 8.0


@pytest.mark.parametrize(
    ("name", "how"),
    [("a.wav", {"subtype": s}) for s in ("PCM_U8", "PCM_24", "PCM_32", "FLOAT", "DOUBLE", "ALAW",
                                         "ULAW", "MS_ADPCM", "IMA_ADPCM")]
    + [("a.wav", {"format": f}) for f in ("RF64", "W64", "WAVEX")]
    + [("a.aiff", {}), ("a.aiff", {"subtype": "FLOAT"}), ("a.au", {}), ("a.caf", {})],
    ids=str,
)  # fmt: skip
def test_every_kind_of_pcm_is_read_whole(write, name, how):
    assert seconds(write(name, **how)) == pytest.approx(8.0, abs=0.1)


@pytest.mark.parametrize(
    ("name", "codec", "container"),
    [
        ("a.m4a", "aac", "m4a"), ("a.m4a", "alac", "m4a"), ("a.m4a", "ac3", "m4a"),
        ("a.mp4", "libmp3lame", "m4a"), ("a.webm", "libopus", "webm"),
        ("a.mka", "libmp3lame", "webm"), ("a.mp2", "mp2", "mp3"), ("a.wv", "wavpack", "wavpack"),
        ("a.tta", "tta", "tta"), ("a.avi", "pcm_s16le", "avi"),
    ],
)  # fmt: skip
def test_what_other_players_play_is_read_whole(tmp_path, name, codec, container):
    recording = read_recording(encode(tmp_path / name, tune(), codec, rate=48_000))
    assert recording.container == container
    assert recording.duration_s == pytest.approx(8.0 * 44_100 / 48_000, abs=0.1)
    assert not recording.playable


@pytest.mark.parametrize(
    "flags", ["faststart", "frag_keyframe+empty_moov", "frag_every_frame+empty_moov", ""]
)
def test_every_order_of_an_mp4_is_read_whole(tmp_path, flags):
    options = {"movflags": flags} if flags else {}
    path = encode(tmp_path / "a.m4a", tune(), "aac", options=options)
    assert seconds(path) == pytest.approx(8.0, abs=0.06)


def test_a_video_without_sound_is_refused_as_such(tmp_path):
    import av

    path = tmp_path / "a.mp4"
    with av.open(str(path), "w") as file:
        stream = file.add_stream("mpeg4", rate=10, width=64, height=64)
        for _ in range(60):
            file.mux(stream.encode(av.VideoFrame(64, 64, "yuv420p")))
        file.mux(stream.encode(None))
    assert "video without sound" in refused(path)


# What browsers play


@pytest.mark.parametrize(
    ("name", "how"),
    [("a.mp3", {}), ("a.flac", {}), ("a.flac", {"subtype": "PCM_24"}), ("a.wav", {}),
     ("a.wav", {"subtype": "PCM_24"}), ("a.wav", {"subtype": "PCM_U8"})],
    ids=str,
)  # fmt: skip
def test_what_is_listed_is_playable(write, name, how):
    recording = read_recording(write(name, **how))
    assert (recording.container, recording.codec) in PLAYABLE
    assert recording.playable


@pytest.mark.parametrize(
    ("name", "how"),
    [("a.ogg", {}), ("a.aiff", {}), ("a.wav", {"subtype": "FLOAT"}), ("a.wav", {"rate": 96_000}),
     ("a.wav", {"samples": np.repeat(tune()[:, None], 6, 1)}), ("a.wav", {"subtype": "MS_ADPCM"})],
    ids=["Ogg", "AIFF", "floats", "96 kHz", "surround", "ADPCM"],
)  # fmt: skip
def test_what_is_not_listed_is_not(write, name, how):
    assert not read_recording(write(name, **how)).playable


@pytest.mark.parametrize("front", sorted(FRONTS.keys() - {"one tag", "a tag with a picture"}))
def test_what_some_browsers_stumble_over_is_not_playable(mp3, keep, front):
    assert not read_recording(keep(FRONTS[front] + mp3())).playable


def test_a_wrong_header_is_not_playable(mp3, keep):
    assert not read_recording(keep(with_info(mp3(20), frames=0.5))).playable
    assert not read_recording(keep(wav(0), "a.wav")).playable


def test_where_libsndfile_stops_early_the_rest_is_decoded_otherwise(write, monkeypatch):
    path, read = write("a.flac"), sf.SoundFile.read
    whole = read_recording(path).sha256

    def stops(file, *args, **kwargs):
        if file.tell() > 100_000:
            raise sf.LibsndfileError(1)
        return read(file, *args, **kwargs)

    monkeypatch.setattr(sf.SoundFile, "read", stops)
    assert read_recording(path).sha256 == whole


def test_blocks_of_a_stream_are_small(write):
    with open_stream(write("a.wav", tune(20))) as stream:
        assert max(len(block) for block in stream.blocks) <= 65_536
