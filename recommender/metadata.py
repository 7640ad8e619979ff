"""What is known of a file besides its sound: its tags, and the folder's tracks.csv."""

import csv
from pathlib import Path
from typing import Any

from .models import Track

COLUMNS = ("title", "artist", "album", "genre", "year", "licence")


class MetadataError(ValueError):
    """tracks.csv can't be used; the message says why and what to do."""


def read_tracks_csv(folder: Path) -> dict[Path, dict[str, str]]:
    """The rows of the folder's tracks.csv by file; empty without one.

    Raises MetadataError where a row could not be told to belong to a file.
    """
    path = folder / "tracks.csv"
    if not path.is_file():
        return {}
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            return _rows_by_file(folder, csv.DictReader(file))
    except UnicodeDecodeError as error:
        raise MetadataError(f"{path} is not UTF-8 text: save it as “CSV UTF-8”.") from error
    except csv.Error as error:
        raise MetadataError(f"{path} is not a readable CSV file: {error}.") from error


def _rows_by_file(folder: Path, reader: csv.DictReader) -> dict[Path, dict[str, str]]:
    columns = [name.strip().lower() for name in reader.fieldnames or []]
    reader.fieldnames = columns
    missing = [name for name in ("file", "title", "artist", "genre") if name not in columns]
    if missing:
        raise MetadataError(
            f"{folder / 'tracks.csv'} lacks the column{'s' if len(missing) > 1 else ''} "
            f"{', '.join(missing)}. Needed: file, title, artist, genre; known besides: album, "
            f"year, licence. Its columns are: {', '.join(columns) or 'none'}."
        )
    rows: dict[Path, dict[str, str]] = {}
    for row in reader:
        name = (row["file"] or "").strip()
        path = (folder / name).resolve()
        if not name or folder.resolve() not in path.parents:
            raise MetadataError(
                f"{folder / 'tracks.csv'}, line {reader.line_num}: “{name}” is not a file "
                "inside this folder."
            )
        rows[path] = {key: (row.get(key) or "").strip() for key in COLUMNS}
    return rows


def read_tags(path: Path) -> dict[str, str]:
    """Title, artist, album, genre and year from the file's tags; what is absent is left out."""
    import mutagen

    try:
        tags = mutagen.File(path, easy=True)
    except mutagen.MutagenError:
        return {}
    found = {"title": "title", "artist": "artist", "album": "album", "genre": "genre"}
    about = {key: str(tags[tag][0]).strip() for key, tag in found.items() if tags and tags.get(tag)}
    if tags and tags.get("date"):
        about["year"] = str(tags["date"][0])[:4]
    return about


def describe(path: Path, row: dict[str, str] | None) -> dict[str, Any]:
    """A track's fields: tracks.csv first, then the tags, then the file's name."""
    return {"title": _fitting("title", path.stem), **_fields(read_tags(path)), **stated(row)}


def stated(row: dict[str, str] | None) -> dict[str, Any]:
    """The fields that a row of tracks.csv states; an empty cell states nothing."""
    return _fields({key: value for key, value in (row or {}).items() if value})


def _fields(about: dict[str, str]) -> dict[str, Any]:
    fields: dict[str, Any] = {
        key: _fitting(key, value) for key, value in about.items() if key != "year"
    }
    year = about.get("year", "")
    if year.isdecimal() and int(year) < 32768:
        fields["year"] = int(year)
    return fields


def _fitting(field: str, text: str) -> str:
    """Text that the database takes: no control characters, no longer than its column."""
    printable = "".join(c if c.isprintable() else " " for c in text).strip()
    return printable[: getattr(Track._meta.get_field(field), "max_length", None)]


def readable(path: Path) -> str:
    """The path as text, also where the bytes of a name are none, and without the control characters
    that would write elsewhere in a terminal or a table."""
    text = str(path).encode(errors="backslashreplace").decode()
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)
