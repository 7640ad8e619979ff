"""The sections of a report in their order: a sentence, what to be careful about, tables."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd
from django.utils.safestring import SafeString

from analysis.figures import Figure
from analysis.inference import Design
from analysis.inference.design import PLANNED
from analysis.page import Picture, Section, Table

from . import leads
from .cells import Column, cell

Tables = Mapping[str, pd.DataFrame]
Lead = Callable[[Tables, Design], str]

CIRCULAR = (
    "Circularity: cohesion and entropy from the network's own labels (cnn) favour the playlists "
    "that the network made. The labels here are the library's (metadata), unless said otherwise."
)
CONFOUNDED = (
    "Confounding: a condition that picks songs by genre has genre cohesion 1 and entropy 0 by "
    "construction. Pooled correlations compare conditions, too; those within and adjusted don't."
)
UNIT = (
    "The unit is the participant: all their values are averaged first, so that nobody counts twice."
)


@dataclass(frozen=True, slots=True)
class _Shown:
    """How a table is shown: some of its rows and columns under a caption."""

    file: str
    caption: str
    columns: Mapping[str, Column]
    rows: Callable[[pd.DataFrame, Design], pd.DataFrame] = lambda table, design: table
    results: bool = False


@dataclass(frozen=True, slots=True)
class _Plan:
    """A section before there are numbers. `figures`: what the names of its figures begin with."""

    key: str
    title: str
    lead: Lead
    notes: Sequence[str] = ()
    shown: Sequence[_Shown] = ()
    figures: Sequence[str] = field(default_factory=tuple)


def sections(
    tables: Tables,
    design: Design,
    manifest: Mapping[str, Any],
    figures: Sequence[Figure] = (),
) -> list[Section]:
    """Every section, in order; one without data says so instead of leaving a gap."""
    planned = leads.plan(design, manifest.get("analysis_plan"))
    return [
        _section(plan, tables, design, planned if plan.key == "comparisons" else (), figures)
        for plan in PLANS
    ]


def _section(
    plan: _Plan,
    tables: Tables,
    design: Design,
    notes: Sequence[str],
    figures: Sequence[Figure],
) -> Section:
    return Section(
        plan.key,
        plan.title,
        plan.lead(tables, design),
        notes=(*notes, *plan.notes),
        tables=[_table(one, tables, design) for one in plan.shown],
        figures=[_picture(one) for one in figures if one.name.startswith(tuple(plan.figures))],
    )


def _picture(figure: Figure) -> Picture:
    """Without its drawing, which is in the report's files."""
    return Picture(
        figure.name, figure.title, SafeString(""), figure.alt, figure.caption, figure.wide
    )


def _table(shown: _Shown, tables: Tables, design: Design) -> Table:
    chosen = shown.rows(tables[shown.file], design)
    rows = [
        [cell(row.get(name), column) for name, column in shown.columns.items()]
        for row in chosen.to_dict("records")
    ]
    planned = bool((chosen["family"] == PLANNED).all()) if shown.results and rows else None
    return Table(
        shown.caption,
        [column.title for column in shown.columns.values()],
        rows,
        f"{shown.file}.csv",
        planned,
    )


# which rows


def _outcomes_by_condition(table: pd.DataFrame, design: Design) -> pd.DataFrame:
    rated = table["outcome"].isin([one.name for one in design.outcomes])
    return table[rated & (table["group_by"] == "condition")]


def _main_set(table: pd.DataFrame, design: Design) -> pd.DataFrame:
    return table[table["analysis_set"] == design.sets[-1]]


def _other_set(table: pd.DataFrame, design: Design) -> pd.DataFrame:
    return table[(table["analysis_set"] == design.sets[0]) & (len(design.sets) > 1)]


def _planned(table: pd.DataFrame, design: Design) -> pd.DataFrame:
    return leads.primary_rows({"comparisons": table}, design)


def _not_planned(table: pd.DataFrame, design: Design) -> pd.DataFrame:
    rest = _main_set(table, design)
    return rest[~rest.index.isin(_planned(table, design).index)]


def _everybody(table: pd.DataFrame, design: Design) -> pd.DataFrame:
    return table[table["condition"].isna()]


def _metadata(table: pd.DataFrame, design: Design) -> pd.DataFrame:
    return _main_set(table, design)[lambda rows: rows["label_source"] == "metadata"]


# how they are shown

COMPARED = {
    "outcome": Column("Outcome"),
    "condition_a": Column("a"),
    "condition_b": Column("b"),
    "test": Column("Test"),
    "n_a": Column("n a", "count"),
    "n_b": Column("n b", "count"),
    "estimate": Column("a − b", "number"),
    "estimate_ci_low": Column("from", "number"),
    "estimate_ci_high": Column("to", "number"),
    "p": Column("p", "p"),
    "p_holm": Column("p, Holm", "p"),
    "effect": Column("Effect", "number"),
    "effect_name": Column("named"),
    "ci_low": Column("from", "number"),
    "ci_high": Column("to", "number"),
    "tost_p": Column("p, equivalence", "p"),
    "status": Column("Status"),
}

PLANS = (
    _Plan(
        "flow",
        "What was asked of whom",
        leads.flow,
        shown=[
            _Shown(
                "flow",
                "How far people came",
                {
                    "stage": Column("Stage"),
                    "n": Column("People", "count"),
                    "reason": Column("Reason"),
                },
                _everybody,
            )
        ],
        figures=["flow"],
    ),
    _Plan(
        "quality",
        "Data quality",
        leads.quality,
        shown=[
            _Shown(
                "exclusions",
                "What each rule leaves out, or would",
                {
                    "rule": Column("Rule"),
                    "level": Column("Level"),
                    "applied": Column("Planned"),
                    "n_participants": Column("Participants", "count"),
                    "n_playlists": Column("Playlists", "count"),
                    "n_ratings": Column("Rated tracks", "count"),
                    "share": Column("Share", "share"),
                    "status": Column("Status"),
                },
                _everybody,
            )
        ],
    ),
    _Plan(
        "ratings",
        "Ratings by condition",
        leads.ratings,
        notes=[f"{UNIT} Intervals: BCa bootstrap over participants."],
        shown=[
            _Shown(
                "descriptives",
                "Means of participants' means",
                {
                    "outcome": Column("Outcome"),
                    "level": Column("Condition"),
                    "n_participants": Column("n", "count"),
                    "n_ratings": Column("Ratings", "count"),
                    "mean": Column("Mean", "number"),
                    "ci_low": Column("from", "number"),
                    "ci_high": Column("to", "number"),
                    "sd": Column("SD", "number"),
                    "median": Column("Median", "number"),
                    "n_missing": Column("Missing", "count"),
                    "ci_method": Column("Interval"),
                },
                _outcomes_by_condition,
            )
        ],
        figures=["likert", "by-condition"],
    ),
    _Plan(
        "comparisons",
        "Comparisons",
        leads.comparisons,
        notes=[UNIT],
        shown=[
            _Shown("comparisons", "The primary outcome", COMPARED, _planned, results=True),
            _Shown("comparisons", "All others: exploratory", COMPARED, _not_planned, results=True),
        ],
        figures=["forest", "paired"],
    ),
    _Plan(
        "models",
        "All ratings at once",
        leads.models,
        notes=[
            "Linear mixed model by REML with participants and songs crossed and playlists within "
            "participants; cumulative-link model with participant intercepts, in logits."
        ],
        shown=[
            _Shown(
                "models",
                "Fixed effects",
                {
                    "model": Column("Model"),
                    "outcome": Column("Outcome"),
                    "term": Column("Term"),
                    "estimate": Column("Estimate", "number"),
                    "se": Column("SE", "number"),
                    "ci_low": Column("from", "number"),
                    "ci_high": Column("to", "number"),
                    "statistic_name": Column("t or z"),
                    "statistic": Column("value", "number"),
                    "df": Column("df", "number"),
                    "p": Column("p", "p"),
                    "n_obs": Column("n", "count"),
                    "status": Column("Status"),
                },
                _main_set,
            ),
            _Shown(
                "variance_components",
                "Variance components",
                {
                    "model": Column("Model"),
                    "outcome": Column("Outcome"),
                    "component": Column("Component"),
                    "variance": Column("Variance", "number"),
                    "sd": Column("SD", "number"),
                    "share": Column("Share", "share"),
                    "n_levels": Column("Levels", "count"),
                },
                _main_set,
            ),
        ],
    ),
    _Plan(
        "baselines",
        "Human ratings against the baselines",
        leads.baselines,
        notes=[CIRCULAR, CONFOUNDED],
        shown=[
            _Shown(
                "cohesion_vs_rating",
                "Playlist ratings and playlist metrics",
                {
                    "metric": Column("Metric"),
                    "outcome": Column("Outcome"),
                    "level": Column("Level"),
                    "condition": Column("Condition"),
                    "n_playlists": Column("Playlists", "count"),
                    "n_participants": Column("n", "count"),
                    "estimate": Column("ρ or r", "number"),
                    "ci_low": Column("from", "number"),
                    "ci_high": Column("to", "number"),
                    "p": Column("p", "p"),
                    "p_holm": Column("p, Holm", "p"),
                    "status": Column("Status"),
                },
                _metadata,
            )
        ],
        figures=["against", "genre-space"],
    ),
    _Plan(
        "along",
        "By position and by distance",
        leads.along,
        figures=["by-position", "by-distance"],
    ),
    _Plan(
        "reliability",
        "Reliability",
        leads.reliability,
        shown=[
            _Shown(
                "reliability",
                "Agreement, repetition, and scores",
                {
                    "scale": Column("Scale"),
                    "statistic": Column("Statistic"),
                    "variant": Column("Variant"),
                    "estimate": Column("Estimate", "number"),
                    "ci_low": Column("from", "number"),
                    "ci_high": Column("to", "number"),
                    "n_units": Column("Units", "count"),
                    "n_raters": Column("Raters", "count"),
                    "status": Column("Status"),
                },
            )
        ],
    ),
    _Plan(
        "exclusions",
        "Exclusions, and the results without them",
        leads.exclusions,
        shown=[_Shown("comparisons", "Everybody in", COMPARED, _other_set)],
    ),
    _Plan(
        "missing",
        "What is missing",
        leads.missing,
        shown=[
            _Shown(
                "missingness",
                "Scales not answered where they could have been",
                {
                    "file": Column("File"),
                    "field": Column("Field"),
                    "condition": Column("Condition"),
                    "n": Column("Possible", "count"),
                    "n_missing": Column("Missing", "count"),
                    "share": Column("Share", "share"),
                    "ci_low": Column("from", "share"),
                    "ci_high": Column("to", "share"),
                },
            )
        ],
    ),
    _Plan(
        "power",
        "Power reached",
        leads.power,
        notes=["Of differences of interest, not of the one seen: that would say no more than p."],
        shown=[
            _Shown(
                "power",
                "By formula, with the n and spread that came",
                {
                    "outcome": Column("Outcome"),
                    "condition_a": Column("a"),
                    "condition_b": Column("b"),
                    "test": Column("Test"),
                    "assumption": Column("Assumption"),
                    "n": Column("n", "count"),
                    "effect": Column("Effect", "number"),
                    "power": Column("Power", "share"),
                    "status": Column("Status"),
                },
            )
        ],
    ),
)
