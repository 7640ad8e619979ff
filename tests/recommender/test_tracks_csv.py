import codecs
from pathlib import Path

import pytest

from recommender.tracks_csv import MetadataError, Row, read_table, rows_by_file

HEADER = "file,title,artist,genre"


def write(folder: Path, text: str, encoding: str = "utf-8") -> Path:
    (folder / "tracks.csv").write_bytes(text.encode(encoding))
    return folder


def rows(folder: Path) -> list[Row]:
    return list(read_table(folder).rows)


def refusal(folder: Path) -> str:
    with pytest.raises(MetadataError) as refused:
        rows_by_file(folder, rows(folder), [])
    return str(refused.value)


def test_without_a_table_there_are_no_rows(tmp_path):
    assert rows(tmp_path) == []


def test_cells_are_taken_by_the_names_of_their_columns(tmp_path):
    write(tmp_path, f"{HEADER},album,year,licence\na.mp3,A,B,Rock,C,1999,CC0\nsub/b.mp3,D,E,F,,,")
    first, second = rows(tmp_path)
    assert (first.file, first.line, second.file, second.line) == ("a.mp3", 2, "sub/b.mp3", 3)
    assert first.cells == {
        **{"title": "A", "artist": "B", "genre": "Rock", "album": "C"},
        **{"year": "1999", "licence": "CC0"},
    }


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (f"{HEADER}\na.mp3,Ménage,Ö,Rock\n", "utf-8-sig"),
        (f"{HEADER}\r\na.mp3,Ménage,Ö,Rock\r\n", "utf-8"),
        (f"{HEADER}\ra.mp3,Ménage,Ö,Rock\r", "utf-8"),
        ("File, TITLE ,Artist,Genre\n a.mp3 , Ménage ,Ö,Rock\n", "utf-8"),
        (f'{HEADER}\na.mp3,"Ménage","Ö",Rock', "utf-8"),
        (f"{HEADER}\na.mp3,Ménage,Ö,Rock\n", "utf-16"),
        (f"{HEADER}\na.mp3,Ménage,Ö,Rock\n", "utf-16-le"),
        (f"{HEADER}\na.mp3,Ménage,Ö,Rock\n", "utf-16-be"),
        (f"{HEADER}\na.mp3,Ménage,Ö,Rock\n", "utf-32"),
        ("file;title;artist;genre\na.mp3;Ménage;Ö;Rock\n", "utf-8"),
        ("file\ttitle\tartist\tgenre\na.mp3\tMénage\tÖ\tRock\n", "utf-16"),
        ("sep=;\nfile;title;artist;genre\na.mp3;Ménage;Ö;Rock\n", "utf-8-sig"),
        ("sep=,\r\nfile,title,artist,genre\r\na.mp3,Ménage,Ö,Rock\r\n", "utf-8"),
        (f"\n,,,\n{HEADER}\na.mp3,Ménage,Ö,Rock\n,,,\n\n , ,,\n", "utf-8"),
        ('"file","title","artist","genre",,\n\na.mp3,Ménage,Ö,Rock,,\n', "utf-8"),
    ],
)  # fmt: skip
def test_a_table_may_come_from_any_spreadsheet(tmp_path, text, encoding):
    (row,) = rows(write(tmp_path, text, encoding))
    assert (row.file.strip(), row.cells["title"], row.cells["artist"]) == ("a.mp3", "Ménage", "Ö")


def test_a_table_in_upper_case_is_read(tmp_path):
    write(tmp_path, f"{HEADER}\na.mp3,A,B,Rock\n").joinpath("tracks.csv").rename(
        tmp_path / "Tracks.CSV"
    )
    assert [row.file for row in rows(tmp_path)] == ["a.mp3"]


@pytest.mark.parametrize(
    ("header", "said"),
    [
        ("file,title,artist", "lacks the column genre."),
        ("title,artist", "lacks the columns file, genre."),
        ("", "Its columns are: none."),
        ("file:title:artist:genre", "separated by commas, semicolons or tabs"),
        ("file,title,artist,genre,Title", "has the column title more than once"),
        ("file,title,artist,genre,license,licence", "has the column licence more than once"),
    ],
)
def test_what_is_wrong_with_the_columns_is_named(tmp_path, header, said):
    assert said in refusal(write(tmp_path, f"{header}\n"))


def test_columns_that_nothing_is_taken_from_are_named(tmp_path):
    folder = write(tmp_path, f"{HEADER},style,license,style\n")
    assert read_table(folder).unread == ("style", "style")


def test_thousands_of_columns_make_no_page_of_an_error(tmp_path):
    assert len(refusal(write(tmp_path, ",".join(f"c{n}" for n in range(9_000))))) < 900


@pytest.mark.parametrize("encoding", ["latin-1", "cp1252", "mac-roman"])
def test_a_table_in_another_encoding_says_how_to_save_it(tmp_path, encoding):
    folder = write(tmp_path, f"{HEADER}\na.mp3,Ménage,Ö,Rock\n", encoding)
    assert "(see line 2): save it as “CSV UTF-8”" in refusal(folder)


@pytest.mark.parametrize(
    "data", [bytes(range(256)), b"PK\x03\x04 a workbook", codecs.BOM_UTF16_LE + b"a"]
)
def test_what_is_no_text_is_refused(tmp_path, data):
    (tmp_path / "tracks.csv").write_bytes(data)
    assert "tracks.csv is " in refusal(tmp_path)


@pytest.mark.parametrize("name", ["../a.mp3", "/etc/passwd", "", "sub/../../a.mp3", "."])
def test_a_file_outside_the_folder_is_refused_with_its_line(tmp_path, name):
    folder = write(tmp_path, f"{HEADER}\na.mp3,A,B,Rock\n{name},A,B,Rock\n")
    assert f"tracks.csv, line 3: “{name}” is not a file inside this folder" in refusal(folder)


@pytest.mark.parametrize(
    "text",
    [
        'c.wav,"Unclosed,X,Rock\nd.wav,D,X,Rock\n',
        'c.wav,"Unclosed,X,Rock\nd.wav,"D",X,Rock\n',
        'c.wav,"Unclosed,X,Rock\nd.wav,D,X,"Rock"\n',
        'c.wav,"Unclosed,X,Rock\nd.wav,D,"\n',
        'c.wav,"Heroes" (live),X,Rock\n',
    ],
)
def test_an_open_quotation_mark_is_told_with_its_line(tmp_path, text):
    said = refusal(write(tmp_path, f"{HEADER}\na.wav,A,B,Rock\n{text}e.wav,E,X,Rock\n"))
    assert "tracks.csv, line 3: a quotation mark" in said


def test_a_cell_of_several_lines_is_one_cell(tmp_path):
    (row,) = rows(write(tmp_path, f'{HEADER},notes\na.wav,A,B,Rock,"two\nlines"\n'))
    assert row.cells["genre"] == "Rock"


def test_a_row_that_is_too_short_leaves_the_rest_empty_and_is_told(tmp_path):
    (row,) = rows(write(tmp_path, f"{HEADER}\na.mp3,A\n"))
    assert (row.cells["title"], row.cells["artist"], row.cells["genre"]) == ("A", "", "")
    assert row.is_short


def test_a_row_that_ends_before_columns_that_are_not_read_is_whole(tmp_path):
    (row,) = rows(write(tmp_path, f"{HEADER},style,source\na.mp3,A,B,Rock\n"))
    assert not row.is_short


def test_all_rows_with_too_many_cells_are_named(tmp_path):
    said = refusal(write(tmp_path, f"{HEADER}\na.mp3,Hello, Goodbye,B,Rock\nb,,,\nc,,,,x\n"))
    assert "line 2 has 5 cells, but the table has 4 columns" in said
    assert "line 4 has 5 cells" in said


def test_two_rows_that_say_different_things_of_one_file_are_refused(tmp_path):
    (tmp_path / "a.wav").touch()
    found = rows(write(tmp_path, f"{HEADER}\na.wav,A,B,Rock\nA.WAV,A,B,Pop\n"))
    with pytest.raises(MetadataError, match=r"lines 2, 3 are about one file, a\.wav"):
        rows_by_file(tmp_path, found, [tmp_path / "a.wav"])


def test_the_same_row_twice_is_harmless(tmp_path):
    found = rows(write(tmp_path, f"{HEADER}\na.wav,A,B,Rock\na.wav,A,B,Rock\n"))
    assert rows_by_file(tmp_path, found, [tmp_path / "a.wav"]).by_file == {
        tmp_path / "a.wav": found[0]
    }


def test_a_table_that_is_a_link_out_of_the_folder_is_not_read(tmp_path):
    (tmp_path / "secret").write_text(f"{HEADER}\n")
    folder = tmp_path / "music"
    folder.mkdir()
    (folder / "tracks.csv").symlink_to(tmp_path / "secret")
    assert "outside this folder" in refusal(folder)
