import contextlib
import csv
import io
import zipfile
from pathlib import Path

import pandas as pd
import pytest

from analysis.data.codebook import Column, Type
from analysis.data.csv_files import CsvFile, csv_bytes, data_hash, json_bytes, sha256, write_zip
from recommender.spreadsheets import original


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "folder"
    (folder / "figures").mkdir(parents=True)
    (folder / "a.csv").write_text("a\n")
    (folder / "figures" / "b.svg").write_text("<svg/>")
    return folder


def column(name: str, kind: Type) -> Column:
    return Column(name, kind, "", "", "")


def test_missing_is_empty_numbers_stay_numbers_and_columns_keep_their_order():
    table = pd.DataFrame(
        {"b": [-1.5, None], "a": ["=x", None], "n": [3.0, None], "t": [True, False], "rest": [1, 2]}
    )
    columns = [
        column("a", Type.TEXT),
        column("b", Type.NUMBER),
        column("n", Type.INTEGER),
        column("t", Type.BOOLEAN),
    ]
    assert csv_bytes(table, columns).decode() == "a,b,n,t\n'=x,-1.5,3,True\n,,,False\n"


@pytest.mark.parametrize("empty", [[], [None], [float("nan")]])
def test_a_column_without_a_value_can_have_any_type(empty: list):
    for kind in Type:
        content = csv_bytes(pd.DataFrame({"a": empty, "b": [1] * len(empty)}), [column("a", kind)])
        assert content.decode().replace('""', "").split() == ["a"]


def test_headers_are_neutralised_too():
    table = pd.DataFrame({"-x": [1]})
    assert csv_bytes(table, [column("-x", Type.INTEGER)]) == b"'-x\n1\n"


def test_text_that_is_not_ascii_is_utf8():
    table = pd.DataFrame({"a": ["Žluťoučký"]})
    assert csv_bytes(table, [column("a", Type.TEXT)]) == "a\nŽluťoučký\n".encode()


def test_the_data_hash_follows_names_and_contents_but_not_their_order():
    files = {"a": b"1", "b": b"2"}
    assert data_hash(files) == data_hash(dict(reversed(files.items())))
    assert data_hash(files) != data_hash({"a": b"2", "b": b"1"})


def test_json_refuses_what_is_not_json():
    with pytest.raises(ValueError, match="not JSON compliant"):
        json_bytes({"a": float("nan")})


def test_the_same_files_make_the_same_zip(folder: Path, tmp_path: Path):
    write_zip(tmp_path / "1.zip", folder)
    (folder / "a.csv").touch()
    write_zip(tmp_path / "2.zip", folder)
    assert (tmp_path / "1.zip").read_bytes() == (tmp_path / "2.zip").read_bytes()
    assert zipfile.ZipFile(tmp_path / "1.zip").namelist() == ["a.csv", "figures/b.svg"]


def test_a_zip_in_its_own_folder_does_not_hold_itself(folder: Path):
    write_zip(folder / "all.zip", folder)
    assert "all.zip" not in zipfile.ZipFile(folder / "all.zip").namelist()


def test_who_packs_is_told_how_far_it_is(folder: Path, tmp_path: Path):
    told: list[tuple[int, int]] = []
    write_zip(tmp_path / "1.zip", folder, lambda done, of: told.append((done, of)))
    assert told == [(1, 2), (2, 2)]


NASTY = ["a,b", 'he said "x"', "two\nlines", "two\r\nlines", "Žluťoučký 🎵", "=1", "", "NA", "\t-1"]


def test_every_text_is_read_again_as_it_was_written():
    content = csv_bytes(pd.DataFrame({"a": NASTY}), [column("a", Type.TEXT)])
    read = [row["a"] for row in csv.DictReader(io.StringIO(content.decode(), newline=""))]
    assert [original(text) for text in read] == NASTY


@pytest.mark.parametrize(
    ("text", "written"), [("a\rb", "a\nb"), ("\r=1", "'\n'=1"), ("a\r", "a\n")]
)
def test_a_lone_carriage_return_makes_no_row(text: str, written: str):
    content = csv_bytes(pd.DataFrame({"a": [text], "b": [1]}), [column("a", Type.TEXT)])
    assert content.decode() == f'a\n"{written}"\n'


@pytest.mark.parametrize("size", [1, 2, 5])
def test_a_file_that_grows_is_the_file_written_at_once(tmp_path: Path, size: int):
    table = pd.DataFrame({"a": ["x", None, "=1", "y", "x"], "n": [1, None, 3, 4, 5]})
    columns = [column("a", Type.TEXT), column("n", Type.INTEGER)]
    with contextlib.closing(CsvFile(tmp_path / "a.csv", columns)) as file:
        for start in range(0, len(table), size):
            file.append(table[start : start + size])
    whole = csv_bytes(table, columns)
    assert (tmp_path / "a.csv").read_bytes() == whole
    assert (file.rows, file.sha256) == (5, sha256(whole))
