"""Which tables make a report of a study, and the manifest that says where they come from."""

import platform
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pandas as pd
from django.conf import settings

from recommender.models import Playlist
from survey.models import Instrument, Participant, Study

from . import codebook, frames, primary, tables
from .answers import scores
from .exclusions import exclusions
from .export import csv_bytes, data_hash, json_bytes, sha256
from .flow import Progress, flow
from .inference import infer
from .planned import about_plan, rules_of, said_of, unmarked
from .playlists import catalogue_coverage, measure
from .results import design_of
from .rows import of_people, of_playlists
from .snapshot import snapshot
from .source import Source, source

# Of a question, in the manifest.
ASKED = (
    *("key", "text", "help", "kind", "options", "bounds", "rows", "dont_know", "other"),
    *("shown_if", "right_answer", "required", "reversed"),
)
Step = Callable[[str], None]
LIBRARIES = ("django", "numpy", "pandas", "scipy", "statsmodels")


@dataclass(frozen=True, slots=True)
class Written:
    """What a report came to: rows by file, and the hash of the data."""

    rows: dict[str, int]
    data_hash: str


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
    measured = of_playlists(of, by)
    step("describing the ratings")
    built = {
        **rows,
        "scores": scores(of.study, pilot=of.pilot),
        **_left_out(of, rated, answered),
        "playlist_metrics": measured,
        "descriptives": _descriptives(of, rated, answered, measured),
        "likert_distribution": _likert(of, rated, answered),
        "primary": primary.table(primary.primary(of)),
        "codebook": pd.DataFrame(codebook.rows(of.items), columns=list(codebook.HEADER)),
    }
    built |= infer(built, design_of(of), step)
    return {name: built[name] for name in codebook.FILES}


def _left_out(of: Source, rated: pd.DataFrame, answered: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """What the plan's rules leave out, and how many people came how far."""
    assigned = frames.assigned(of.study, pilot=of.pilot)
    shown = frames.playlists(of.study, pilot=of.pilot)
    rules, conditions = of.study.plan.exclusions, of.conditions
    analysed = _analysed(of, {"ratings": rated, "playlist_ratings": answered})
    progress = Progress(of.people, assigned, shown, analysed, of.study.erasures.count())
    return {
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


def _descriptives(
    of: Source, rated: pd.DataFrame, answered: pd.DataFrame, measured: pd.DataFrame
) -> pd.DataFrame:
    return tables.descriptives(
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
        tables.likert(rated, "ratings", of.track_scales, of.conditions),
        tables.likert(answered, "playlist_ratings", of.playlist_scales, of.conditions),
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


# the manifest


def manifest(of: Source) -> dict[str, Any]:
    """Where the data come from; without what `counted` adds once they are written."""
    configuration = study_configuration(of.study)
    shown = frames.tracks_shown(of.study, pilot=of.pilot)
    return {
        "study": configuration,
        "study_hash": sha256(json_bytes(configuration)),
        "seed": of.study.seed,
        "participants": _participants(of),
        "models": _models(of),
        "library_revisions": _revisions(of),
        "catalogue_coverage": catalogue_coverage(shown, of.conditions, of.library),
        "analysis_plan": about_plan(of.study, primary.primary(of), pilot=of.pilot),
        "exclusion_rules": rules_of(of.study),
        "exclusions": said_of(of.study, pilot=of.pilot),
        "software": software(),
    }


def counted(written: Written) -> dict[str, Any]:
    return {
        "rows": written.rows,
        "data_hash": written.data_hash,
        "data_hash_of": "SHA-256 over the lines “sha256  name” of the CSV files, by name.",
    }


def study_configuration(study: Study) -> dict[str, Any]:
    """What participants were asked and how; without the contact, which is an address."""
    fields = ("slug", "title", "summary", "information", "consent", "debriefing", "minutes")
    design = ("genres", "design", "n_trials", "query", "balance_genres", "seed")
    return {
        **{name: getattr(study, name) for name in (*fields, *design)},
        **{name: getattr(study, name) for name in ("own_songs", "own_song_files")},
        "conditions": list(study.conditions.order_by("pk").values("name", "strategy", "params")),
        "instruments": [_instrument(one) for one in study.instruments.order_by("position", "pk")],
    }


def _instrument(instrument: Instrument) -> dict[str, Any]:
    names = ("key", "title", "introduction", "placement", "randomised", "scoring", "source")
    asked = instrument.items.order_by("position", "pk")
    return {
        **{name: getattr(instrument, name) for name in (*names, "licence")},
        "items": list(asked.values(*ASKED)),
    }


def _participants(of: Source) -> dict[str, Any]:
    """Of those in the tables; and how many of the pilot are not."""
    everyone = of.study.participants.order_by("pseudonym")
    pilots = everyone.filter(pilot=True)
    included = everyone if of.pilot else everyone.filter(pilot=False)
    simulated = included.filter(simulated=True)
    return {
        "registered": included.count(),
        "completed": included.completed().count(),
        "withdrawn": included.filter(status=Participant.Status.WITHDRAWN).count(),
        "screened_out": included.filter(status=Participant.Status.SCREENED_OUT).count(),
        "erased": of.study.erasures.count(),
        "simulated": simulated.count(),
        "simulated_ids": list(simulated.values_list("pseudonym", flat=True)),
        "pilot_included": of.pilot,
        "pilot_left_out": 0 if of.pilot else pilots.count(),
        "pilot_ids": list(pilots.values_list("pseudonym", flat=True)) if of.pilot else [],
    }


def _models(of: Source) -> list[dict[str, Any]]:
    return [
        {"name": model.name, "version": model.version, "genres": model.genres}
        for model in frames.models_of(of.study, of.pilot).order_by("version")
    ]


def _revisions(of: Source) -> list[str]:
    shown = Playlist.objects.filter(frames.of_study(of.study, "trial__participant", of.pilot))
    return sorted(set(shown.values_list("library_revision", flat=True)))


def software() -> dict[str, str]:
    return {
        "playlist-study": str(settings.SPECTACULAR_SETTINGS["VERSION"]),
        "python": platform.python_version(),
        **{name: version(name) for name in LIBRARIES},
    }
