"""What is known of a file besides its sound, put together: tracks.csv, its tags, its name."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

from .models import Track
from .tags import read_tags
from .texts import cleaned, shortened
from .tracks_csv import NAME, Row
from .years import year_of

# What a spreadsheet shows in place of a value.
_FAULTS = {"#N/A", "#NAME?", "#REF!", "#VALUE!", "#DIV/0!", "#NUM!", "#NULL!"}
_SEVERAL = re.compile(r"\s*[;|,]\s*")


class Remark(StrEnum):
    """What is worth a word of a description, as it is counted at the end of an import."""

    CELL = "cells not understood"
    TAG = "tags not understood"
    SHORTENED = "texts shortened"
    SEVERAL_GENRES = "with several genres, which together count as one of its own"
    DAMAGED_TAGS = "with tags that can't be read"


@dataclass(slots=True)
class Description:
    """doubtful : what is said of a value that is not understood. fields : a track's, as far as they
    are known. remarks : what became of the rest."""

    doubtful: Remark
    fields: dict[str, Any] = field(default_factory=dict)
    remarks: list[tuple[Remark, str]] = field(default_factory=list)

    def note(self, kind: Remark, text: str) -> None:
        self.remarks.append((kind, text))


def describe(path: Path, row: Row | None) -> Description:
    """A track's description: tracks.csv first, then the tags, then the file's name."""
    table, tags = stated(row), tagged(path)
    title = cleaned(path.stem) or "untitled"
    fields = {"title": shortened(title, _most("title")), **tags.fields, **table.fields}
    return Description(Remark.TAG, fields, table.remarks + tags.remarks)


def stated(row: Row | None) -> Description:
    """What a row of tracks.csv states; an empty cell states nothing."""
    about = Description(Remark.CELL)
    if row:
        where = f"{NAME}, line {row.line}"
        _take_texts(about, {k: v for k, v in row.cells.items() if k != "year"}, where)
        _take_year(about, [row.cells.get("year", "")], where)
    return about


def tagged(path: Path) -> Description:
    """What a file's own tags state."""
    tags = read_tags(path)
    about = Description(Remark.TAG)
    _take_texts(about, tags.values, "tags")
    _take_year(about, tags.years, "tags")
    if tags.damage:
        about.note(Remark.DAMAGED_TAGS, tags.damage)
    return about


def _take_texts(about: Description, values: Mapping[str, str], where: str) -> None:
    for name, value in values.items():
        text, most = cleaned(value), _most(name)
        if text.upper() in _FAULTS:
            about.note(about.doubtful, f"{where}: {name} “{text}”")
        elif text:
            about.fields[name] = shortened(text, most)
            if len(text) > most:
                about.note(Remark.SHORTENED, f"{where}: {name} has {len(text)} characters")
    genre = about.fields.get("genre", "")
    if len(list(filter(None, _SEVERAL.split(genre)))) > 1:
        about.note(Remark.SEVERAL_GENRES, f"{where}: “{genre}”")


def _take_year(about: Description, texts: Iterable[str], where: str) -> None:
    dates = [text for text in map(cleaned, texts) if text]
    years = [year for date in dates for part in date.split("; ") if (year := year_of(part))]
    if years:
        about.fields["year"] = years[0]
    elif dates:
        about.note(about.doubtful, f"{where}: year “{shortened(dates[0], 60)}”")


def _most(name: str) -> int:
    return int(getattr(Track._meta.get_field(name), "max_length", 0))
