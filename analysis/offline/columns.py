"""What each column of the files of an offline evaluation holds; their codebook."""

from collections.abc import Sequence
from dataclasses import dataclass

from analysis.data import codebook
from analysis.data.codebook import EFRON
from analysis.data.column import Column, Type
from analysis.data.directions import described

TEXT, INTEGER, NUMBER = Type.TEXT, Type.INTEGER, Type.NUMBER
_MEASURED = {column.name: column for column in codebook.PLAYLIST_METRICS}


@dataclass(frozen=True, slots=True)
class Metric:
    """A metric of a playlist, its unit, and which labels it is computed from."""

    name: str
    unit: str
    label_sources: Sequence[str]


_GENRES = (
    "cohesion_genre_pair",
    "cohesion_genre_adjacent",
    "cohesion_genre_query",
    "entropy_bits",
    "entropy_normalised",
)
_SPACE = (
    "soft_entropy_within_bits",
    "soft_entropy_total_bits",
    "soft_entropy_divergence_bits",
    "diversity",
    "diversity_cosine",
    "compactness",
    "query_distance",
)
METRICS = (
    Metric("cohesion_artist_pair", "", ("metadata",)),
    *(Metric(name, _MEASURED[name].unit, ("metadata", "cnn")) for name in _GENRES),
    *(Metric(name, _MEASURED[name].unit, ("cnn",)) for name in _SPACE),
)

CONDITION = Column("condition", TEXT, "", "", "The study's condition, or the strategy itself")
STRATEGY = Column("strategy", TEXT, "", "", "How its playlists are made")
CI = "of its 95 % interval over query songs' artists"
OFFLINE = (
    CONDITION,
    STRATEGY,
    Column("params", TEXT, "", "", "The strategy's parameters, defaults included, as JSON"),
    Column(
        "metric",
        TEXT,
        "",
        "",
        "A column of offline_playlists, or catalogue_coverage: distinct tracks in the playlists / "
        "tracks in the library",
        "coverage: Ge et al. (2010), RecSys",
    ),
    Column("unit", TEXT, "", "bits, genre space", "Unit of the metric; empty = none"),
    Column(
        "label_source",
        TEXT,
        "",
        "metadata, cnn",
        "Where labels or vectors come from; empty where the metric needs none",
    ),
    Column(
        "circular",
        Type.BOOLEAN,
        "",
        "True, False",
        "The condition chooses songs by what the metric is computed from: its definition, not a "
        "finding",
    ),
    Column(
        "learned_share",
        NUMBER,
        "",
        "0–1",
        "Share of the playlists' tracks that the model learned from, where the network chooses "
        "the songs or measures them; empty where it does neither or does not say what it learned "
        "from. Above 0, a value that is not circular is partly what the network was taught",
    ),
    Column("group_by", TEXT, "", "all, query_genre", "All query songs, or those of one genre"),
    Column(
        "query_genre",
        TEXT,
        "",
        "",
        "Genre of the query songs in the metadata, empty where unknown; all when not grouped",
    ),
    Column("n_queries", INTEGER, "query songs", "≥ 0", "Query songs with a value"),
    Column("n_artists", INTEGER, "artists", "≥ 0", "Whose these are; an unknown one counts as one"),
    Column("n_failed", INTEGER, "query songs", "≥ 0", "Query songs without a playlist"),
    Column("mean", NUMBER, "the metric's", "", "Mean over query songs; for coverage, of them all"),
    Column("sd", NUMBER, "the metric's", "≥ 0", "Standard deviation (n − 1) over query songs"),
    Column("ci_low", NUMBER, "the metric's", "", f"Lower end {CI}", EFRON),
    Column("ci_high", NUMBER, "the metric's", "", f"Upper end {CI}", EFRON),
    Column(
        "ci_method",
        TEXT,
        "",
        "bca_bootstrap_artists, jackknife_artists",
        "9,999 resamples of artists with all their query songs; coverage: leaving each out once",
        "Efron & Stein (1981), Ann. Stat. 9:586",
    ),
    Column(
        "chance",
        NUMBER,
        "the metric's",
        "",
        "Its exact mean for random songs of the library; empty where there is no formula",
    ),
    Column("status", TEXT, "", "ok, not_estimable: why", "Whether the interval can be estimated"),
    Column("reference", TEXT, "", "", "The condition that this one is compared with"),
    Column("n_pairs", INTEGER, "query songs", "≥ 0", "Query songs with a value in both"),
    Column("difference", NUMBER, "the metric's", "", "Mean of condition − reference over these"),
    Column("difference_ci_low", NUMBER, "the metric's", "", f"Lower end {CI}, paired", EFRON),
    Column("difference_ci_high", NUMBER, "the metric's", "", f"Upper end {CI}, paired", EFRON),
    Column(
        "difference_status",
        TEXT,
        "",
        "ok, reference, not_estimable: why",
        "The same of the difference; the reference is not compared with itself",
    ),
)
PLAYLISTS = (
    CONDITION,
    STRATEGY,
    Column("query", INTEGER, "", "≥ 1", "Number of the query song in the library"),
    Column("query_genre", TEXT, "", "", "Its genre in the metadata; empty where unknown"),
    Column("status", TEXT, "", "ok, failed: why", "Whether the playlist could be made"),
    _MEASURED["label_source"],
    Column("tracks", TEXT, "", "", "Numbers of its tracks, in playing order"),
    *(
        column
        for column in codebook.PLAYLIST_METRICS
        if column.name
        not in ("playlist_id", "condition", "label_source", "query_source", "novelty_bits")
    ),
)
FILES = {"offline": OFFLINE, "offline_playlists": PLAYLISTS, "codebook": codebook.CODEBOOK}


def rows() -> list[tuple[str, ...]]:
    """The codebook: one row for every column of every file."""
    return [described(file, column) for file, of in FILES.items() for column in of]
