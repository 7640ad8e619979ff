"""Which tables make a report of a study, and the manifest that says where they come from."""

import platform
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pandas as pd
from django.conf import settings

from recommender.models import Playlist
from survey.models import Instrument, Participant, Study

from . import codebook, frames, tables
from .codebook import Column
from .exclusions import Marks, exclusions, marked, marks
from .export import csv_bytes, data_hash, json_bytes, sha256
from .flow import Progress, flow
from .frames import Library
from .planned import about_plan, outcome_of, rules_of, said_of, unmarked
from .playlists import catalogue_coverage, playlist_metrics
from .scales import FAMILIAR, Scale, scales

# Of a question, in the manifest.
ASKED = (
    *("key", "text", "help", "kind", "options", "bounds", "rows", "dont_know", "other"),
    *("shown_if", "right_answer", "required", "reversed"),
)
LIBRARIES = ("django", "numpy", "pandas", "scipy", "statsmodels")


@dataclass(frozen=True, slots=True)
class Written:
    """What a report came to: rows by file, and the hash of the data."""

    rows: dict[str, int]
    data_hash: str


@dataclass(frozen=True, slots=True)
class Source:
    """What of the study's design the tables follow."""

    study: Study
    conditions: list[str]
    track_scales: list[Scale]
    playlist_scales: list[Scale]
    library: Library
    pilot: bool = False

    @property
    def scales(self) -> dict[str, list[Scale]]:
        return {"ratings": self.track_scales, "playlist_ratings": self.playlist_scales}

    @property
    def items(self) -> dict[str, list[Column]]:
        """The study's own columns, by file."""
        own = [scale.column for scale in self.track_scales]
        of_tracks = [column for column in own if column.name != FAMILIAR]
        return {
            "ratings": of_tracks,
            "hidden_tracks": of_tracks,
            "playlist_ratings": [scale.column for scale in self.playlist_scales],
        }


def source(study: Study, *, pilot: bool = False) -> Source:
    return Source(
        study,
        list(study.conditions.order_by("pk").values_list("name", flat=True)),
        scales(study, Instrument.Placement.TRACK),
        scales(study, Instrument.Placement.PLAYLIST),
        frames.library(study, pilot=pilot),
        pilot,
    )


def build(of: Source) -> dict[str, pd.DataFrame]:
    """Every table of the report, by file."""
    study, pilot = of.study, of.pilot
    listened = tables.listening(
        frames.entries(study, pilot=pilot), frames.listening_events(study, pilot=pilot)
    )
    rated = tables.ratings(
        listened,
        frames.track_ratings(study, pilot=pilot),
        frames.shown_positions(study, pilot=pilot),
        of.track_scales,
    )
    hidden = frames.hidden_tracks(study, pilot=pilot), frames.hidden_ratings(study, pilot=pilot)
    about_playlists = frames.playlist_answers(study, pilot=pilot)
    answered = tables.playlist_ratings(about_playlists, of.playlist_scales, rated)
    shown = frames.playlists(study, pilot=pilot)
    measured = playlist_metrics(shown, listened, of.library)
    flags, people = frames.flags(study, pilot=pilot), frames.people(study, pilot=pilot)
    of_rules = marks(flags, people)
    rated, answered = (
        marked(table, of_rules, study.plan.exclusions) for table in (rated, answered)
    )
    return {
        "ratings": rated,
        "playlist_ratings": answered,
        "answers": frames.answers(study, pilot=pilot),
        "scores": frames.scores(study, pilot=pilot),
        "listening": listened,
        "hidden_tracks": tables.hidden(*hidden, of.track_scales),
        "flags": flags,
        "sound_checks": frames.sound_checks(study, pilot=pilot),
        **_left_out(of, rated, answered, shown, people, of_rules),
        "playlist_metrics": measured,
        "descriptives": _descriptives(of, rated, answered, measured),
        "likert_distribution": _likert(of, rated, answered),
        "codebook": pd.DataFrame(codebook.rows(of.items), columns=list(codebook.HEADER)),
    }


def _left_out(
    of: Source,
    rated: pd.DataFrame,
    answered: pd.DataFrame,
    shown: pd.DataFrame,
    people: pd.DataFrame,
    of_rules: Marks,
) -> dict[str, pd.DataFrame]:
    """What the plan's rules leave out, and how many people came how far."""
    assigned = frames.assigned(of.study, pilot=of.pilot)
    rules, conditions = of.study.plan.exclusions, of.conditions
    progress = Progress(
        people,
        assigned,
        shown,
        _analysed(of, {"ratings": rated, "playlist_ratings": answered}),
        of.study.erasures.count(),
    )
    return {
        "exclusions": exclusions(
            rated,
            shown,
            assigned,
            of_rules,
            planned=rules,
            scales=[scale.column.name for scale in of.track_scales],
            conditions=conditions,
            unmarked=unmarked(of.study),
        ),
        "flow": flow(progress, of_rules, rules=rules, conditions=conditions),
    }


def _analysed(of: Source, tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """The rows left in with a value of the planned outcome; without a plan, of any scale."""
    outcome = outcome_of(of.study, of.scales)
    names = {file: [scale.column.name for scale in its] for file, its in of.scales.items()}
    wanted = {outcome[0]: [outcome[1]]} if outcome else names
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


def write_report(study: Study, folder: Path, *, pilot: bool = False) -> Written:
    """Write every table and the manifest into a folder, made if need be.

    Pilot participants are left out unless asked for.

    The same data, configuration and software give the same bytes: nothing here knows the
    time. Raises OSError when the folder can't be written.
    """
    of = source(study, pilot=pilot)
    built = build(of)
    files = {
        f"{name}.csv": csv_bytes(table, codebook.columns(name, of.items.get(name, ())))
        for name, table in built.items()
    }
    written = Written({name: len(table) for name, table in built.items()}, data_hash(files))
    files["manifest.json"] = json_bytes(manifest(of, built, written))
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (folder / name).write_bytes(content)
    return written


# the manifest


def manifest(of: Source, built: dict[str, pd.DataFrame], written: Written) -> dict[str, Any]:
    configuration = study_configuration(of.study)
    return {
        "study": configuration,
        "study_hash": sha256(json_bytes(configuration)),
        "seed": of.study.seed,
        "participants": _participants(of),
        "models": _models(of),
        "library_revisions": _revisions(of),
        "catalogue_coverage": catalogue_coverage(built["listening"], of.conditions, of.library),
        "analysis_plan": about_plan(of.study, outcome_of(of.study, of.scales), pilot=of.pilot),
        "exclusion_rules": rules_of(of.study),
        "exclusions": said_of(of.study, built["exclusions"], pilot=of.pilot),
        "rows": written.rows,
        "data_hash": written.data_hash,
        "data_hash_of": "SHA-256 over the lines “sha256  name” of the CSV files, by name.",
        "software": software(),
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
