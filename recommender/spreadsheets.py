"""Texts as cells of CSV files of which no spreadsheet runs a part, and how to get the texts back.

A spreadsheet runs what begins with = + - or @, whatever does not show in front of it. It may take
other delimiters than the comma for its own (by country, or when text is pasted), so that what it
takes for a cell begins in the middle of a text, too (OWASP, CSV injection).
"""

import csv
import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any
from unicodedata import category, normalize

if TYPE_CHECKING:
    from _typeshed import SupportsWrite

DELIMITERS = ";|\t\r\n"
RUNS = set("=+-@")
# With the forms of these that programs in East Asia, for example, take for the same.
FORMS = "=+\\-@⁺⁼₊₌⩵⩶\ufb29﹢﹣﹦﹫＋－＝＠"
SUSPECT = re.compile(f"^['\t\r\n]|[{FORMS}]")
# What is said of it beside the files.
RULE = (
    "Of a text that begins with an apostrophe, take away this one and one after each semicolon, "
    "bar, tab and line break that is followed by one: they keep spreadsheets from running a part."
)
PLAIN_NUMBER = re.compile(r"[+-]?(\d+[.,]?\d*|[.,]\d+)([eE][+-]?\d+)?", re.ASCII)
# Control and format characters, spaces, marks without a letter; fillers, and quotes around a cell.
UNSEEN_CATEGORIES = {"Cc", "Cf", "Zs", "Zl", "Zp", "Mn", "Me"}
UNSEEN = set('"\u115f\u1160\u2800\u3164\uffa0')
# What follows a delimiter or the beginning, up to the next delimiter.
PART = re.compile(f"(?<![^{DELIMITERS}])[^{DELIMITERS}]*")
ADDED = re.compile(f"(?<![^{DELIMITERS}])'")
LONE_CR = re.compile(r"\r(?!\n)")


def neutralised(text: str) -> str:
    """The text as it is, or with an apostrophe in front and before each later part that could run.

    Texts that begin with an apostrophe themselves get another one, and so do later parts that do:
    of a cell that begins with one, taking away one of each part gives the text back (`original`).
    Numbers such as -3 stay. A tab or a line break at the beginning is enough to be marked.
    """
    if not SUSPECT.search(text):
        return text
    if text[:1] not in ("'", "\t", "\r", "\n") and not any(map(_runs, PART.findall(text))):
        return text
    return "'" + PART.sub(_marked, text)


def original(cell: str) -> str:
    """The text of a cell that `neutralised` made."""
    return ADDED.sub("", cell) if cell.startswith("'") else cell


def cell(text: str) -> str:
    """A text for a cell: harmless, and with no CR of its own, which some take for a new row."""
    return LONE_CR.sub("\n", neutralised(text))


def write_rows(stream: "SupportsWrite[str]", rows: Iterable[Iterable[Any]]) -> None:
    """Rows of a CSV file: texts harmless, all else as it is."""
    made = ([cell(one) if isinstance(one, str) else one for one in row] for row in rows)
    csv.writer(stream, lineterminator="\n").writerows(made)  # noqa: TID251


def _marked(part: re.Match[str]) -> str:
    text = part[0]
    return f"'{text}" if part.start() and (text.startswith("'") or _runs(text)) else text


def _runs(part: str) -> bool:
    seen = next((c for c in part if c not in UNSEEN and category(c) not in UNSEEN_CATEGORIES), "")
    return normalize("NFKC", seen)[:1] in RUNS and not PLAIN_NUMBER.fullmatch(part)
