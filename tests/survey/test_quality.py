"""Marks of careless answers."""

import pytest

from survey.quality import failed_checks, mean_heard_share, seconds_a_track, straight_lined


@pytest.mark.parametrize(
    ("ratings", "marked"),
    [
        ({"liking": [3, 3, 3, 3]}, True),
        ({"liking": [3, 3, 3, 4]}, False),
        ({"liking": [3, 3, 3, 3], "fit": [1, 1, 1, 1]}, True),
        ({"liking": [3, 3, 3, 3], "fit": [1, 2, 1, 1]}, False),
        ({"liking": [3, 3, 3]}, False),
        ({"liking": [3, 3, 3, 3, None]}, True),
        ({"liking": [None] * 10}, False),
        ({}, False),
    ],
)
def test_straight_lining_is_one_rating_for_all_tracks_on_every_scale(ratings, marked):
    assert straight_lined(ratings) is marked


def test_time_is_told_for_one_track():
    assert seconds_a_track(120.0, 10) == 12.0
    assert seconds_a_track(120.0, 0) is None


def test_a_track_heard_twice_counts_as_heard_whole():
    assert mean_heard_share([30.0, 60.0, 0.0], [30.0, 30.0, 30.0]) == pytest.approx(2 / 3)
    assert mean_heard_share([], []) is None


def test_attention_checks_are_compared_without_case_and_spaces():
    checks = {"a": (" blue", "Blue"), "b": ("Red", "Blue")}
    assert failed_checks(checks) == ["b"]
