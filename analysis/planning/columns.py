"""What each column of the files of a plan holds; their codebook."""

from collections.abc import Sequence

from analysis.data import codebook
from analysis.data.column import Column, Type
from analysis.data.directions import described

TEXT, INTEGER, NUMBER = Type.TEXT, Type.INTEGER, Type.NUMBER
WILSON = "Wilson (1927), JASA 22:209"
COHEN = "Cohen (1988); equivalence: Phillips (1990), J. Pharmacokinet. Biopharm. 18:137"

OUTCOME = Column("outcome", TEXT, "", "", "File and column of the simulated scale")
CONDITION_A = Column(
    "condition_a",
    TEXT,
    "",
    "",
    "The first condition; all: all at once; any pair: of the family; every pair: all planned ones "
    "that are apart, or equivalent, together; of correlations the condition they are within, empty "
    "for all",
)
CONDITION_B = Column(
    "condition_b",
    TEXT,
    "",
    "",
    "The condition it is compared with; of a correlation, the metric",
)
TEST = Column(
    "test",
    TEXT,
    "",
    "",
    "As in comparisons, models and cohesion_vs_rating; tost_…: its equivalence test; …, Holm: "
    "after Holm's correction",
)
FAMILY = Column(
    "family",
    TEXT,
    "",
    "planned, sensitivity, exploratory, models, metrics",
    "Of comparisons as there; models and correlations with metrics are families of their own",
)
ANALYSIS_SET = Column(
    "analysis_set", TEXT, "", "all, after_exclusions", "Everybody, or after the plan's exclusions"
)
PARTICIPANTS = Column("participants", INTEGER, "participants", "≥ 1", "Participants in all")
N_RUNS = Column("n_runs", INTEGER, "studies", "≥ 1", "Simulated studies; empty by formula")
N_ESTIMABLE = Column(
    "n_estimable", INTEGER, "studies", "0–n_runs", "Of them those in which the test could be made"
)
STATUS = Column("status", TEXT, "", "ok, not_estimable: why", "Whether there is a result")

POWER = (
    OUTCOME,
    CONDITION_A,
    CONDITION_B,
    TEST,
    FAMILY,
    ANALYSIS_SET,
    Column("assumption", TEXT, "", "", "What effect and n are, and what is assumed"),
    Column(
        "difference",
        NUMBER,
        "scale point",
        "",
        "What is truly there: the difference of mean ratings; of all or any pair the largest one; "
        "of correlations the correlation",
    ),
    Column(
        "effect",
        NUMBER,
        "",
        "",
        "The difference in SDs of participants' means, within participants of their differences; "
        "equivalence by formula: the bound; of correlations the correlation",
        COHEN,
    ),
    Column(
        "n",
        NUMBER,
        "",
        "≥ 1",
        "Participants (within), participants a condition (between); not whole where they can't be "
        "divided evenly",
    ),
    PARTICIPANTS,
    Column(
        "recruited",
        INTEGER,
        "participants",
        "≥ 1",
        "Who have to be recruited for as many to be analysed; empty: no attrition was assumed",
    ),
    Column("icc", NUMBER, "", "0–1", "Of ratings behind an effect; 0: of participants' means"),
    Column("design_effect", NUMBER, "", "≥ 1", "1 + (ratings − 1) · icc"),
    Column(
        "power",
        NUMBER,
        "",
        "0–1",
        "Chance to find it; by simulation the share of all studies, in which a test that can't be "
        "made finds nothing",
    ),
    Column("ci_low", NUMBER, "", "0–1", "Lower end of its 95 % interval", WILSON),
    Column("ci_high", NUMBER, "", "0–1", "Upper end of its 95 % interval", WILSON),
    N_RUNS,
    N_ESTIMABLE,
    Column("method", TEXT, "", "formula, simulation", "Where power comes from"),
    STATUS,
)
FALSE_POSITIVES = (
    TEST,
    OUTCOME,
    Column("unit", TEXT, "", "participant, rating, playlist", "What the test's rows are"),
    CONDITION_A,
    CONDITION_B,
    FAMILY,
    ANALYSIS_SET,
    PARTICIPANTS,
    N_RUNS,
    N_ESTIMABLE,
    Column(
        "share",
        NUMBER,
        "",
        "0–1",
        "Of the studies in which the test could be made, those in which it found what is not there",
    ),
    Column("ci_low", NUMBER, "", "0–1", "Lower end of its 95 % interval", WILSON),
    Column("ci_high", NUMBER, "", "0–1", "Upper end of its 95 % interval", WILSON),
    STATUS,
)
# By the names of the files; the first is not that of a report, which says what a study reached.
FILES = {"power": POWER, "false_positives": FALSE_POSITIVES, "codebook": codebook.CODEBOOK}


def names(columns: Sequence[Column]) -> list[str]:
    return [column.name for column in columns]


def rows() -> list[tuple[str, ...]]:
    """The codebook: one row for every column of every file."""
    return [described(file, column) for file, of in FILES.items() for column in of]
