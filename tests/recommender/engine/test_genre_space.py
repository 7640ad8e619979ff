import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from recommender.engine.genre_space import GenreSpace


def by_sorting(ids, vectors, query, k, exclude=()):
    """The definition: sort everything by distance, then id."""
    distances = np.sqrt(((np.asarray(vectors, float) - query) ** 2).sum(axis=1))
    order = sorted(range(len(ids)), key=lambda i: (distances[i], ids[i]))
    return [int(ids[i]) for i in order if ids[i] not in exclude][:k]


def eighths(shape):
    """Coordinates on a coarse grid: sums of squares are exact and ties abound."""
    return arrays(np.int64, shape, elements=st.integers(0, 8)).map(lambda a: a / 8)


@settings(deadline=None, max_examples=150)
@given(data=st.data(), dimensions=st.sampled_from([1, 2, 3, 12]))
def test_equals_sorting_with_many_ties_and_duplicates(data, dimensions):
    n = data.draw(st.integers(1, 60))
    vectors = data.draw(eighths((n, dimensions)))
    ids = np.array(data.draw(st.permutations(range(0, 3 * n, 3))))
    query = data.draw(eighths((dimensions,)))
    k = data.draw(st.integers(0, n + 5))
    exclude = data.draw(st.sets(st.integers(0, 3 * n), max_size=10))
    found, distances = GenreSpace(ids, vectors).nearest(query, k, exclude)
    assert found.tolist() == by_sorting(ids, vectors, query, k, exclude)
    assert (np.diff(distances) >= 0).all()


@pytest.mark.parametrize("dimensions", [3, 30])
def test_equals_sorting_on_continuous_vectors(dimensions):
    rng = np.random.default_rng(0)
    vectors = rng.dirichlet(np.full(dimensions, 0.3), 3000).astype(np.float32)
    ids = rng.permutation(3000)
    space = GenreSpace(ids, vectors)
    for query in vectors[:20]:
        assert space.nearest(query, 25)[0].tolist() == by_sorting(ids, vectors, query, 25)


@pytest.mark.parametrize("dimensions", [3, 30])
def test_identical_tracks_come_by_id(dimensions):
    ids = np.random.default_rng(0).permutation(5000)
    found, distances = GenreSpace(ids, np.full((5000, dimensions), 0.25)).nearest(
        np.full(dimensions, 0.25), 10, exclude=[0, 3]
    )
    assert found.tolist() == [1, 2, 4, 5, 6, 7, 8, 9, 10, 11]
    assert (distances == 0).all()


def test_more_than_there_are_gives_all():
    found, _ = GenreSpace([7, 5], [[0.0], [1.0]]).nearest([0.9], 10)
    assert found.tolist() == [5, 7]


def test_empty_library_gives_nothing():
    found, distances = GenreSpace(np.zeros(0, int), np.zeros((0, 3))).nearest(np.zeros(3), 10)
    assert len(found) == len(distances) == 0


def test_negative_zero_is_zero():
    assert GenreSpace([2, 1], [[0.0], [-0.0]]).nearest([0.0], 1)[0].tolist() == [1]


@pytest.mark.parametrize(
    ("ids", "vectors"),
    [([1], [[np.nan]]), ([1], [[np.inf]]), ([1, 1], [[0.0], [1.0]]), ([1, 2], [[0.0]]), ([1], [0])],
)
def test_refuses_bad_points(ids, vectors):
    with pytest.raises(ValueError, match=r"NaN|distinct|fit"):
        GenreSpace(ids, vectors)


def test_refuses_bad_queries():
    space = GenreSpace([1], [[0.0, 1.0]])
    for query in ([0.0], [0.0, np.nan]):
        with pytest.raises(ValueError, match="finite"):
            space.nearest(query, 1)
    with pytest.raises(ValueError, match="negative"):
        space.nearest([0.0, 1.0], -1)


@pytest.mark.parametrize("make", ["spread", "corners", "identical"])
def test_a_hundred_thousand_tracks_take_milliseconds(make):
    rng = np.random.default_rng(0)
    vectors = {
        "spread": rng.dirichlet([0.3] * 3, 100_000),
        "corners": np.eye(3)[rng.integers(0, 3, 100_000)],
        "identical": np.ones((100_000, 3)),
    }[make]
    space = GenreSpace(np.arange(100_000), vectors)
    started = time.perf_counter()
    for query in vectors[:50]:
        space.nearest(query, 11)
    assert (time.perf_counter() - started) / 50 < 0.02
