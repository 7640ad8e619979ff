"""Which test decides on an outcome, decided here alone. It loads no statistics."""

MIXED_MODEL, CORRELATION = "mixed_model", "spearman_clustered"
TRACKS = "ratings"
# What is set against the outcome without a plan: the baselines of the field, and what the network's
# own space says.
METRICS = (
    *("cohesion_artist_pair", "cohesion_genre_pair", "entropy_bits"),
    *("soft_entropy_divergence_bits", "diversity", "query_distance"),
)


def confirmatory(file: str, *, paired: bool) -> str:
    """The one test that decides what is concluded of a contrast on a scale of this file; all others
    are exploratory.

    Of tracks a mixed model, which takes tracks as a sample, too; of playlists a t test of
    participants' means.
    """
    if file == TRACKS:
        return MIXED_MODEL
    return "paired_t" if paired else "welch_t"
