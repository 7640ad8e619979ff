import numpy as np
import pytest

from recommender.engine.projection import around, plane_of


def simplex(n: int, k: int, seed: int = 1) -> np.ndarray:
    return np.random.default_rng(seed).dirichlet(np.full(k, 0.4), n)


def gaps(points: np.ndarray) -> np.ndarray:
    return np.sqrt(((points[:, None] - points[None]) ** 2).sum(axis=2))


def test_the_triangle_of_three_genres_keeps_every_distance():
    songs = simplex(40, 3)
    plane = plane_of(songs)
    assert plane.shares is None
    np.testing.assert_allclose(gaps(plane.at(songs)), gaps(songs), atol=1e-12)


def test_with_more_genres_the_axes_are_the_principal_components():
    songs = simplex(60, 6)
    plane = plane_of(songs)
    values = np.linalg.eigvalsh(np.cov(songs.T))[::-1]
    np.testing.assert_allclose(plane.shares, values[:2] / values.sum())
    np.testing.assert_allclose(np.cov(plane.at(songs).T), np.diag(values[:2]), atol=1e-12)


def test_no_two_songs_are_farther_apart_than_in_the_genre_space():
    songs = simplex(40, 5)
    assert (gaps(plane_of(songs).at(songs)) <= gaps(songs) + 1e-12).all()


def test_the_middle_of_the_library_is_the_middle_of_the_plane():
    songs = simplex(30, 5)
    np.testing.assert_allclose(plane_of(songs).at(songs.mean(axis=0)), 0, atol=1e-12)


def test_the_order_of_the_library_does_not_turn_the_picture():
    songs = simplex(30, 5)
    np.testing.assert_allclose(plane_of(songs).corners, plane_of(songs[::-1]).corners, atol=1e-9)


@pytest.mark.parametrize("k", [1, 2])
def test_few_genres_have_a_plane_too(k):
    plane = plane_of(simplex(10, k))
    assert plane.corners.shape == (k, 2)
    assert np.isfinite(plane.corners).all()


@pytest.mark.parametrize("k", [2, 3, 5])
def test_songs_that_are_all_alike_have_a_place(k):
    songs = np.full((4, k), 1 / k)
    assert np.isfinite(plane_of(songs).at(songs)).all()


@pytest.mark.parametrize("songs", [np.zeros((0, 4)), np.zeros((3, 0)), np.zeros(3)])
def test_without_songs_there_is_no_plane(songs):
    with pytest.raises(ValueError, match="at least one song"):
        plane_of(songs)


def test_labels_around_a_centre_are_even_and_in_the_points_order():
    offsets = [[5, 0], [0.1, 0.2], [-3, 0.1], [0, -2]]
    angles = np.degrees(np.arctan2(*around(offsets).T[::-1])) % 360
    np.testing.assert_allclose(np.diff(angles) % 360, 90)


def test_a_label_for_a_single_point_is_in_its_direction():
    np.testing.assert_allclose(around([[3, 4]]), [[0.6, 0.8]])


def test_labels_of_points_at_the_centre_have_directions_too():
    assert len(np.unique(around(np.zeros((5, 2))).round(6), axis=0)) == 5
