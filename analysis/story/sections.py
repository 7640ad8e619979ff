"""The sections of a report in their order: a sentence, what to be careful about, what is shown."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
from django.utils.safestring import SafeString

from analysis.figures import Figure
from analysis.inference import Design
from analysis.page import Picture, Section

from . import conclusions, leads, methods, rows, shown
from .shown import Shown, table
from .told import Part, claims

Tables = Mapping[str, pd.DataFrame]

CIRCULAR = (
    "Circularity: where a condition chooses songs by what a metric is computed from (the network’s "
    "space, genre labels, artists), the metric shows how playlists were made and not whether they "
    "are good; that verdict is not counted. The labels here are the library’s, unless said "
    "otherwise."
)
CONFOUNDED = (
    "Confounding: a condition that picks songs by genre has genre cohesion 1 and entropy 0 by "
    "construction. Pooled correlations compare conditions, too; those with the condition taken out "
    "and those within participants and conditions do not."
)
READ = (
    "“Better if” is how the literature reads each metric. What people say is what is concluded "
    "under Comparisons; a metric’s difference is concluded the same way, after Holm’s correction "
    "over the pairs. A side is undecided where nothing is shown: that is no agreement, and no "
    "disagreement either. People see no difference where it is only shown to be within the plan’s "
    "bound. Cohesion and entropy of one kind of labels are near mirror images, so that they count "
    "once; diversity and spread are read in opposite ways."
)
EVERYBODY = "Of everybody, whatever the exclusions."


@dataclass(frozen=True, slots=True)
class _Plan:
    """A section before there are numbers. `figures`: what the names of its figures begin with."""

    key: str
    title: str
    lead: Callable[[Tables, Design], Part]
    notes: Sequence[str] = ()
    shown: Sequence[Shown] = ()
    figures: Sequence[str] = ()


def sections(
    tables: Tables,
    design: Design,
    manifest: Mapping[str, Any],
    figures: Sequence[Figure] = (),
) -> list[Section]:
    """Every section, in order; one without data says so instead of leaving a gap."""
    planned = leads.plan(design, manifest.get("analysis_plan"))
    samples = methods.samples(design, rows.primary(design))
    notes = {
        "comparisons": [planned, *samples, *methods.heard_again(tables, design)],
        "baselines": methods.training_songs(manifest),
    }
    told = [_section(plan, tables, design, notes.get(plan.key, ()), figures) for plan in PLANS]
    return [*told, methods.section(design, manifest)]


def _section(
    plan: _Plan,
    tables: Tables,
    design: Design,
    notes: Sequence[str],
    figures: Sequence[Figure],
) -> Section:
    made = [table(one, tables, design) for one in plan.shown]
    lead = plan.lead(tables, design)
    return Section(
        plan.key,
        plan.title,
        str(lead),
        claims=claims([lead]),
        notes=(*notes, *plan.notes),
        tables=[one for one in made if one],
        figures=[_picture(one) for one in figures if _belongs(one, plan)],
    )


def _belongs(figure: Figure, plan: _Plan) -> bool:
    return any(figure.name == one or figure.name.startswith(f"{one}-") for one in plan.figures)


def _picture(figure: Figure) -> Picture:
    """Without its drawing, which is in the report's files."""
    return Picture(
        figure.name, figure.title, SafeString(""), figure.alt, figure.caption, figure.wide
    )


PLANS = (
    _Plan("flow", "Who took part", leads.flow, shown=[shown.FLOW], figures=["flow"]),
    _Plan("quality", "Data quality", leads.quality, shown=[shown.RULES]),
    _Plan(
        "ratings",
        "Ratings by condition",
        leads.ratings,
        [f"Each participant’s ratings are averaged first. {EVERYBODY}"],
        [shown.RATINGS, shown.OTHER_RATINGS],
        ["by-condition", "likert"],
    ),
    _Plan(
        "comparisons",
        "Comparisons",
        conclusions.comparisons,
        shown=[
            *(shown.CONFIRMATORY, shown.OMNIBUS),
            *(shown.REST_OF_PRIMARY, shown.OTHER_OUTCOMES),
        ],
        figures=["forest", "paired"],
    ),
    _Plan(
        "models",
        "All ratings at once",
        leads.models,
        [
            "Linear mixed model by REML, with participants and songs crossed and playlists within "
            "participants; p is not corrected. Where there is one, the cumulative-link model is in "
            "logits of a higher rating, with participants’ intercepts alone; its standard errors "
            "take each participant’s ratings as a cluster. Only the linear model takes songs as a "
            "sample, too."
        ],
        [shown.MODELS, shown.VARIANCE, shown.OTHER_MODELS, shown.OTHER_VARIANCE],
    ),
    _Plan(
        "baselines",
        "Human ratings against the baselines",
        leads.baselines,
        [READ, CIRCULAR, CONFOUNDED],
        [shown.VERDICTS, shown.CORRELATED, shown.OTHER_CORRELATIONS],
        ["against", "genre-space"],
    ),
    _Plan(
        "along",
        "By position and by distance",
        leads.along,
        shown=[shown.ALONG],
        figures=["by-position", "by-distance"],
    ),
    _Plan("reliability", "Reliability", leads.reliability, [EVERYBODY], [shown.RELIABILITY]),
    _Plan(
        "exclusions",
        "Exclusions, and the results without them",
        conclusions.exclusions,
        shown=[shown.BOTH_SETS],
    ),
    _Plan(
        "missing",
        "What is missing",
        leads.missing,
        shown=[shown.MISSING_OF_ALL, shown.MISSING_BY_CONDITION],
    ),
    _Plan(
        "power",
        "Power reached",
        leads.power,
        ["Of differences of interest, not of the one seen: that would say no more than p."],
        [shown.POWER],
    ),
)
