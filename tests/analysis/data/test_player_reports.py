import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.data.player_reports import listened
from survey.listening.ranges import heard_seconds

NAMES = ("entry", "kind", "start", "end", "value")
AT = pd.Timestamp("2026-01-02T03:04:05Z")
moments = st.floats(0, 40, allow_nan=False)
ranges = st.lists(st.tuples(moments, moments).filter(lambda r: r[0] < r[1]), max_size=8)


def heard_of(*reports: tuple, durations: dict[int, float] | None = None) -> pd.DataFrame:
    """What came of (entry, kind, start, end, value); entry 1 lasts 30 seconds."""
    full = [(*report, *[None] * (len(NAMES) - len(report)), AT) for report in reports]
    frame = pd.DataFrame(full, columns=[*NAMES, "at"])
    frame["at"] = pd.to_datetime(frame["at"], utc=True)
    return listened(frame, pd.Series(durations or {1: 30.0}, dtype=float))


def heard(*found: tuple[float, float], entry: int = 1) -> list[tuple]:
    return [(entry, "heard", start, end) for start, end in found]


@pytest.mark.parametrize(
    ("found", "seconds"),
    [
        ([], 0),
        ([(0, 10), (5, 20)], 20),
        ([(20, 25), (0, 10)], 15),
        ([(0, 10), (2, 4)], 10),
        ([(0, 10), (2, 4), (8, 12)], 12),
        ([(25, 40)], 5),
        ([(31, 40)], 0),
    ],
)
def test_heard_twice_counts_once_and_only_within_the_track(found: list, seconds: float):
    assert heard_of(*heard(*found)).loc[1, "heard_s"] == pytest.approx(seconds)


@given(st.lists(ranges, min_size=1, max_size=4))
def test_every_track_has_the_length_of_the_union_of_its_own_ranges(of_tracks: list):
    reports = [one for entry, found in enumerate(of_tracks) for one in heard(*found, entry=entry)]
    lengths = {entry: 10.0 + 5 * entry for entry in range(len(of_tracks))}
    found = heard_of(*reversed(reports), durations=lengths)["heard_s"]
    expected = [heard_seconds(found, lengths[entry]) for entry, found in enumerate(of_tracks)]
    assert found.tolist() == pytest.approx(expected, abs=0.001)


@pytest.mark.parametrize(
    ("reports", "plays"),
    [
        ([], 0),
        (heard((3, 5)), 1),
        ([(1, "play", 0.0)], 1),
        ([(1, "play", 12.0)], 1),
        ([(1, "play", 0.0), (1, "play", 4.2)], 1),
        ([(1, "play", 0.0), (1, "play", 0.9), (1, "play", 9.0)], 2),
    ],
)
def test_going_on_after_a_pause_is_no_new_play(reports: list, plays: int):
    assert heard_of(*reports).loc[1, "plays"] == plays


def test_everything_done_with_a_player_is_counted():
    found = heard_of(
        (1, "play", 0.0),
        *heard((0, 6), (20, 26)),
        (1, "seek", 6.0, 20.0),
        (1, "volume", None, None, 0.5),
        (1, "volume", None, None, 0.4),
        (1, "hidden", 2.0, 4.5, 2.5),
        (1, "hidden", 21.0, 22.0, 1.0),
        durations={1: 24.0},
    )
    assert found.iloc[0].drop("first_play_at").to_dict() == {
        **{"plays": 1, "heard_s": 10.0, "heard_share": 0.416667, "seeks": 1},
        **{"volume_changes": 2, "hidden_s": 3.5, "could_not_hear": False},
    }


def test_a_track_that_could_not_be_heard_says_so():
    found = heard_of((1, "unheard")).iloc[0]
    assert (found["could_not_hear"], found["plays"], found["first_play_at"]) == (True, 0, AT)


def test_a_track_without_reports_has_zeros_and_reports_of_others_are_left_out():
    found = heard_of(*heard((0, 5), entry=7)).iloc[0]
    assert (found["plays"], found["heard_s"], found["could_not_hear"]) == (0, 0.0, False)
    assert pd.isna(found["first_play_at"])
