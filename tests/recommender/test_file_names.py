import unicodedata
from pathlib import Path

import pytest

from recommender.file_names import likely, match

FOLDER = Path("/music")


def files(*names: str) -> list[Path]:
    return [FOLDER / name for name in names]


def meant(name: str, *names: str) -> str | None:
    """The file that one name means among others."""
    found = match({0: name}, FOLDER, files(*names)).by_file
    return next((file.relative_to(FOLDER).as_posix() for file in found), None)


@pytest.mark.parametrize(
    ("written", "file"),
    [
        ("Björk.wav", unicodedata.normalize("NFD", "Björk.wav")),
        (unicodedata.normalize("NFD", "Björk.wav"), unicodedata.normalize("NFC", "Björk.wav")),
        ("case.WAV", "Case.wav"),
        ("STRASSE.wav", "straße.wav"),
        ("sub\\song.wav", "sub/song.wav"),
        ("./a.wav", "a.wav"),
        ("sub/../a.wav", "a.wav"),
        ("sub//a.wav", "sub/a.wav"),
        ("/music/a.wav", "a.wav"),
        ("file:///music/My%20song.wav", "My song.wav"),
        ("My%20song.wav", "My song.wav"),
        ("50%25.wav", "50%25.wav"),
        (" a.wav ", "a.wav"),
        ("a.mp3", "a.flac"),
        ("No. 5", "No. 5.mp3"),
    ],
)
def test_a_file_is_found_however_its_name_is_written(written, file):
    assert meant(written, file, "other.wav") == file


@pytest.mark.parametrize("name", ["../a.wav", "/etc/passwd", "", ".", "sub/../../a.wav", "/music"])
def test_what_is_outside_the_folder_is_told_apart(name):
    assert match({0: name}, FOLDER, files("a.wav")).outside == [0]


def test_two_files_that_differ_in_case_each_have_their_name():
    found = match({1: "A.wav", 2: "a.wav"}, FOLDER, files("A.wav", "a.wav"))
    assert found.by_file == {FOLDER / "A.wav": 1, FOLDER / "a.wav": 2}


def test_a_name_that_fits_two_files_fits_none():
    assert match({0: "SONG.wav"}, FOLDER, files("Song.wav", "song.wav")).unused == [0]
    assert likely("SONG.wav", FOLDER, files("Song.wav", "song.wav")) == ["Song.wav", "song.wav"]


def test_two_names_of_one_file_are_both_named():
    found = match({1: "a.wav", 2: "A.wav"}, FOLDER, files("a.wav"))
    assert found.claims == {FOLDER / "a.wav": [1, 2]}


def test_another_ending_counts_only_where_nothing_else_can_be_meant():
    found = match({1: "a.flac", 2: "a.mp3"}, FOLDER, files("a.flac"))
    assert (found.by_file, found.unused) == ({FOLDER / "a.flac": 1}, [2])
    assert meant("a.mp3", "a.flac", "a.ogg") is None


@pytest.mark.parametrize(
    ("written", "hint"),
    [
        ("song.wav", ["sub/song.wav"]),
        ("C:\\Music\\song.wav", ["sub/song.wav"]),
        ("subb/song.wav", ["sub/song.wav"]),
    ],
)
def test_what_may_be_meant_is_proposed(written, hint):
    assert likely(written, FOLDER, files("sub/song.wav", "other.mp3")) == hint


def test_another_number_is_not_proposed():
    assert likely("song-1.mp3", FOLDER, files("song-91.mp3", "song-2.mp3")) == []
    assert likely("sonq-1.mp3", FOLDER, files("song-1.mp3", "song-2.mp3")) == ["song-1.mp3"]
