"""Tiny replicas of FMA and of GTZAN's copies, made of generated sound; and what is kept of them."""

import shutil

import numpy as np
import pytest

from recommender.engine.audio import read_recording
from recommender.engine.datasets import DataError, Wanted, hearing, read
from recommender.engine.fingerprint import fingerprint
from recommender.engine.mel import log_mel
from recommender.engine.provenance import mark

from .conftest import tune

HEADER = """,artist,artist,set,set,track,track
,id,name,split,subset,genre_top,title
track_id,,,,,,
"""
ROWS = """2,1,AWOL,training,small,Hip-Hop,"Food, with a
line break"
5,1,AWOL,training,small,Hip-Hop,This World
10,6,Kurt Vile,training,medium,Pop,Freeway
140,54,Alec,training,large,,Queen
99134,9,Broken,training,small,Rock,Nothing
98565,9,Broken,training,small,Rock,Short
7,8,Absent,training,small,Rock,Not here
"""


@pytest.fixture
def fma(write, tmp_path):
    (tmp_path / "fma" / "fma_metadata").mkdir(parents=True)
    (tmp_path / "fma" / "fma_metadata" / "tracks.csv").write_text(HEADER + ROWS, encoding="utf-8")
    for i, number in enumerate((2, 5, 10, 140, 555)):
        samples = tune(5.5 if i else 29.5, rate=22_050, seed=i)
        write(f"fma/fma_small/{number // 1000:03}/{number:06}.mp3", samples, rate=22_050)
    write("fma/fma_small/098/098565.mp3", tune(6, rate=22_050), rate=22_050)
    (tmp_path / "fma" / "fma_small" / "099").mkdir()
    (tmp_path / "fma" / "fma_small" / "099" / "099134.mp3").write_bytes(b"")
    return tmp_path / "fma"


def test_fma_takes_genre_and_artist_from_its_table(fma):
    found = read(fma, Wanted(genres={"Hip-Hop", "Pop"}))
    assert [(c.name, c.genre, c.group, c.source) for c in found.clips] == [
        ("fma_small/000002", "Hip-Hop", "fma/artist/1", "fma_small"),
        ("fma_small/000005", "Hip-Hop", "fma/artist/1", "fma_small"),
        ("fma_small/000010", "Pop", "fma/artist/6", "fma_small"),
    ]


def test_the_folder_of_one_subset_finds_the_table_beside_it(fma):
    assert len(read(fma / "fma_small", Wanted(genres={"Pop"})).clips) == 1


def test_fma_subset_leaves_out_what_is_larger(fma):
    found = read(fma, Wanted(subset="small", genres={"Hip-Hop", "Pop"}))
    assert {c.genre for c in found.clips} == {"Hip-Hop"}
    reasons = dict.fromkeys(reason for _, reason in found.skipped)
    assert "2 tracks outside the subset small" in reasons
    assert "1 tracks in the table but not in the folder" in reasons


def test_faults_of_fma_are_listed_and_never_fatal(fma):
    found = read(fma)
    left = dict(found.skipped)
    assert left["fma_small/099134"].startswith("one of FMA's known broken clips: The file is empty")
    assert "1 tracks without a top genre" in [reason for _, reason in found.skipped]
    assert "1 tracks not in tracks.csv" in [reason for _, reason in found.skipped]
    assert "only 6 s of 30 s, one of FMA's known" in dict(found.remarks)["fma_small/098565"]
    assert "fma_small/000002" not in dict(found.remarks)


def test_a_genre_that_fma_small_lacks_is_named(fma):
    found = read(fma, Wanted(genres={"Pop", "Classical"}))
    assert "no clips in fma" in dict(found.skipped)["Classical"]


@pytest.mark.parametrize(
    "table", [",track\n,genre_top\n", HEADER, HEADER + "x,1,2,3,4,5,6\n", HEADER + "2,1\n"]
)
def test_a_damaged_table_is_refused_in_words(fma, table):
    (fma / "fma_metadata" / "tracks.csv").write_text(table, encoding="utf-8")
    with pytest.raises(DataError, match=r"FMA's table|can be read"):
        read(fma, Wanted(subset="small"))


def test_unknown_subsets_are_refused(fma, tmp_path, write):
    with pytest.raises(DataError, match="choose from small, medium, large"):
        read(fma, Wanted(subset="tiny"))
    write("plain/rock/one.wav")
    with pytest.raises(DataError, match="Only FMA has subsets"):
        read(tmp_path / "plain", Wanted(subset="small"))


@pytest.mark.parametrize(("folder", "ending"), [("genres", "au"), ("genres_original", "wav")])
def test_gtzan_as_it_is_unpacked(write, tmp_path, folder, ending):
    for i, name in enumerate(("hiphop.00039", "hiphop.00045", "jazz.00001")):
        write(f"gtzan/{folder}/{name.split('.')[0]}/{name}.{ending}", tune(5.5, 22_050, i), 22_050)
    (tmp_path / "gtzan" / folder / "jazz" / f"jazz.00054.{ending}").write_bytes(b"RIFF\0\0\0\0")
    found = read(tmp_path / "gtzan")
    assert [(c.name, c.genre) for c in found.clips] == [
        ("hiphop.00039", "Hip-Hop"), ("jazz.00001", "Jazz"),
    ]  # fmt: skip
    left = dict(found.skipped)
    assert "the same recording as hiphop.00039" in left["hiphop.00045"]
    assert left["jazz.00054"].startswith("known to be unreadable in copies of GTZAN: ")


def test_a_table_beside_the_files_gives_genre_and_artist(write, tmp_path):
    write("one.wav", tune(5.5))
    (tmp_path / "tracks.csv").write_text("file,genre,artist\none.wav,hip hop,MC\n", "utf-8")
    assert [(c.genre, c.group) for c in read(tmp_path).clips] == [("Hip-Hop", "MC")]


def test_a_file_under_two_names_counts_once(write, tmp_path):
    shutil.copy(write("rock/one.wav", tune(5.5)), tmp_path / "rock" / "two.wav")
    found = read(tmp_path)
    assert [c.name for c in found.clips] == ["rock/one.wav"]
    assert found.skipped == [("rock/two.wav", "the same file as rock/one.wav, counted once")]


def test_what_was_heard_is_kept_by_content(write, tmp_path, monkeypatch):
    path = write("data/rock/one.wav", tune(5.5))
    first = read(tmp_path / "data", cache=tmp_path / "kept").clips[0]
    path.rename(path.with_name("renamed.wav"))
    monkeypatch.setattr(hearing, "read_recording", None)
    again = read(tmp_path / "data", cache=tmp_path / "kept").clips[0]
    assert again.name == "rock/renamed.wav"
    np.testing.assert_array_equal(again.grids, first.grids)
    np.testing.assert_array_equal(again.mark, first.mark)


def test_a_clip_is_known_by_its_sound(write, tmp_path):
    recording = read_recording(write("data/rock/one.wav", tune(5.5)))
    (clip,) = read(tmp_path / "data").clips
    levels = log_mel(recording.samples, recording.sample_rate)
    np.testing.assert_array_equal(clip.mark, mark(recording.sha256, fingerprint(levels)))


def test_an_interrupted_reading_goes_on(write, tmp_path):
    for i in range(3):
        write(f"data/rock/{i}.wav", tune(5.5, seed=i))

    def stop(done, _total):
        if done == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        read(tmp_path / "data", cache=tmp_path / "kept", progress=stop)
    assert len(list((tmp_path / "kept").rglob("*.npy"))) == 2
    assert len(read(tmp_path / "data", cache=tmp_path / "kept").clips) == 3


def test_a_damaged_entry_is_heard_again(write, tmp_path):
    write("data/rock/one.wav", tune(5.5))
    first = read(tmp_path / "data", cache=tmp_path / "kept").clips[0].grids
    (entry,) = (tmp_path / "kept").rglob("*.npy")
    entry.write_bytes(entry.read_bytes()[:100])
    np.testing.assert_array_equal(
        read(tmp_path / "data", cache=tmp_path / "kept").clips[0].grids, first
    )
    assert entry.stat().st_size > 100
