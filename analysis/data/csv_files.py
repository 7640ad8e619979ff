"""Tables as files: the same table gives the same bytes, and no spreadsheet runs a cell."""

import csv
import hashlib
import io
import json
import shutil
import zipfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from recommender.spreadsheets import cell

from .column import Column, Type

# Twice as fast as zlib's own level, 6, and a fifteenth larger.
ZIP_LEVEL = 4
# What is larger may need the fields that a ZIP has for files of 4 GB.
LARGE = 1 << 30


def csv_bytes(table: pd.DataFrame, columns: Sequence[Column], *, header: bool = True) -> bytes:
    """UTF-8, comma-separated, one header line, LF; an empty cell is missing.

    Columns come in the codebook's order and types.
    """
    written = io.StringIO(newline="")
    writer = csv.writer(written, lineterminator="\n")  # noqa: TID251, each text is looked at once
    if header:
        writer.writerow(cell(column.name) for column in columns)
    cells = [_cells(table[column.name], column.type) for column in columns]
    # Four times as fast as pandas' own way, which makes a text of each number first.
    writer.writerows(zip(*cells, strict=True))
    return written.getvalue().encode()


def _cells(values: pd.Series, kind: Type) -> list[Any]:
    """The values of a type's own kind, None where one is missing."""
    if kind in (Type.TEXT, Type.TIME):
        return _texts(values.to_numpy(object, na_value=None))
    if kind == Type.BOOLEAN:
        return _with_none(values.astype("boolean"), bool)
    numbers = pd.to_numeric(values)
    return _with_none(numbers.round(), int) if kind == Type.INTEGER else _with_none(numbers, float)


def _with_none(values: pd.Series, kind: type) -> list[Any]:
    missing = values.isna().to_numpy()
    if not missing.any():
        return values.to_numpy(kind).tolist()
    cells = np.full(len(values), None, dtype=object)
    cells[~missing] = values[~missing].to_numpy(kind)
    return cells.tolist()


def _texts(values: NDArray[Any]) -> list[str | None]:
    """Texts as cells; each that occurs is looked at once, however often it does."""
    codes, occurring = pd.factorize(values)
    # A missing one has the code -1: the last.
    cells = np.array([*(cell(str(text)) for text in occurring), None], dtype=object)
    return cells[codes].tolist()


class CsvFile:
    """A CSV file that grows table by table; rows and hash are counted on the way."""

    def __init__(self, path: Path, columns: Sequence[Column]) -> None:
        self.name, self.columns, self.rows = path.stem, columns, 0
        self._hash, self._file = hashlib.sha256(), path.open("wb")
        empty = pd.DataFrame(columns=[column.name for column in columns])
        self._write(csv_bytes(empty, columns))

    def append(self, table: pd.DataFrame) -> None:
        self.add(csv_bytes(table, self.columns, header=False), len(table))

    def add(self, content: bytes, rows: int) -> None:
        """Rows that are CSV already."""
        self._write(content)
        self.rows += rows

    def _write(self, content: bytes) -> None:
        self._hash.update(content)
        self._file.write(content)

    def close(self) -> None:
        self._file.close()

    @property
    def sha256(self) -> str:
        return self._hash.hexdigest()


def json_bytes(content: Any) -> bytes:
    """Indented JSON with sorted keys, and null for what is not a number."""
    return (
        json.dumps(content, ensure_ascii=False, indent=2, sort_keys=True, allow_nan=False) + "\n"
    ).encode()


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def data_hash(files: Mapping[str, bytes]) -> str:
    """One hash over the names and contents of files."""
    return hash_of({name: sha256(content) for name, content in files.items()})


def hash_of(hashes: Mapping[str, str]) -> str:
    """One hash over the names of files and the hashes of their contents."""
    lines = [f"{hashed}  {name}\n" for name, hashed in sorted(hashes.items())]
    return sha256("".join(lines).encode())


def write_zip(path: Path, folder: Path, told: Callable[[int, int], None] | None = None) -> None:
    """All files of a folder and of those in it; the same files give the same bytes.

    `told` is called with how many files are done, and how many there are.
    """
    files = sorted(file for file in folder.rglob("*") if file.is_file() and file != path)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=ZIP_LEVEL) as archive:
        for done, file in enumerate(files, start=1):
            # By name, so that it has no time of its own.
            name, large = file.relative_to(folder).as_posix(), file.stat().st_size > LARGE
            with file.open("rb") as source, archive.open(name, "w", force_zip64=large) as target:
                shutil.copyfileobj(source, target, 1 << 20)
            if told:
                told(done, len(files))
