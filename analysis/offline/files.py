"""The folder of an evaluation: tables, codebook, figure, and where they come from."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from analysis.data import codebook
from analysis.data.csv_files import csv_bytes, data_hash, json_bytes
from analysis.data.manifest import software

from . import columns, figure
from .design import Design
from .playlists import failures


@dataclass(frozen=True, slots=True)
class Written:
    """The files, in the order of writing, and the hash of the tables."""

    files: list[Path]
    data_hash: str


def write(of: Design, playlists: pd.DataFrame, table: pd.DataFrame, folder: Path) -> Written:
    """Write everything into a folder, made if need be.

    The same library, design and software give the same bytes. Raises OSError.
    """
    tables = {
        "offline": table,
        "offline_playlists": playlists,
        "codebook": pd.DataFrame(columns.rows(), columns=list(codebook.HEADER)),
    }
    files = {f"{name}.csv": csv_bytes(rows, columns.FILES[name]) for name, rows in tables.items()}
    found = data_hash(files)
    counted = {name: len(rows) for name, rows in tables.items()}
    files["manifest.json"] = json_bytes(manifest(of, playlists, counted, found))
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (folder / name).write_bytes(content)
    drawn = figure.save(table, folder)
    return Written([*(folder / name for name in files), *drawn], found)


def manifest(
    of: Design, playlists: pd.DataFrame, rows: dict[str, int], tables_hash: str
) -> dict[str, Any]:
    """What the tables were made from; nothing here knows the time."""
    genres = playlists.drop_duplicates("query")["query_genre"].value_counts(dropna=False)
    return {
        "model": {
            **{"name": of.model.name, "version": of.model.version, "genres": of.model.genres},
            "learned_from": of.learned.summary() if of.learned else None,
        },
        "library_revision": of.library.revision,
        "tracks_in_library": len(of.library),
        "seed": of.seed,
        "conditions": [
            {"name": one.name, "strategy": one.strategy, "params": dict(one.params)}
            for one in of.conditions
        ],
        "reference": of.reference,
        "query_songs": list(of.queries),
        "query_songs_by_genre": {
            "" if pd.isna(genre) else str(genre): int(n) for genre, n in genres.items()
        },
        "failed": failures(playlists).to_dict("records"),
        "rows": rows,
        "data_hash": tables_hash,
        "data_hash_of": "SHA-256 over the lines “sha256  name” of the CSV files, by name.",
        "software": software(),
    }
