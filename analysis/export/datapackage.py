"""The description of a folder of tables for machines, made from the codebook: a Data Package 2.0
(https://datapackage.org)."""

import hashlib
from pathlib import Path
from typing import Any

from analysis.data import codebook
from analysis.data.column import Column, Type
from analysis.data.source import Source
from recommender.spreadsheets import RULE, cell

SCHEMA = "https://datapackage.org/profiles/2.0/datapackage.json"
FIELDS: dict[Type, dict[str, Any]] = {
    Type.TEXT: {"type": "string"},
    Type.INTEGER: {"type": "integer"},
    Type.NUMBER: {"type": "number"},
    Type.BOOLEAN: {"type": "boolean", "trueValues": ["True"], "falseValues": ["False"]},
    Type.TIME: {"type": "datetime", "format": "%Y-%m-%dT%H:%M:%S.%f%z"},
}
DIALECT = {"delimiter": ",", "quoteChar": '"', "doubleQuote": True, "header": True}
# What tells the rows of a file apart, none of it ever missing. Other files have no such columns.
KEYS = {
    "ratings": ["playlist_id", "track_id"],
    "playlist_ratings": ["participant_id", "period"],
    "listening": ["playlist_id", "track_id"],
    "hidden_tracks": ["playlist_id", "shown_position"],
    "sound_checks": ["participant_id", "attempt"],
    "playlist_metrics": ["playlist_id", "label_source"],
    "playlist_places": ["playlist_id", "genre"],
    "descriptives": ["outcome", "group_by", "level"],
    "likert_distribution": ["outcome", "condition", "category"],
    "primary": ["condition_a", "condition_b"],
    "codebook": ["file", "column"],
}
# The key of a file that has a row for each of another's.
REFERENCES = {"listening": "ratings"}
ABOUT = (
    "Tables of a listening study. An empty cell is missing. Participants have pseudonyms, the same "
    f"in every file. {RULE}"
)


def datapackage(of: Source, folder: Path) -> dict[str, Any]:
    """Of the tables in a folder. It names no licence: only who has the data can give one."""
    study = of.study
    return {
        "$schema": SCHEMA,
        "name": f"{study.slug.lower()}-data",
        "title": study.title,
        "description": "\n\n".join(filter(None, (study.summary, ABOUT))),
        "resources": [
            _resource(name, folder / f"{name}.csv", codebook.columns(name, of.items.get(name, ())))
            for name in codebook.FILES
            if (folder / f"{name}.csv").exists()
        ],
    }


def _resource(name: str, path: Path, columns: list[Column]) -> dict[str, Any]:
    with path.open("rb") as file:
        hashed = hashlib.file_digest(file, "sha256").hexdigest()
    return {
        "name": name,
        "type": "table",
        "path": path.name,
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "bytes": path.stat().st_size,
        "hash": f"sha256:{hashed}",
        "dialect": DIALECT,
        "schema": _schema(name, columns),
    }


def _schema(name: str, columns: list[Column]) -> dict[str, Any]:
    schema: dict[str, Any] = {
        "fields": [_field(column) for column in columns],
        "missingValues": [""],
    }
    if name in KEYS:
        schema["primaryKey"] = KEYS[name]
    if name in REFERENCES:
        reference = {"resource": REFERENCES[name], "fields": KEYS[REFERENCES[name]]}
        schema["foreignKeys"] = [{"fields": KEYS[name], "reference": reference}]
    return schema


def _field(column: Column) -> dict[str, Any]:
    said = {"unit": column.unit, "range": column.range, "source": column.source}
    return {
        "name": cell(column.name),
        **FIELDS[column.type],
        "description": column.meaning,
        **{name: text for name, text in said.items() if text},
    }
