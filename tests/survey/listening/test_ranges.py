import random

import pytest

from survey.listening.ranges import heard_seconds, needed_seconds, union


@pytest.mark.parametrize(
    ("ranges", "joined"),
    [
        ([], []),
        ([(5, 9), (0, 5)], [(0, 9)]),
        ([(0, 3), (4, 5)], [(0, 3), (4, 5)]),
        ([(0, 9), (2, 4)], [(0, 9)]),
        ([(25, 40), (-3, 1), (31, 33)], [(0, 1), (25, 30)]),
    ],
)
def test_ranges_that_touch_are_one_and_end_with_the_track(ranges, joined):
    assert union(ranges, 30) == joined


def scattered(seed: int) -> list[tuple[float, float]]:
    chance = random.Random(seed)
    return [(chance.uniform(0, 40), chance.uniform(0, 40)) for _ in range(chance.randint(0, 12))]


@pytest.mark.parametrize("seed", range(50))
def test_nobody_hears_more_than_there_is_or_than_was_played(seed):
    ranges = scattered(seed)
    played = sum(max(0, end - start) for start, end in ranges)
    assert 0 <= heard_seconds(ranges, 30) <= min(30, played) + 1e-9


@pytest.mark.parametrize("seed", range(10))
def test_hearing_everything_again_adds_nothing(seed):
    ranges = scattered(seed)
    assert heard_seconds(ranges * 2, 30) == pytest.approx(heard_seconds(ranges, 30))


@pytest.mark.parametrize(("share", "needed"), [(0.5, 14.5), (1, 29.5), (0.01, 0), (0, 0)])
def test_the_last_moment_of_a_track_is_never_needed(share, needed):
    assert needed_seconds(share, 30) == pytest.approx(needed)
