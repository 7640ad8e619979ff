import pytest

from analysis.listening import Event, Listened, listened


def heard(*ranges: tuple[float, float]) -> list[Event]:
    return [Event("heard", start, end) for start, end in ranges]


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
    assert listened(heard(*ranges), 30).heard_s == pytest.approx(seconds)


@pytest.mark.parametrize(
    ("events", "plays"),
    [
        ([], 0),
        (heard((3, 5)), 1),
        ([Event("play", 0.0)], 1),
        ([Event("play", 12.0)], 1),
        ([Event("play", 0.0), Event("play", 4.2)], 1),
        ([Event("play", 0.0), Event("play", 0.9), Event("play", 9.0)], 2),
    ],
)
def test_going_on_after_a_pause_is_no_new_play(events: list, plays: int):
    assert listened(events, 30).plays == plays


def test_everything_done_with_a_player_is_counted():
    events = [
        Event("play", 0.0),
        *heard((0, 6), (20, 26)),
        Event("seek", 6.0, 20.0),
        Event("volume", value=0.5),
        Event("volume", value=0.4),
        Event("hidden", 2.0, 4.5, 2.5),
        Event("hidden", 21.0, 22.0, 1.0),
    ]
    assert listened(events, 24) == Listened(1, 10.0, 0.416667, 1, 2, 3.5, could_not_hear=False)


def test_a_track_that_could_not_be_heard_says_so():
    assert listened([Event("unheard")], 30) == Listened(could_not_hear=True)
