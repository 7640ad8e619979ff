"""The sections of a report in their order: a sentence, what to be careful about, what is shown."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
from django.utils.safestring import SafeString

from analysis.figures import Figure
from analysis.inference import Design
from analysis.report.page import Picture, Section

from . import conclusions, leads, methods, rows, shown
from .shown import Shown, table
from .told import Part, Told, claims

Tables = Mapping[str, pd.DataFrame]

CIRCULAR = (
    "Circularity: where a condition chooses songs by what a metric is computed from (the network’s "
    "space, genre labels, artists), the metric shows how playlists were made and not whether they "
    "are good; that verdict is not counted."
)
LABELS = "Genre labels are the library’s, unless said otherwise."
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
EVERYBODY, ANALYSED = "everybody", "analysed"
OF_WHOM = {
    EVERYBODY: "Of everybody, whatever the exclusions.",
    ANALYSED: "Of those who are analysed: without what the analysis plan leaves out.",
}
NO_EXCLUSIONS = "Of everybody: no exclusion is planned."
# What needs two conditions: of one, there is nothing to be said.
OF_SEVERAL = ("comparisons", "power")


@dataclass(frozen=True, slots=True)
class _Plan:
    """A section before there are numbers. `figures`: what the names of its figures begin with;
    `whom` its numbers are of; `of_several`: notes for where there are several conditions."""

    key: str
    title: str
    lead: Callable[[Tables, Design], Part]
    notes: Sequence[str] = ()
    shown: Sequence[Shown] = ()
    figures: Sequence[str] = ()
    whom: str = ""
    of_several: Sequence[str] = ()


def sections(
    tables: Tables,
    design: Design,
    manifest: Mapping[str, Any],
    figures: Sequence[Figure] = (),
) -> list[Section]:
    """Every section, in order; one without data says so instead of leaving a gap."""
    several = len(design.conditions) > 1
    planned = leads.plan(design, manifest.get("analysis_plan"))
    samples = methods.samples(design, rows.primary(design))
    notes = {
        "comparisons": [planned, *samples, *methods.heard_again(tables, design)],
        "baselines": [*([] if several else [planned]), *methods.training_songs(manifest)],
    }
    plans = [plan for plan in PLANS if several or plan.key not in OF_SEVERAL]
    once = {**tables, "along_playlists": rows.told_once(tables)}
    told = [_section(plan, once, design, notes.get(plan.key, ()), figures) for plan in plans]
    return [*told, methods.section(design, manifest)]


def _section(
    plan: _Plan,
    tables: Tables,
    design: Design,
    notes: Sequence[str],
    figures: Sequence[Figure],
) -> Section:
    nobody = leads.nobody_left(tables, design) if plan.whom == ANALYSED else Told()
    if nobody:
        return Section(plan.key, plan.title, str(nobody), notes=notes, claims=nobody.claims)
    made = [table(one, tables, design) for one in plan.shown]
    lead = plan.lead(tables, design)
    return Section(
        plan.key,
        _title(plan, tables, design),
        str(lead),
        claims=claims([lead]),
        notes=(*notes, *_whom(plan, design), *plan.notes, *_of_several(plan, design)),
        tables=[one for one in made if one],
        figures=[_picture(one) for one in figures if _belongs(one, plan)],
    )


def _title(plan: _Plan, tables: Tables, design: Design) -> str:
    """Without what is not there: several conditions, distances that are not the order."""
    if plan.key == "ratings" and len(design.conditions) == 1:
        return "Ratings"
    distance = (tables["along_playlists"]["x"] == "distance").any()
    return "By position" if plan.key == "along" and not distance else plan.title


def _whom(plan: _Plan, design: Design) -> list[str]:
    """Whose data all of a section shows, said once."""
    if not plan.whom:
        return []
    return [OF_WHOM[plan.whom] if design.plan.exclusions else NO_EXCLUSIONS]


def _of_several(plan: _Plan, design: Design) -> Sequence[str]:
    return plan.of_several if len(design.conditions) > 1 else ()


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
        ["Each participant’s ratings are averaged first."],
        [shown.RATINGS, shown.OTHER_RATINGS],
        ["by-condition", "likert"],
        EVERYBODY,
    ),
    _Plan(
        "comparisons",
        "Comparisons",
        conclusions.comparisons,
        shown=[
            *(shown.CONFIRMATORY, shown.OMNIBUS),
            *(shown.REST_OF_PRIMARY, shown.OTHER_OUTCOMES),
        ],
        figures=["forest-effects", "paired"],
        whom=ANALYSED,
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
        whom=ANALYSED,
    ),
    _Plan(
        "baselines",
        "Human ratings against the baselines",
        leads.baselines,
        [LABELS],
        [shown.VERDICTS, shown.CORRELATED, shown.OTHER_CORRELATIONS],
        ["against", "genre-space"],
        ANALYSED,
        [READ, CIRCULAR, CONFOUNDED],
    ),
    _Plan(
        "along",
        "By position and by distance",
        leads.along,
        shown=[shown.ALONG],
        figures=["by-position", "by-distance"],
        whom=ANALYSED,
    ),
    _Plan(
        "reliability",
        "Reliability",
        leads.reliability,
        shown=[shown.RELIABILITY],
        whom=EVERYBODY,
    ),
    _Plan(
        "exclusions",
        "Exclusions, and the results without them",
        conclusions.exclusions,
        shown=[shown.BOTH_SETS, shown.BOTH_RELATED],
        figures=["forest-exclusions"],
    ),
    _Plan(
        "missing",
        "What is missing",
        leads.missing,
        shown=[shown.MISSING_OF_ALL, shown.MISSING_BY_CONDITION],
        whom=EVERYBODY,
    ),
    _Plan(
        "power",
        "Power reached",
        leads.power,
        ["Of differences of interest, not of the one seen: that would say no more than p."],
        [shown.POWER],
        whom=ANALYSED,
    ),
)
