"""The report's tables: which file's rows, under which headings, and which are folded away."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from analysis.inference import Design
from analysis.inference.design import PLANNED
from analysis.report.page import Table
from analysis.stats.rows import OK

from . import cells, rows, words
from .cells import MISSING, Column, cell
from .phrases import confidence

Tables = Mapping[str, pd.DataFrame]
# Stands for the heading of an interval, whose level is the plan's.
CONFIDENCE = "interval"


@dataclass(frozen=True, slots=True)
class Shown:
    """How a table is shown: some of its rows and columns under a caption. `results`: it says
    whether they were planned."""

    file: str
    caption: str
    columns: Sequence[Column]
    rows: Callable[[pd.DataFrame, Design], pd.DataFrame] = lambda table, design: table
    results: bool = False
    folded: bool = False
    of_one: str = ""  # the caption where there is one condition


def table(shown: Shown, tables: Tables, design: Design) -> Table | None:
    """None where it would have no rows, or nothing in them but one and the same reason, which the
    section's sentence says; a column in which nothing stands is left out."""
    chosen = shown.rows(tables[shown.file], design)
    if chosen.empty or _says_nothing(chosen):
        return None
    written = [
        [cell(row, column, design) for row in chosen.to_dict("records")] for column in shown.columns
    ]
    told = [*zip(shown.columns, written, strict=True)]
    shared = [cells for column, cells in told if column.shared and len({*cells}) == 1]
    used = [(c, cells) for c, cells in told if {*cells} != {MISSING} and cells not in shared]
    return Table(
        ": ".join([_caption(shown, design), ", ".join(cells[0] for cells in shared)]).removesuffix(
            ": "
        ),
        [_heading(column, design) for column, _ in used],
        [list(row) for row in zip(*(cells for _, cells in used), strict=True)],
        f"{shown.file}.csv",
        bool((chosen["family"] == PLANNED).all()) if shown.results else None,
        shown.folded,
    )


def _caption(shown: Shown, design: Design) -> str:
    return shown.of_one if shown.of_one and len(design.conditions) == 1 else shown.caption


def _says_nothing(rows: pd.DataFrame) -> bool:
    why = [*rows.get("status", [])]
    return len(why) > 1 and why[0] != OK and len(set(why)) == 1


def _heading(column: Column, design: Design) -> str:
    if column.title == CONFIDENCE:
        return f"{confidence(design)} interval"
    # What is not corrected for the other tests beside it says so, wherever it stands.
    raw = re.match("p($|,)", column.title) and "Holm" not in column.title
    return f"{column.title}, uncorrected" if raw else column.title


QUESTION = Column("Question", cells.asked(), shared=True)
MODEL = Column("Model", cells.named("model", words.MODELS), shared=True)
CONCLUSION = Column("Conclusion", cells.conclusion())
METRIC = Column("Metric", cells.named("metric", words.METRICS))
PAIR = Column("Comparison", lambda row, design: words.pair(row))
WHY = Column("Why not", cells.why)
FLOW = Shown(
    "flow",
    "How far people came; stages that nobody was in are in the file alone",
    [
        Column("Stage", cells.named("stage", words.STAGES)),
        Column("People", cells.count("n")),
        Column("Why", lambda row, design: words.rules(row["reason"])
               if cells.known(row.get("reason")) else ""),
    ],
    rows.stages,
)  # fmt: skip
RULES = Shown(
    "exclusions",
    "What each rule leaves out, or would if it were planned",
    [
        Column("Rule", lambda row, design: words.rule(row["rule"])),
        Column("Leaves out", cells.named("level", words.LEVELS)),
        Column("Planned", lambda row, design: "yes" if row["applied"] else "no"),
        Column("Participants", cells.count("n_participants")),
        Column("Playlists", cells.count("n_playlists")),
        Column("Rated songs", cells.count("n_ratings")),
        Column("Share of rated songs", cells.percent("share")),
        WHY,
    ],
    rows.rules,
)
DESCRIBED = [
    Column("Condition", cells.text("level")),
    Column("Participants", cells.count("n_participants")),
    Column("Ratings", cells.count("n_ratings")),
    Column("Not given", cells.count("n_missing")),
    Column("Mean", cells.figure("mean")),
    Column("95 % interval", cells.interval()),
    Column("SD", cells.figure("sd")),
    Column("Median", cells.figure("median")),
    Column("Quartiles", cells.interval("q1", "q3")),
]
RATINGS = Shown("descriptives", "Participants’ means", [*DESCRIBED, QUESTION], rows.by_condition)
OTHER_RATINGS = Shown(
    "descriptives",
    "The other questions",
    [QUESTION, *DESCRIBED],
    rows.others_by_condition,
    folded=True,
)
TESTED = [
    Column("Test", cells.named("test", words.TESTS)),
    Column("n", cells.sizes()),
    Column("Not usable", cells.count("n_left_out")),
    Column("Difference", cells.difference),
    Column("Interval", cells.decided),
    Column("Statistic", cells.statistic),
    Column("p", cells.p()),
    Column("p, Holm", cells.corrected),
    Column("Effect", cells.with_interval("effect", names=words.EFFECTS)),
    Column("Interval of equivalence", cells.levelled("tost")),
    Column("p, equivalence", cells.p("tost_p")),
    CONCLUSION,
    WHY,
]
CONFIRMATORY = Shown(
    "comparisons",
    "Pair by pair",
    [PAIR, *TESTED, QUESTION],
    rows.confirmatory,
    results=True,
)
OMNIBUS = Shown(
    "comparisons",
    "All conditions at once",
    [column for column in (*TESTED, QUESTION) if column.title != "p, Holm"],
    rows.omnibus,
    results=True,
)
REST_OF_PRIMARY = Shown(
    "comparisons",
    "Other tests, and pairs that were not planned",
    [PAIR, *TESTED, QUESTION],
    rows.rest_of_primary,
    results=True,
    folded=True,
)
OTHER_OUTCOMES = Shown(
    "comparisons",
    "The other questions (their other tests are in the file)",
    [QUESTION, PAIR, *TESTED],
    rows.other_outcomes,
    results=True,
    folded=True,
)
IN_BOTH = [
    Column("difference", cells.figure("estimate")),
    Column("deciding interval", cells.levelled("decision")),
    Column("p, Holm", cells.p("p_holm")),
    Column("conclusion", cells.conclusion()),
    Column("Everybody: n", cells.sizes("everybody_n_a", "everybody_n_b")),
    Column("difference", cells.figure("everybody_estimate")),
    Column("deciding interval", cells.levelled("everybody_decision")),
    Column("p, Holm", cells.p("everybody_p_holm")),
    Column("conclusion", cells.conclusion("everybody_conclusion")),
    WHY,
]
BOTH_SETS = Shown(
    "comparisons",
    "The planned comparisons without the excluded, and with everybody",
    [PAIR, Column("Planned: n", cells.sizes()), *IN_BOTH],
    rows.both_sets,
)
BOTH_RELATED = Shown(
    "cohesion_vs_rating",
    "The planned correlations without the excluded, and with everybody",
    [
        METRIC,
        *(
            column
            for whose in ("", "everybody_")
            for column in (
                Column(
                    "Everybody: playlists" if whose else "Planned: playlists",
                    cells.count(f"{whose}n_playlists"),
                ),
                Column("correlation", cells.figure(f"{whose}estimate")),
                Column("deciding interval", cells.levelled(f"{whose}decision")),
                Column("p, Holm", cells.p(f"{whose}p_holm")),
                Column("conclusion", cells.conclusion(f"{whose}conclusion")),
            )
        ),
        WHY,
    ],
    rows.both_sets,
)
TERMS = [
    Column("Term", lambda row, design: words.term(row, design)),
    QUESTION,
    MODEL,
    Column("Estimate", cells.figure("estimate")),
    Column(CONFIDENCE, cells.interval()),
    Column("Statistic", cells.statistic),
    Column("p", cells.p()),
    Column("Ratings", cells.count("n_obs")),
    Column("Participants", cells.count("n_participants")),
    Column("Songs", cells.count("n_tracks")),
    WHY,
]
MODELS = Shown(
    "models", "What tells the conditions apart", TERMS, rows.main_terms, of_one="The mean"
)
OTHER_MODELS = Shown(
    "models", "Other questions, means and thresholds", TERMS, rows.other_terms, folded=True
)
COMPONENTS = [
    Column("Between", cells.named("component", words.COMPONENTS)),
    QUESTION,
    MODEL,
    Column("SD", cells.figure("sd")),
    Column("Variance", cells.figure("variance", 3)),
    Column("Share", cells.percent("share")),
    Column("How many", cells.count("n_levels")),
    WHY,
]
VARIANCE = Shown("variance_components", "What ratings vary by", COMPONENTS, rows.main_components)
OTHER_VARIANCE = Shown(
    "variance_components",
    "What ratings vary by, other questions",
    COMPONENTS,
    rows.other_components,
    folded=True,
)
VERDICTS = Shown(
    "metric_verdicts",
    "What each metric would have concluded, next to what people said",
    [
        METRIC,
        QUESTION,
        Column("Better if", cells.text("better")),
        PAIR,
        Column("n", cells.sizes("people_n_a", "people_n_b")),
        Column("Metric’s difference", cells.figure("metric_difference", 3)),
        Column("Its interval", cells.levelled("metric", digits=3)),
        Column("The metric says", cells.side("metric")),
        Column("People’s difference", cells.figure("people_difference")),
        Column("Its interval", cells.levelled("people")),
        Column("People say", cells.side("people")),
        Column("Together", lambda row, design: "" if row["status"] != "ok" else row["verdict"]),
        Column("Counted", cells.counting),
        WHY,
    ],
)


def _level(level: str) -> list[Column]:
    """A level's correlation with its p beside it, or why there is none."""
    estimate = cells.with_interval(f"{level}_estimate", f"{level}_ci_low", f"{level}_ci_high")

    def write(row: cells.Row, design: Design) -> str:
        reason = words.why(row.get(f"{level}_status", "ok"))
        return estimate(row, design) or reason

    return [
        Column(words.LEVELS[level].capitalize(), write),
        Column("p", cells.p(f"{level}_p")),
    ]


CORRELATED = Shown(
    "cohesion_vs_rating",
    "How playlists’ metrics go with their ratings",
    [
        METRIC,
        Column("Playlists", cells.count("n_playlists")),
        *_level("pooled"),
        *_level("adjusted"),
        *_level("repeated"),
        Column("Deciding interval", cells.levelled("decision")),
        Column("p, Holm", cells.p("p_holm")),
        Column("Interval, smaller than the bound", cells.levelled("tost")),
        Column("p, smaller than the bound", cells.p("tost_p")),
        CONCLUSION,
        QUESTION,
    ],
    rows.correlated,
    results=True,
)
OTHER_CORRELATIONS = Shown(
    "cohesion_vs_rating",
    "Within each condition, of other questions, and by the network’s own labels",
    [
        METRIC,
        Column("Labels of", cells.named("label_source", words.SOURCES)),
        QUESTION,
        Column("Level", cells.named("level", words.LEVELS)),
        Column("Condition", cells.text("condition")),
        Column("Playlists", cells.count("n_playlists")),
        Column("Participants", cells.count("n_participants")),
        Column("Correlation", cells.figure("estimate")),
        Column(CONFIDENCE, cells.interval()),
        Column("p", cells.p()),
        WHY,
    ],
    rows.other_correlations,
    folded=True,
    of_one="Of other questions, and by the network’s own labels",
)
ALONG = Shown(
    "along_playlists",
    "Within playlists",
    [
        Column("With", cells.named("x", words.ALONG)),
        QUESTION,
        Column("Measure", cells.named("measure", {"slope": "slope, in points",
                                                  "spearman": "rank correlation"})),
        Column("For a step of", cells.figure("step")),
        Column("Estimate", cells.figure("estimate")),
        Column("Deciding interval", cells.levelled("decision")),
        Column("p", cells.p()),
        Column("p, Holm", cells.p("p_holm")),
        Column("Conclusion", cells.conclusion()),
        Column("Participants", cells.count("n_participants")),
        Column("Playlists", cells.count("n_playlists")),
        WHY,
    ],
    rows.along,
)  # fmt: skip
RELIABILITY = Shown(
    "reliability",
    "Agreement, repetition, and scores",
    [
        Column("Scale", cells.asked("scale")),
        Column("Statistic", cells.named("statistic", words.RELIABILITY)),
        Column("Of", cells.named("variant", words.VARIANTS)),
        Column("Estimate", cells.figure("estimate")),
        Column(CONFIDENCE, cells.interval()),
        Column("Units", cells.count("n_units")),
        Column("Raters or items", cells.count("n_raters")),
        WHY,
    ],
)
LACKING = [
    QUESTION,
    Column("Asked of", cells.named("file", words.FILES)),
    Column("Condition", lambda row, design: "" if row["condition"] == "all" else row["condition"]),
    Column("Possible", cells.count("n")),
    Column("Missing", cells.count("n_missing")),
    Column("Share", cells.percent("share")),
    Column("95 % interval", cells.interval(percent=True)),
    Column("p, conditions differ", cells.p()),
    Column("p, Holm", cells.p("p_holm")),
    WHY,
]
MISSING_OF_ALL = Shown(
    "missingness",
    "Questions not answered where they could have been",
    LACKING,
    rows.missing_of_all,
)
MISSING_BY_CONDITION = Shown(
    "missingness",
    "By condition, where anything is missing",
    LACKING,
    rows.missing_by_condition,
    folded=True,
)
POWER = Shown(
    "power",
    "By formula, with the n and spread that came",
    [
        PAIR,
        Column("Test", cells.named("test", words.TESTS)),
        Column("n", cells.figure("n", 0)),
        Column("Of", cells.text("asked")),
        Column("Effect", cells.in_sds),
        Column("Power", cells.percent("power")),
        WHY,
    ],
    rows.power,
)
