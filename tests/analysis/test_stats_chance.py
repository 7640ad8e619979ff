"""Levels by chance: against all playlists that there are, counted one by one."""

import math
from itertools import combinations

import numpy as np
import pytest
from scipy.spatial.distance import pdist, squareform

from analysis import metrics
from analysis.stats.chance import (
    expected_cohesion,
    expected_coverage,
    expected_distances,
    expected_diversity,
    expected_entropy,
)

LIBRARY = ["rock"] * 4 + ["jazz"] * 2 + [None]


@pytest.mark.parametrize("length", [2, 3, 5])
def test_entropy_is_the_mean_over_all_playlists_with_two_known_labels(length: int):
    playlists = [p for p in combinations(LIBRARY, length) if sum(metrics.known(p)) > 1]
    expected = np.mean([metrics.genre_entropy(p) for p in playlists])
    assert expected_entropy([4, 2], 1, length) == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("metric", [metrics.pairwise_cohesion, metrics.adjacent_cohesion])
def test_cohesion_is_the_mean_over_all_playlists(metric: object):
    pairs = [metric(p) for p in combinations(LIBRARY, 2) if all(metrics.known(p))]
    assert expected_cohesion([4, 2]) == pytest.approx(np.mean(pairs), rel=1e-12)


def test_coverage_is_what_random_playlists_reach():
    # Two query songs of three, one other song each: 1-(2, 3) and 2-(1, 3).
    playlists = [len({a, b}) / 3 for a in (2, 3) for b in (1, 3)]
    assert expected_coverage(3, 1, 2) == pytest.approx(np.mean(playlists), rel=1e-12)


def test_distances_are_means_over_all_other_songs():
    points = np.random.default_rng(0).random((7, 3))
    assert expected_diversity(points) == pytest.approx(pdist(points).mean(), rel=1e-12)
    others = squareform(pdist(points))[[2, 5]].sum(axis=1) / 6
    assert expected_distances(points, [2, 5]) == pytest.approx(others, rel=1e-12)


def test_what_has_no_level_is_not_a_number():
    assert math.isnan(expected_cohesion([1]))
    assert math.isnan(expected_cohesion([]))
    assert math.isnan(expected_entropy([], 5, 3))
    assert math.isnan(expected_entropy([3], 0, 1))
    assert math.isnan(expected_entropy([3], 0, 4))
    assert math.isnan(expected_coverage(3, 3, 1))
    assert math.isnan(expected_coverage(3, 1, 0))
    assert math.isnan(expected_diversity([[1.0, 0.0]]))
    assert np.isnan(expected_distances([[1.0, 0.0]], [0])).all()
