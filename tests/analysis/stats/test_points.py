import numpy as np
import pytest

from analysis.stats.points import Scale

FIVE = Scale(1, 5)


def test_opinions_are_rounded_and_kept_within_the_ends():
    assert FIVE.rated(np.array([-3.0, 2.4, 2.6, 9.0])).tolist() == [1, 2, 3, 5]


def test_a_continuous_scale_leaves_opinions_as_they_are():
    assert Scale(continuous=True).rated(np.array([-3.25, 9.0])).tolist() == [-3.25, 9.0]


def test_the_mean_is_that_of_the_normal_distribution_cut_into_points():
    # Two points, cut at half: the share above it, 1 − Φ(−.25/.5) = .69146.
    assert Scale(0, 1).mean(0.75, 0.5) == pytest.approx(0.6914625, abs=1e-7)


def test_rounding_alone_adds_a_twelfth_to_the_variance():
    # Sheppard (1898): by itself, rounding to whole points adds 1/12.
    assert Scale(1, 101).variance(51, 6) == pytest.approx(36 + 1 / 12, rel=1e-6)


@pytest.mark.parametrize("shared", [0, 0.05, 0.6, 0.99])
def test_the_covariance_of_two_halves_is_the_arcsine_of_the_correlation(shared: float):
    # Sheppard (1899): P(both above their medians) = 1/4 + arcsin(ρ)/2π.
    found = Scale(0, 1).covariance(0.5, 0.5, shared, spread=1)
    assert found == pytest.approx(np.arcsin(shared) / (2 * np.pi), abs=1e-9)


def test_different_opinions_share_less():
    assert FIVE.covariance(3, 4.8, 0.5, 1) < FIVE.covariance(3, 3, 0.5, 1)


@pytest.mark.parametrize("rating", [1.1, 3, 4.6])
def test_the_opinion_behind_a_mean_rating(rating: float):
    assert FIVE.mean(FIVE.opinion(rating, 1.1), 1.1) == pytest.approx(rating)


def test_no_opinion_gives_a_mean_at_the_end_of_the_scale():
    with pytest.raises(ValueError, match="mean rating of 5 is not between 1 and 5"):
        FIVE.opinion(5, 1)
