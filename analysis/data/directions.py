"""What a higher number means, column by column, and the words for what a column does not have."""

from dataclasses import astuple

from .column import Column, Type

NONE = "none"
NUMBERS = (Type.INTEGER, Type.NUMBER)
A_OVER_B = "above 0: higher in a than in b"
SPREAD = "higher: more spread"
VARIED = "higher: more varied"
ALIKE = "higher: more alike"
AS_ITS_VALUE = "as the value that it is of"
DIRECTIONS = {
    **dict.fromkeys(("playlist_id", "track_id"), "none: numbers without an order"),
    **dict.fromkeys(("position", "shown_position", "period", "attempt"), "higher: later"),
    **dict.fromkeys(("distance", "query_distance"), "higher: further from the query song"),
    **dict.fromkeys(("familiar",), "higher: more familiar, as the question's labels say"),
    **dict.fromkeys(("track_mean", "track_peak", "track_end"), "higher: liked better"),
    **dict.fromkeys(("scored", "category", "score"), "as the question or questionnaire says"),
    **dict.fromkeys(("listened_s", "heard_s", "heard_share"), "higher: heard for longer"),
    **dict.fromkeys(("hidden_s",), "higher: longer in the background"),
    **dict.fromkeys(("volume",), "higher: louder"),
    **dict.fromkeys(("share", "coverage", "query", "learned_share"), "higher: a larger part"),
    **dict.fromkeys(("cohesion_artist_pair", "cohesion_genre_pair"), ALIKE),
    **dict.fromkeys(("cohesion_genre_adjacent", "cohesion_genre_query", "chance"), ALIKE),
    **dict.fromkeys(
        ("entropy_bits", "entropy_normalised", "diversity", "diversity_cosine"), VARIED
    ),
    **dict.fromkeys(("soft_entropy_within_bits", "soft_entropy_total_bits"), VARIED),
    **dict.fromkeys(("soft_entropy_divergence_bits", "compactness"), VARIED),
    **dict.fromkeys(("novelty_bits",), "higher: heard by fewer"),
    **dict.fromkeys(("mean", "median", "q1", "q3", "value", "at"), AS_ITS_VALUE),
    **dict.fromkeys(("mean_a", "mean_b", "metric_mean_a", "metric_mean_b"), AS_ITS_VALUE),
    **dict.fromkeys(("people_mean_a", "people_mean_b"), AS_ITS_VALUE),
    **dict.fromkeys(("low", "high", "ci_low", "ci_high"), AS_ITS_VALUE),
    **dict.fromkeys(("sd", "variance"), SPREAD),
    **dict.fromkeys(("se",), "higher: less certain"),
    **dict.fromkeys(("df", "df_residual", "df_numerator"), "higher: more behind the test"),
    **dict.fromkeys(("estimate", "effect", "difference", "statistic"), A_OVER_B),
    **dict.fromkeys(("metric_difference", "people_difference"), A_OVER_B),
    **dict.fromkeys(("log_likelihood",), "higher: fits better"),
    **dict.fromkeys(("power",), "higher: found more often"),
    **dict.fromkeys(("icc", "design_effect"), "higher: ratings of one person more alike"),
    **dict.fromkeys(("alpha", "tost_low", "tost_high", "tost_bound"), "none: set by the plan"),
    **dict.fromkeys(("step",), "none: what a slope is for"),
}
# Where the same name has another meaning.
OF_FILES = {
    ("cohesion_vs_rating", "estimate"): "above 0: metric and rating go up together",
    ("along_playlists", "estimate"): "above 0: rated higher further on, or further away",
    ("along_playlists", "statistic"): "as the estimate",
    ("reliability", "estimate"): "higher: more reliable; mean absolute difference: less",
    ("models", "statistic"): "t, z: as the estimate; F: higher: conditions differ more",
    ("comparisons", "statistic"): "as the test has it",
    ("offline", "difference"): "above 0: higher in the condition than in the reference",
    ("offline_playlists", "query"): "none: numbers without an order",
    ("false_positives", "share"): "near .05: the test keeps its level",
}


def described(file: str, column: Column) -> tuple[str, ...]:
    """The codebook's row; what a column does not have is said, so that no cell is empty."""
    name, kind, unit, spread, meaning, source, labels = map(str, astuple(column))
    return (
        *(file, name, kind, unit or NONE, spread or _range(column), meaning, source or NONE),
        *(direction(file, column), labels or NONE),
    )


def direction(file: str, column: Column) -> str:
    """What a higher value means; empty for a number of which nobody has said so."""
    name = column.name
    if column.type not in NUMBERS:
        return NONE
    if said := OF_FILES.get((file, name)) or DIRECTIONS.get(name):
        return said
    if column.labels:
        return f"higher: towards {column.labels.rpartition(' = ')[2]}"
    if name == "tost_p":
        return "lower: less compatible with a difference beyond the bounds"
    if name == "p_holm" or name == "p" or name.endswith("_p"):
        return "lower: less compatible with no difference"
    if name.endswith(("_level", "_ci_low", "_ci_high")):
        return AS_ITS_VALUE
    if column.unit == "scale point":
        return "higher: the higher point"
    return "higher: more of them" if column.type == Type.INTEGER or name == "n" else ""


def _range(column: Column) -> str:
    if column.type == Type.TEXT:
        return "any text"
    if column.type == Type.TIME:
        return "any time"
    return "that of what it is of" if column.unit else "any number"
