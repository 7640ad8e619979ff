"""The table that describes a folder's songs: from bytes to rows, and which file each row is about.

A table that could put something into the wrong place is refused as a whole, with every reason.
"""

import csv
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

from .file_names import Matches, match
from .texts import cleaned, readable, shortened

NAME = "tracks.csv"
NEEDED = ("file", "title", "artist", "genre")
COLUMNS = ("title", "artist", "album", "genre", "year", "licence")
_OTHER_NAMES = {"license": "licence"}
_SEPARATORS = ",;\t|"
_MOST_PROBLEMS = 10
_LONGEST_FIELD = 131_072


class MetadataError(ValueError):
    """tracks.csv can't be used; the message says why and what to do."""


@dataclass(frozen=True, slots=True, eq=False)
class Row:
    """line : where it begins. file : the cell, as it is written. cells : the other known columns.
    is_short : it ends before the last of them."""

    line: int
    file: str
    cells: dict[str, str]
    is_short: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """rows : all that say something. unread : names of columns that nothing is taken from."""

    rows: tuple[Row, ...] = ()
    unread: tuple[str, ...] = ()


def find_table(folder: Path) -> Path | None:
    """The folder's tracks.csv, in upper or lower case."""
    named = sorted(path for path in folder.iterdir() if is_table(path))
    return next((path for path in named if path.name == NAME), named[0] if named else None)


def is_table(path: Path) -> bool:
    return path.name.lower() == NAME and path.is_file()


def read_table(folder: Path) -> Table:
    """The folder's tracks.csv; without one, a table without rows. Raises MetadataError."""
    path = find_table(folder)
    if path is None:
        return Table()
    if folder.resolve() not in path.resolve().parents:
        raise MetadataError(f"{readable(path)} is a link to a file outside this folder.")
    try:
        return _table(_text(path.read_bytes()))
    except (MetadataError, csv.Error, OSError) as error:
        raise MetadataError(f"{readable(path)}{_joined(str(error))}") from None


def _joined(problem: str) -> str:
    return problem if problem.startswith((",", " ")) else f" is not a readable CSV file: {problem}."


def rows_by_file(folder: Path, rows: Sequence[Row], files: Iterable[Path]) -> Matches[Row]:
    """Which of the files each row is about.

    Raises MetadataError where a row names what is not inside the folder, or two rows that say
    different things name one file.
    """
    found = match({row: row.file for row in rows}, folder, list(files))
    problems = [
        f", line {row.line}: “{readable(row.file)}” is not a file inside this folder."
        for row in found.outside
    ]
    for file, claims in found.claims.items():
        if len({tuple(row.cells.items()) for row in claims}) > 1:
            lines = ", ".join(str(row.line) for row in claims)
            problems.append(
                f", lines {lines} are about one file, {readable(file.relative_to(folder))}: "
                "keep one of them."
            )
    if problems:
        raise MetadataError(readable(folder / NAME) + _listed(problems))
    return found


def _listed(problems: Sequence[str]) -> str:
    """All problems of a table as one text, each beginning with where it is."""
    shown = [problem.lstrip(", ") for problem in problems[1:_MOST_PROBLEMS]]
    more = len(problems) - _MOST_PROBLEMS
    return " ".join([problems[0], *shown, *([f"And {more} more."] if more > 0 else [])])


# From bytes to text


def _text(data: bytes) -> str:
    if data[:2] == b"PK":
        raise MetadataError(" is a spreadsheet or an archive: save it as “CSV UTF-8”.")
    try:
        text = data.decode(_encoding(data))
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise MetadataError(
            f" is not UTF-8 text (see line {line}): save it as “CSV UTF-8”."
        ) from None
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _encoding(data: bytes) -> str:
    """By the mark at the beginning; without one, UTF-16 is known by the zeros between letters."""
    if data[:4] in (b"\xff\xfe\0\0", b"\0\0\xfe\xff"):
        return "utf-32"
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return "utf-16"
    start = data[:64]
    for odd, encoding in ((1, "utf-16-le"), (0, "utf-16-be")):
        if len(start) > 3 and not any(start[odd::2]) and all(start[1 - odd :: 2]):
            return encoding
    return "utf-8-sig"


# From text to rows


def _table(text: str) -> Table:
    lines = text.split("\n")
    stated = cleaned(lines[0]).lower()
    skipped = 1 if stated.startswith("sep=") or lines[0].strip().lower() == "sep=" else 0
    while skipped < len(lines) and not lines[skipped].strip(_SEPARATORS + " \ufeff"):
        skipped += 1
    separator = _separator(lines[skipped] if skipped < len(lines) else "")
    body = "\n".join(lines[skipped:])
    records = _records(body, separator, skipped)
    _, header = next(records, (0, []))
    columns = _columns(header)
    return Table(
        tuple(_rows(records, columns)),
        tuple(name for name in columns if name and name not in (*COLUMNS, "file")),
    )


def _separator(header: str) -> str:
    """The one that yields the most known columns; a comma where none does."""

    def known(separator: str) -> int:
        names = next(csv.reader([header], delimiter=separator), [])
        return len({_column(name) for name in names} & {"file", *COLUMNS})

    return max(_SEPARATORS, key=known)


def _records(text: str, separator: str, skipped: int) -> Iterator[tuple[int, list[str]]]:
    """Each record with the line where it begins. Raises MetadataError for open quotation marks."""
    reader = csv.reader(StringIO(text), delimiter=separator, strict=True)
    while True:
        line = reader.line_num + skipped + 1
        try:
            record = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise MetadataError(_quoting(line, str(error))) from None
        if any(_swallowed(cell, separator) for cell in record):
            raise MetadataError(_quoting(line, "a cell runs over several rows"))
        yield line, record


def _quoting(line: int, error: str) -> str:
    if "larger than" in error:
        return f", line {line}: a cell has more than {_LONGEST_FIELD:,} characters."
    return (
        f', line {line}: a quotation mark (") opens a cell here and is not closed, or text follows '
        f"the closing one ({error}). Close it, or write quotation marks inside a cell twice."
    )


def _swallowed(cell: str, separator: str) -> bool:
    """Whether a cell holds what looks like further rows."""
    return any(separator in line for line in cell.split("\n")[1:])


def _column(name: str) -> str:
    plain = cleaned(name).lower()
    return _OTHER_NAMES.get(plain, plain)


def _columns(header: Sequence[str]) -> list[str]:
    columns = [_column(name) for name in header]
    missing = [name for name in NEEDED if name not in columns]
    if missing:
        there = shortened(", ".join(filter(None, columns)), 300) or "none"
        raise MetadataError(
            f" lacks the column{'s' if len(missing) > 1 else ''} {', '.join(missing)}. Needed: "
            "file, title, artist, genre; known besides: album, year, licence. The columns are "
            f"separated by commas, semicolons or tabs. Its columns are: {there}."
        )
    twice = [name for name in ("file", *COLUMNS) if columns.count(name) > 1]
    if twice:
        raise MetadataError(f" has the column {', '.join(twice)} more than once: keep one.")
    return columns


def _lacks_a_cell(columns: Sequence[str], record: Sequence[str]) -> bool:
    return any(name in COLUMNS for name in columns[len(record) :])


def _rows(records: Iterable[tuple[int, list[str]]], columns: Sequence[str]) -> Iterator[Row]:
    problems = []
    for line, record in records:
        if not any(map(cleaned, record)):
            continue
        cells = dict(zip(columns, record, strict=False))
        if any(map(cleaned, record[len(columns) :])):
            problems.append(
                f", line {line} has {len(record)} cells, but the table has {len(columns)} columns: "
                'put cells that hold a separator between quotation marks (").'
            )
        known = {name: cells.get(name, "").strip() for name in COLUMNS}
        yield Row(line, cells.get("file", ""), known, is_short=_lacks_a_cell(columns, record))
    if problems:
        raise MetadataError(_listed(problems))
