"""Tables as files: the same table gives the same bytes, and no spreadsheet runs a cell."""

import hashlib
import json
import re
import zipfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from .codebook import Column, Type

# What makes a spreadsheet run a cell (OWASP, CSV injection), full-width forms included.
FORMULA = re.compile(r"^\s*[=+\-@＝＋－＠\t\r]")
PLAIN_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?")
# The earliest moment that a ZIP can name.
ZIP_EPOCH = (1980, 1, 1, 0, 0, 0)


def neutralised(text: str) -> str:
    """The text, with an apostrophe before what a spreadsheet would run as a formula."""
    runs = FORMULA.match(text) or text[:1] in ("\t", "\r", "\n")
    return f"'{text}" if runs and not PLAIN_NUMBER.fullmatch(text) else text


def typed(table: pd.DataFrame, columns: Sequence[Column]) -> pd.DataFrame:
    """The table's columns in the codebook's order and types."""
    return pd.DataFrame({c.name: _typed(table[c.name], c.type) for c in columns})


def _typed(values: pd.Series, kind: Type) -> pd.Series:
    match kind:
        case Type.INTEGER:
            return pd.to_numeric(values).round().astype("Int64")
        case Type.NUMBER:
            return values.astype("Float64").astype(float)
        case Type.BOOLEAN:
            return values.astype("boolean")
    return values.map(lambda text: neutralised(str(text)), na_action="ignore").astype(object)


def csv_bytes(table: pd.DataFrame, columns: Sequence[Column]) -> bytes:
    """UTF-8, comma-separated, one header line, LF; an empty cell is missing."""
    headers = [neutralised(column.name) for column in columns]
    text = typed(table, columns).to_csv(index=False, header=headers, lineterminator="\n")
    return str(text).encode()


def json_bytes(content: Any) -> bytes:
    """Indented JSON with sorted keys, and null for what is not a number."""
    return (
        json.dumps(content, ensure_ascii=False, indent=2, sort_keys=True, allow_nan=False) + "\n"
    ).encode()


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def data_hash(files: dict[str, bytes]) -> str:
    """One hash over the names and contents of files."""
    lines = [f"{sha256(content)}  {name}\n" for name, content in sorted(files.items())]
    return sha256("".join(lines).encode())


def write_zip(path: Path, files: Iterable[Path]) -> None:
    """The files, side by side; the same files give the same bytes."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted(files):
            entry = zipfile.ZipInfo(file.name, ZIP_EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o640 << 16
            archive.writestr(entry, file.read_bytes())
