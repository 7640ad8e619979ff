import shutil
from pathlib import Path

import mutagen
import numpy as np
import pytest
import soundfile

from recommender.metadata import Remark, describe
from recommender.tracks_csv import COLUMNS, Row


def row(**cells: str) -> Row:
    return Row(2, "song.mp3", {name: cells.get(name, "") for name in COLUMNS})


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


def test_the_table_is_believed_before_the_tags(tagged):
    about = describe(tagged(title="Tag", artist="Tag"), row(title="Table", artist=" \u200b")).fields
    assert (about["title"], about["artist"]) == ("Table", "Tag")


@pytest.mark.parametrize("tags", [{}, {"title": "  "}, {"title": "\u200b\u3164"}])
def test_without_a_title_to_be_seen_the_files_name_is_it(tagged, tags):
    assert describe(tagged("Seven steps.mp3", **tags), None).fields["title"] == "Seven steps"


@pytest.mark.parametrize(("year", "kept"), [("1999.0", 1999), ("1999-05-01", 1999), ("", None)])
def test_a_year_is_taken_as_it_is_written(tagged, year, kept):
    about = describe(tagged(), row(year=year))
    assert (about.fields.get("year"), about.remarks) == (kept, [])


@pytest.mark.parametrize("year", ["about 1999", "-5", "99999", "²", "0000", "c. 1999", "99"])
def test_a_year_that_is_none_is_left_out_with_a_word(tagged, year):
    about = describe(tagged(), row(year=year))
    assert "year" not in about.fields
    assert about.remarks == [(Remark.CELL, f"tracks.csv, line 2: year “{year}”")]


def test_a_year_of_the_tags_that_is_none_is_left_out_with_a_word(tagged):
    about = describe(tagged(date="0000"), None)
    assert "year" not in about.fields
    assert about.remarks == [(Remark.TAG, "tags: year “0000”")]


def test_a_spreadsheets_error_is_no_text(tagged):
    about = describe(tagged(), row(artist="#NAME?", title="#1 Hit"))
    assert (about.fields["title"], about.fields.get("artist")) == ("#1 Hit", None)
    assert about.remarks == [(Remark.CELL, "tracks.csv, line 2: artist “#NAME?”")]


@pytest.mark.parametrize("genre", ["Rock; Pop", "Rock, Pop", "Rock|Pop"])
def test_several_genres_stay_and_are_told(tagged, genre):
    about = describe(tagged(), row(genre=genre))
    assert about.fields["genre"] == genre
    assert [kind for kind, _ in about.remarks] == [Remark.SEVERAL_GENRES]


@pytest.mark.parametrize("genre", ["Rock ", "Pop/Rock", "R&B", "Rock;"])
def test_one_genre_is_not_taken_for_several(tagged, genre):
    assert describe(tagged(), row(genre=genre)).remarks == []


def test_text_that_the_database_can_not_take_whole_is_told(tagged):
    about = describe(tagged(), row(title="x" * 5000))
    assert about.fields["title"] == "x" * 299 + "…"
    assert about.remarks == [(Remark.SHORTENED, "tracks.csv, line 2: title has 5000 characters")]


def test_a_name_that_is_no_text_is_still_a_title(tagged, tmp_path):
    odd = tmp_path / "bad-\udcff.mp3"
    try:
        shutil.copy(tagged(), odd)
    except OSError:
        pytest.skip("this file system takes no such names")
    describe(odd, None).fields["title"].encode()
