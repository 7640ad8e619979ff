"""What a report or an export says of itself: where its data come from, and what they came to."""

import platform
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any

from django.conf import settings

from recommender.models import Playlist
from survey.models import Participant, Study
from survey.models.setting import private
from survey.study_files import document_of, sha256_of

from . import frames, primary
from .plan_record import about_plan, rules_of, said_of
from .playlist_metrics import catalogue_coverage
from .source import Source
from .study_library import models_of

LIBRARIES = ("django", "numpy", "pandas", "scipy", "statsmodels")


@dataclass(frozen=True, slots=True)
class Written:
    """What a report came to: rows by file, and the hash of the data."""

    rows: dict[str, int]
    data_hash: str


def manifest(of: Source) -> dict[str, Any]:
    """Where the data come from; without what `counted` adds once they are written."""
    configuration = study_configuration(of.study)
    shown = frames.tracks_shown(of.study, pilot=of.pilot)
    return {
        "study": configuration,
        "study_hash": sha256_of(configuration),
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
    """What participants were asked and how: the study's file as data, defaults left out.

    Addresses and codes are left out, too: each setting says so where it is declared.
    """
    left_out = private(Study)
    return {name: said for name, said in document_of(study).items() if name not in left_out}


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
        {
            **{"name": model.name, "version": model.version, "genres": model.genres},
            "learned_from": of.library.learned[model.pk].summary(),
        }
        for model in models_of(of.study, of.pilot).order_by("version")
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
