import zipfile
from pathlib import Path

import pandas as pd
import pytest

from analysis.codebook import Column, Type
from analysis.export import csv_bytes, data_hash, json_bytes, neutralised, write_zip


@pytest.mark.parametrize(
    "text",
    ["=1+1", "+1+cmd", "-1+cmd", "@SUM(A1)", "\t=1", "\r=1", "\n=1", " =1", "＝1", "-", "-1_0"],
)
def test_cells_that_a_spreadsheet_would_run_start_with_an_apostrophe(text: str):
    assert neutralised(text) == f"'{text}"


@pytest.mark.parametrize("text", ["", "-5", "+3.25", "12", "Rock = good", "a@b", "'quoted"])
def test_numbers_and_harmless_text_stay_as_they_are(text: str):
    assert neutralised(text) == text


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


def test_the_same_files_make_the_same_zip(tmp_path: Path):
    file = tmp_path / "a.csv"
    file.write_text("a\n")
    write_zip(tmp_path / "1.zip", [file])
    file.touch()
    write_zip(tmp_path / "2.zip", [file])
    assert (tmp_path / "1.zip").read_bytes() == (tmp_path / "2.zip").read_bytes()
    assert zipfile.ZipFile(tmp_path / "1.zip").namelist() == ["a.csv"]
