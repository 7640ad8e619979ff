import shutil
from pathlib import Path

import mutagen
import numpy as np
import pytest
import soundfile

from recommender.metadata import MetadataError, describe, read_tags, read_tracks_csv

HEADER = "file,title,artist,genre"


def write(folder: Path, text: str, encoding: str = "utf-8") -> Path:
    (folder / "tracks.csv").write_bytes(text.encode(encoding))
    return folder


def refusal(folder: Path) -> str:
    with pytest.raises(MetadataError) as refused:
        read_tracks_csv(folder)
    return str(refused.value)


@pytest.fixture
def tagged(tmp_path):
    """An MP3 with these tags."""

    def make(name: str = "song.mp3", **tags: str) -> Path:
        path = tmp_path / name
        soundfile.write(path, np.zeros(22050, np.float32), 22050)
        file = mutagen.File(path, easy=True)
        if file.tags is None:
            file.add_tags()
        file.update(tags)
        file.save()
        return path

    return make


# tracks.csv


def test_without_a_table_nothing_is_known(tmp_path):
    assert read_tracks_csv(tmp_path) == {}


def test_rows_are_found_by_file(tmp_path):
    write(tmp_path, f"{HEADER},album,year,licence\na.mp3,A,B,Rock,C,1999,CC0\nsub/b.mp3,D,E,F,,,")
    rows = read_tracks_csv(tmp_path)
    assert list(rows) == [tmp_path.resolve() / "a.mp3", tmp_path.resolve() / "sub" / "b.mp3"]
    assert rows[tmp_path.resolve() / "a.mp3"] == {
        **{"title": "A", "artist": "B", "genre": "Rock", "album": "C"},
        **{"year": "1999", "licence": "CC0"},
    }


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (f"{HEADER}\na.mp3,Ménage,Ö,Rock\n", "utf-8-sig"),
        (f"{HEADER}\r\na.mp3,Ménage,Ö,Rock\r\n", "utf-8"),
        ("File, TITLE ,Artist,Genre\n a.mp3 , Ménage ,Ö,Rock\n", "utf-8"),
        (f'{HEADER}\na.mp3,"Ménage","Ö",Rock', "utf-8"),
    ],
)
def test_a_table_may_come_from_any_spreadsheet(tmp_path, text, encoding):
    (row,) = read_tracks_csv(write(tmp_path, text, encoding)).values()
    assert (row["title"], row["artist"]) == ("Ménage", "Ö")


@pytest.mark.parametrize(
    ("header", "said"),
    [
        ("file,title,artist", "lacks the column genre."),
        ("title,artist", "lacks the columns file, genre."),
        ("", "Its columns are: none."),
        ("file;title;artist;genre", "Its columns are: file;title;artist;genre."),
    ],
)
def test_a_missing_column_is_named(tmp_path, header, said):
    assert said in refusal(write(tmp_path, f"{header}\n"))


def test_a_table_in_another_encoding_says_how_to_save_it(tmp_path):
    folder = write(tmp_path, f"{HEADER}\na.mp3,Ménage,Ö,Rock\n", "latin-1")
    assert "save it as “CSV UTF-8”" in refusal(folder)


@pytest.mark.parametrize("name", ["../a.mp3", "/etc/passwd", "", "sub/../../a.mp3", "."])
def test_a_file_outside_the_folder_is_refused_with_its_line(tmp_path, name):
    folder = write(tmp_path, f"{HEADER}\na.mp3,A,B,Rock\n{name},A,B,Rock\n")
    assert f"tracks.csv, line 3: “{name}” is not a file inside this folder" in refusal(folder)


def test_a_row_that_is_too_short_leaves_the_rest_empty(tmp_path):
    (row,) = read_tracks_csv(write(tmp_path, f"{HEADER}\na.mp3,A\n")).values()
    assert (row["title"], row["artist"], row["genre"]) == ("A", "", "")


def test_a_binary_file_that_is_called_tracks_csv_is_refused_in_words(tmp_path):
    (tmp_path / "tracks.csv").write_bytes(bytes(range(256)))
    assert "tracks.csv" in refusal(tmp_path)


# Tags


def test_tags_are_read(tagged):
    path = tagged(title="Río", artist="Ana", album="Mar", genre="Rock", date="1999-05-01")
    assert read_tags(path) == {
        **{"title": "Río", "artist": "Ana", "album": "Mar", "genre": "Rock"},
        "year": "1999",
    }


@pytest.mark.parametrize("suffix", ["flac", "ogg", "wav"])
def test_files_without_tags_have_none(tmp_path, suffix):
    path = tmp_path / f"a.{suffix}"
    soundfile.write(path, np.zeros(22050, np.float32), 22050)
    assert read_tags(path) == {}


def test_a_file_that_is_no_audio_has_no_tags(tmp_path):
    path = tmp_path / "a.mp3"
    path.write_text("not audio at all")
    assert read_tags(path) == {}


# Both together


def test_the_table_is_believed_before_the_tags(tagged):
    about = describe(tagged(title="Tag", artist="Tag"), {"title": "Table", "artist": ""})
    assert (about["title"], about["artist"]) == ("Table", "Tag")


def test_without_a_title_the_files_name_is_it(tagged):
    assert describe(tagged("Seven steps.mp3"), None)["title"] == "Seven steps"


@pytest.mark.parametrize(
    ("year", "kept"),
    [("1999", 1999), ("", None), ("about 1999", None), ("-5", None), ("99999", None), ("²", None)],
)
def test_a_year_that_is_none_is_left_out(tagged, year, kept):
    assert describe(tagged(), {"year": year}).get("year") == kept


def test_control_characters_are_left_out(tagged):
    about = describe(tagged(title="A\x00B\x1b[31mC\u202eD"), None)
    assert about["title"].isprintable()


def test_text_is_cut_to_what_the_database_takes(tagged):
    assert len(describe(tagged(), {"title": "x" * 5000})["title"]) == 300


def test_a_name_that_is_no_text_is_still_a_title(tagged, tmp_path):
    odd = tmp_path / "bad-\udcff.mp3"
    shutil.copy(tagged(), odd)
    describe(odd, None)["title"].encode()
