"""Which metrics can't judge which playlists, because both come from the same."""

from collections.abc import Collection

from recommender.engine.strategies import ARTISTS, NETWORK

# Computed from the network's vectors of the songs, whosever the genre labels are.
OF_THE_SPACE = (
    *("soft_entropy_within_bits", "soft_entropy_total_bits", "soft_entropy_divergence_bits"),
    *("diversity", "diversity_cosine", "compactness", "query_distance"),
)


def computed_from(metric: str, label_source: str) -> str:
    """What a metric is computed from: NETWORK, METADATA or ARTISTS; "" for novelty and the like,
    which no strategy can choose by. `label_source` is whose genre labels it takes."""
    if metric in OF_THE_SPACE:
        return NETWORK
    if metric == "cohesion_artist_pair":
        return ARTISTS
    return label_source if metric.startswith(("cohesion_genre", "entropy")) else ""


def by_labels(metric: str) -> bool:
    """Whether a metric is another one with other genre labels."""
    return metric not in (*OF_THE_SPACE, "novelty_bits")


def circular(metric: str, label_source: str, chosen_by: Collection[str]) -> bool:
    """Whether playlists are chosen by what the metric is computed from, so that it shows how they
    were made and not whether they are good. `chosen_by`: `strategies.chosen_by`."""
    return computed_from(metric, label_source) in chosen_by
