"""Hand-calculated playlists and what must hold for every playlist."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial.distance import jensenshannon, pdist

from analysis import metrics

# Hand calculations on one toy playlist of ten tracks.
ARTISTS = list("AAABBCDEFG")
GENRES = ["rock"] * 5 + ["jazz"] * 3 + ["classical"] * 2
GAPS = [None if i in (4, 9) else genre for i, genre in enumerate(GENRES)]  # tracks 5 and 10

HAND_CALCULATED = [
    ("same artist, pairwise 4/45", metrics.pairwise_cohesion(ARTISTS), 0.0888888889),
    ("same genre, pairwise 14/45", metrics.pairwise_cohesion(GENRES), 0.3111111111),
    ("adjacent, blocks 7/9", metrics.adjacent_cohesion(GENRES), 0.7777777778),
    ("adjacent, rjrjrjrcrc", metrics.adjacent_cohesion(list("rjrjrjrcrc")), 0.0),
    ("to the first track 4/9", metrics.query_cohesion(GENRES[1:], GENRES[0]), 0.4444444444),
    ("entropy, bits", metrics.genre_entropy(GENRES), 1.4854752972),
    ("entropy, nats", metrics.genre_entropy(GENRES) * math.log(2), 1.029653014),
    ("entropy / log2 3", metrics.normalised_entropy(GENRES, 3), 0.9372305632),
    ("most mixed of ten", metrics.normalised_entropy(list("aaaabbbccc"), 3), 0.9911594715),
    ("two missing, 28 pairs", metrics.pairwise_cohesion(GAPS), 0.3214285714),
    ("two missing, entropy", metrics.genre_entropy(GAPS), 1.4056390622),
    ("chance of .5 .3 .2", metrics.chance_level([0.5, 0.3, 0.2]), 0.38),
]

labels = st.lists(st.sampled_from(["a", "b", "c", None, ""]), max_size=12)
weights = st.lists(st.floats(0.01, 1), min_size=3, max_size=3)
vectors = st.lists(weights.map(lambda w: [x / sum(w) for x in w]), min_size=2, max_size=12)


@pytest.mark.parametrize(("what", "found", "expected"), HAND_CALCULATED)
def test_hand_calculated(what: str, found: float, expected: float):
    assert found == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize("few", [[], ["a"], ["a", None, ""]])
def test_cohesion_of_fewer_than_two_known_labels_is_null(few: list[str | None]):
    assert math.isnan(metrics.pairwise_cohesion(few))
    assert math.isnan(metrics.adjacent_cohesion(few))
    assert math.isnan(metrics.query_cohesion(few, "a"))
    assert metrics.genre_entropy(few) == 0


def test_cohesion_to_a_query_song_without_label_is_null():
    assert math.isnan(metrics.query_cohesion(["a", "a"], None))


def test_tracks_around_a_gap_are_not_neighbours():
    assert metrics.adjacent_cohesion(["a", None, "a", "b"]) == 0
    assert math.isnan(metrics.adjacent_cohesion(["a", None, "a"]))


def test_normalised_entropy_needs_two_genres_and_all_of_them():
    assert math.isnan(metrics.normalised_entropy(["a", "a"], 1))
    with pytest.raises(ValueError, match="2 genres in the labels, but K is 1"):
        metrics.normalised_entropy(["a", "b"], 1)


@pytest.mark.parametrize(
    ("vector", "problem"),
    [
        ([0.5, 0.6, 0.0], "sum to 1"),
        ([1.5, -0.5, 0.0], "negative"),
        ([math.nan, 0.5, 0.5], "not finite"),
        ([], "shape"),
    ],
)
def test_vectors_that_are_no_probabilities_are_refused(vector: list[float], problem: str):
    for metric in (metrics.soft_entropy, metrics.diversity, metrics.compactness):
        with pytest.raises(ValueError, match=problem):
            metric([vector, vector])


def test_soft_entropy_of_certain_and_of_undecided_tracks():
    assert metrics.soft_entropy([[1, 0], [0, 1]]) == pytest.approx((0, 1, 1))
    assert metrics.soft_entropy([[0.5, 0.5]] * 2) == pytest.approx((1, 1, 0))


def test_divergence_is_the_square_of_scipys_distance():
    p, q = [0.7, 0.2, 0.1], [0.1, 0.3, 0.6]
    assert metrics.soft_entropy([p, q])[2] == pytest.approx(jensenshannon(p, q, base=2) ** 2)


def test_one_track_has_no_divergence_diversity_or_compactness():
    one = [[0.2, 0.8]]
    found = [metrics.soft_entropy(one)[2], metrics.diversity(one), metrics.cosine_diversity(one)]
    assert np.isnan([*found, metrics.compactness(one)]).all()


def test_distances_in_genre_space():
    corners = np.eye(3)
    assert metrics.diversity(corners) == pytest.approx(math.sqrt(2))
    assert metrics.cosine_diversity(corners) == pytest.approx(1)
    assert metrics.compactness(corners) == pytest.approx(0.8165, abs=1e-4)
    assert metrics.query_distances(corners, corners[0]) == pytest.approx([0, 2**0.5, 2**0.5])


def test_novelty_smooths_by_one():
    # Shares (3 + 1) / (4 + 4) and (1 + 1) / (4 + 4): 1 and 2 bits.
    assert metrics.novelty([3, 1], 4, 4) == pytest.approx(1.5)
    assert math.isnan(metrics.novelty([], 4, 4))
    with pytest.raises(ValueError, match="at most the total"):
        metrics.novelty([5], 4, 4)


def test_coverage_counts_distinct_tracks():
    assert metrics.coverage([1, 1, 2], 8) == 0.25
    assert math.isnan(metrics.coverage([], 0))
    with pytest.raises(ValueError, match="the library has 1"):
        metrics.coverage([1, 2], 1)


def test_evaluate_names_why_a_value_is_missing():
    row = metrics.evaluate(
        genres=["a", None],
        artists=[None, None],
        vectors=[[0.5, 0.6], None],
        query_genre=None,
        query_vector=None,
        library={"a": 1.0},
    )
    assert row["n_known"] == 1
    assert row["coverage"] == 0.5
    assert math.isnan(row["diversity"])
    assert row["flags"].split(";") == [
        "fewer_than_two_known_genres",
        "fewer_than_two_known_artists",
        "query_genre_unknown",
        "one_genre_in_library",
        "vectors_missing: 1",
        "query_vector_missing",
        "vectors_refused: the probabilities of a track do not sum to 1",
    ]


def test_vectors_of_different_lengths_are_refused_not_raised():
    row = metrics.evaluate(
        genres=["a", "b"],
        artists=["x", "y"],
        vectors=[[0.5, 0.5], [1.0]],
        query_genre="a",
        query_vector=[0.5, 0.5],
        library={"a": 0.5, "b": 0.5},
    )
    assert row["flags"] == "vectors_refused: different numbers of genres"


@given(labels)
def test_label_metrics_keep_their_bounds(found: list[str | None]):
    for metric in (metrics.pairwise_cohesion, metrics.adjacent_cohesion):
        assert math.isnan(metric(found)) or 0 <= metric(found) <= 1
    assert 0 <= metrics.normalised_entropy(found, 3) <= 1 + 1e-12


@given(labels.flatmap(lambda found: st.tuples(st.just(found), st.permutations(found))))
def test_order_matters_only_to_the_adjacent_metric(pair: tuple[list, list]):
    found, shuffled = pair
    for metric in (metrics.pairwise_cohesion, metrics.genre_entropy):
        assert metric(found) == pytest.approx(metric(shuffled), nan_ok=True)


@given(vectors)
def test_vector_metrics_keep_their_bounds(found: list[list[float]]):
    within, total, divergence = metrics.soft_entropy(found)
    assert 0 <= divergence <= total + 1e-12
    assert 0 <= within <= total + 1e-12 <= math.log2(3) + 1e-9
    assert 0 <= metrics.diversity(found) <= math.sqrt(2)
    assert 0 <= metrics.cosine_diversity(found) <= 1
    assert 0 <= metrics.compactness(found) <= math.sqrt(2 / 3) + 1e-12


@given(vectors.flatmap(lambda found: st.tuples(st.just(found), st.permutations(found))))
def test_the_order_of_tracks_leaves_vector_metrics_alone(pair: tuple[list, list]):
    found, shuffled = pair
    for metric in (metrics.diversity, metrics.compactness, metrics.soft_entropy):
        assert metric(found) == pytest.approx(metric(shuffled))


@given(vectors)
def test_diversity_is_the_mean_distance_of_pairs_and_one_minus_their_mean_cosine(found: list):
    assert metrics.diversity(found) == pytest.approx(pdist(found).mean())
    assert metrics.cosine_diversity(found) == pytest.approx(pdist(found, "cosine").mean(), abs=1e-9)


odd = st.one_of(st.none(), st.just([0.9, 0.9, 0.9]), st.just([0.5, 0.5]), weights.map(list))
playlists = st.lists(st.one_of(vectors, st.lists(odd, max_size=4)), min_size=1, max_size=6)


@given(playlists, st.lists(odd, min_size=6, max_size=6))
def test_measured_together_or_alone_each_playlist_has_the_same_metrics_to_the_last_bit(
    found: list, queries: list
):
    queries = queries[: len(found)]
    together = metrics.in_space(found, queries)
    alone = [metrics.in_space([one], [query])[0] for one, query in zip(found, queries, strict=True)]
    assert repr(together) == repr(alone)


lists = st.lists(labels, min_size=1, max_size=6)


@given(lists, st.lists(st.sampled_from(["a", "d", "", None]), min_size=6, max_size=6))
def test_labelled_together_or_alone_each_playlist_has_the_same_metrics(found: list, queries: list):
    queries, nothing = queries[: len(found)], [{"flags": ""}]
    shares = {"a": 0.5, "b": 0.3, "c": 0.2}
    together = metrics.with_labels(nothing * len(found), found, found, queries, shares)
    alone = [
        metrics.with_labels(nothing, [one], [one], [query], shares)[0]
        for one, query in zip(found, queries, strict=True)
    ]
    assert repr(together) == repr(alone)
