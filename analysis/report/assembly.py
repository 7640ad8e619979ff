"""Which tables make a report of a study."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from analysis.data import codebook, descriptions, frames, primary
from analysis.data.answers import scores
from analysis.data.csv_files import csv_bytes, data_hash, json_bytes
from analysis.data.data_files import of_people
from analysis.data.exclusions import exclusions
from analysis.data.flow import Progress, departures, flow
from analysis.data.genre_positions import places
from analysis.data.manifest import Written, counted, manifest
from analysis.data.plan_record import unmarked
from analysis.data.playlist_metrics import measure, playlist_metrics
from analysis.data.snapshot import snapshot
from analysis.data.source import Source, source
from analysis.data.study_library import models_of
from analysis.inference import infer
from analysis.inference.describing import DEPARTURES
from survey.models import Study

from .results import design_of

Step = Callable[[str], None]


@dataclass(frozen=True, slots=True, eq=False)
class Made:
    """The tables of a report, by file, with what they follow and what the manifest says of them."""

    of: Source
    tables: dict[str, pd.DataFrame]
    manifest: dict[str, Any]
    written: Written


def build(of: Source, step: Step = lambda what: None) -> dict[str, pd.DataFrame]:
    """Every table of the report, by file; `step` is called with what is being computed."""
    step("reading the data")
    rows = of_people(of)
    by = measure(of.library, frames.listens(of.study, pilot=of.pilot))
    rated, answered = rows["ratings"], rows["playlist_ratings"]
    shown = frames.playlists(of.study, pilot=of.pilot)
    tracks = frames.tracks(of.study, pilot=of.pilot)
    versions = dict(models_of(of.study, of.pilot).values_list("pk", "version"))
    measured = playlist_metrics(shown, tracks, by)
    step("describing the ratings")
    built = {
        **rows,
        "scores": scores(of.study, pilot=of.pilot),
        **_left_out(of, rated, answered, shown),
        "playlist_metrics": measured,
        "playlist_places": places(shown, tracks, by, versions),
        "descriptives": _descriptives(of, rated, _every(shown, answered), measured),
        "likert_distribution": _likert(of, rated, answered),
        "primary": primary.table(primary.primary(of)),
        "codebook": pd.DataFrame(codebook.rows(of.items), columns=list(codebook.HEADER)),
    }
    built |= infer(built, design_of(of), step)
    return {name: built[name] for name in codebook.FILES}


def _left_out(
    of: Source, rated: pd.DataFrame, answered: pd.DataFrame, shown: pd.DataFrame
) -> dict[str, pd.DataFrame]:
    """What the plan's rules leave out, and how many people came how far."""
    assigned = frames.assigned(of.study, pilot=of.pilot)
    rules, conditions = of.study.plan.exclusions, of.conditions
    analysed = _analysed(of, {"ratings": rated, "playlist_ratings": answered})
    progress = Progress(of.people, assigned, shown, analysed, of.study.erasures.count())
    return {
        DEPARTURES: departures(progress),
        "exclusions": exclusions(
            rated,
            shown,
            assigned,
            of.marks,
            planned=rules,
            scales=[scale.column.name for scale in of.track_scales],
            conditions=conditions,
            unmarked=unmarked(of.study),
        ),
        "flow": flow(progress, of.marks, rules=rules, conditions=conditions),
    }


def _analysed(of: Source, tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """The rows left in with a value of the planned outcome; without a plan, of any scale."""
    planned = primary.primary(of) if of.study.plan else None
    names = {file: [scale.column.name for scale in its] for file, its in of.scales.items()}
    wanted = {planned.file: [planned.column]} if planned else names
    given = [
        table[~table["excluded"] & table[columns].notna().any(axis=1)]
        for file, columns in wanted.items()
        for table in [tables[file]]
    ]
    return pd.concat([rows[["participant_id", "condition"]] for rows in given])


def _every(shown: pd.DataFrame, answered: pd.DataFrame) -> pd.DataFrame:
    """One row for each playlist that was shown: what was not answered is missing."""
    keys = ["participant_id", "condition", "playlist_id", "period"]
    given = answered.drop(columns=[name for name in keys if name != "playlist_id"])
    return shown[keys].merge(given, on="playlist_id", how="left")


def _descriptives(
    of: Source, rated: pd.DataFrame, answered: pd.DataFrame, measured: pd.DataFrame
) -> pd.DataFrame:
    return descriptions.descriptives(
        rated,
        answered,
        measured,
        track_outcomes=[scale.column.name for scale in of.track_scales],
        playlist_outcomes=[scale.column.name for scale in of.playlist_scales],
        conditions=of.conditions,
        seed=of.study.seed,
    )


def _likert(of: Source, rated: pd.DataFrame, answered: pd.DataFrame) -> pd.DataFrame:
    parts = [
        descriptions.likert(rated, "ratings", of.track_scales, of.conditions),
        descriptions.likert(answered, "playlist_ratings", of.playlist_scales, of.conditions),
    ]
    return pd.concat(parts, ignore_index=True)


def write_tables(
    study: Study, folder: Path, *, pilot: bool = False, step: Step = lambda what: None
) -> Made:
    """Write every table and the manifest into a folder, made if need be.

    Pilot participants are left out unless asked for. The same data, configuration and software give
    the same bytes: nothing here knows the time. Raises OSError when the folder can't be written.
    """
    with snapshot():
        of = source(study, pilot=pilot)
        built = build(of, step)
        about = manifest(of)
    files = {
        f"{name}.csv": csv_bytes(table, codebook.columns(name, of.items.get(name, ())))
        for name, table in built.items()
    }
    written = Written({name: len(table) for name, table in built.items()}, data_hash(files))
    about |= counted(written)
    files["manifest.json"] = json_bytes(about)
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (folder / name).write_bytes(content)
    return Made(of, built, about, written)
