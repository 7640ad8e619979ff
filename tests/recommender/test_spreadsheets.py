import csv
import io
import random
import re

import pytest

from recommender.spreadsheets import cell, neutralised, original, write_rows

RUNNING = [
    *("=1+1", "+1+cmd", "-1+cmd", "@SUM(A1)", "=cmd|'/C calc'!A0", "-", "-1_0", "+49 30 1", "--1"),
    *("\t=1", "\r=1", "\n=1", " =1", "\u00a0=1", "\u3000=1", "\t", "\nx"),
    *("\u200b=1", "\ufeff=1", "\u2060=1", "\u00ad=1", "\u200e=1", "\x00=1", "\u034f=1", "\u3164=1"),
    *("＝1", "＋1", "－1", "＠a", "﹦1", "\ufeff＝1", '"=1', '"" =1'),
    *("abc;=1+1", "x\t=1+1", "x|=1", ";=4", "|=1", "a\n=1", "a\r\n-b", "a; \u200b@x", 'a;"=1"'),
    *("a;b;=1", "3;-4;=1"),
]
HARMLESS = [
    "",
    "-5",
    "+3.25",
    "-1,5",
    "-1e-05",
    "-.5",
    "12",
    "-3;-4",
    "Rock = good",
    "a@b",
    "a - b",
]
HARMLESS += ["x;y|z\tq", "a;'b", "rock’n’roll", "– no", "5 %"]


def written(rows: list[list]) -> str:
    stream = io.StringIO()
    write_rows(stream, rows)
    return stream.getvalue()


def parts(text: str) -> list[str]:
    """What a spreadsheet may take for cells: without what does not show."""
    cells = re.split("[;|\t\r\n]", text)
    return [re.sub('^[\\s"\u200b\ufeff]+', "", cell) for cell in cells]


@pytest.mark.parametrize("text", RUNNING)
def test_texts_of_which_a_spreadsheet_would_run_a_part_start_with_an_apostrophe(text: str):
    assert neutralised(text)[: len(text[:1]) + 1] == f"'{text[:1]}"
    number = re.compile(r"[+-]?\d+")
    runs = [part for part in parts(neutralised(text)) if part[:1] in tuple("=+-@＝＋－＠")]
    assert [part for part in runs if not number.fullmatch(part)] == []


@pytest.mark.parametrize("text", HARMLESS)
def test_numbers_and_harmless_texts_stay_as_they_are(text: str):
    assert neutralised(text) == text


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("=1", "'=1"),
        ("'=1", "''=1"),
        ("''=1", "'''=1"),
        ("'Til", "''Til"),
        ("abc;=1+1", "'abc;'=1+1"),
        ("'a;'b", "''a;''b"),
        ("=1;'b", "'=1;''b"),
    ],
)
def test_a_typed_apostrophe_is_told_from_one_that_was_put_there(text: str, written: str):
    assert neutralised(text) == written
    assert original(written) == text


def test_every_text_can_be_had_back_and_no_two_are_written_alike():
    chance, made = random.Random(1), {}
    for _ in range(20_000):
        text = "".join(chance.choices("'=a;\n\t|3-\u200b\"\r", k=chance.randint(0, 6)))
        written = neutralised(text)
        assert original(written) == text
        assert made.setdefault(written, text) == text


@pytest.mark.parametrize("text", [*RUNNING, *HARMLESS, "'=1", "'a;'b"])
def test_the_line_of_python_in_the_docs_gives_the_text_back(text: str):
    x = neutralised(text)
    assert (re.sub(r"(^|[;|\t\r\n])'", r"\1", x) if x.startswith("'") else x) == text


@pytest.mark.parametrize(
    ("text", "written"), [("a\rb", "a\nb"), ("\r=1", "'\n'=1"), ("a\r", "a\n")]
)
def test_a_lone_carriage_return_becomes_a_line_break(text: str, written: str):
    assert cell(text) == written


def test_of_a_row_only_texts_are_changed():
    assert written([["=1", -1, None, -0.5, True]]) == "'=1,-1,,-0.5,True\n"


def test_cells_read_with_any_delimiter_hold_nothing_that_runs():
    table = written([["1", text, "b"] for text in RUNNING])
    for delimiter in ",;\t|":
        for cells in csv.reader(io.StringIO(table, newline=""), delimiter=delimiter):
            begun = [text.lstrip(' "\u200b\ufeff') for text in cells]
            assert not [text for text in begun if re.match(r"[=@]|[+-](?!\d+([,\"\n]|$))", text)]
