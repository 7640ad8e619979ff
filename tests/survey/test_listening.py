import pytest

from survey.listening import heard_seconds, plays_and_seeks


@pytest.mark.parametrize(
    ("ranges", "seconds"),
    [
        ([], 0),
        ([(0, 10), (5, 20)], 20),
        ([(20, 25), (0, 10)], 15),
        ([(0, 10), (2, 4)], 10),
        ([(25, 40)], 5),
        ([(31, 40)], 0),
    ],
)
def test_heard_twice_counts_once_and_only_within_the_track(ranges: list, seconds: float):
    assert heard_seconds(ranges, 30) == pytest.approx(seconds)


@pytest.mark.parametrize(
    ("ranges", "plays", "seeks"),
    [
        ([], 0, 0),
        ([(0, 5), (5.3, 10)], 1, 0),
        ([(0, 5), (15, 20)], 1, 1),
        ([(12, 15)], 1, 1),
        ([(0, 30), (0.2, 30)], 2, 0),
    ],
)
def test_jumps_to_the_start_are_plays_and_others_are_seeks(ranges: list, plays: int, seeks: int):
    assert plays_and_seeks(ranges) == (plays, seeks)
