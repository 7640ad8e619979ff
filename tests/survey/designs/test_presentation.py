"""The order of hearing, and what is hidden in it."""

from hypothesis import given
from hypothesis import strategies as st

from survey.designs.presentation import APART, Heard, lay_out

PLAYLIST = [(100 + n, n) for n in range(1, 11)]
NOTHING = {"shuffled": False, "repeat": False, "query": None, "stranger": None, "seed": 0}

playlists = st.lists(st.integers(1, 99), unique=True, max_size=12).map(
    lambda tracks: [(1000 + track, track) for track in tracks]
)
designs = st.fixed_dictionaries(
    {
        "shuffled": st.booleans(),
        "repeat": st.booleans(),
        "query": st.none() | st.just(777),
        "stranger": st.none() | st.just(888),
        "seed": st.integers(0, 2**31),
    }
)


def recommended(heard: list[Heard]) -> list[int]:
    return [one.track for one in heard if one.role == "recommended"]


def test_without_wishes_it_is_the_playlist_nearest_first():
    assert recommended(lay_out(PLAYLIST, **NOTHING)) == list(range(1, 11))


@given(playlists, designs)
def test_every_track_of_the_playlist_is_heard_once(entries, design):
    heard = recommended(lay_out(entries, **design))
    assert sorted(heard) == sorted(track for _entry, track in entries)
    if not design["shuffled"]:
        assert heard == [track for _entry, track in entries]


@given(playlists, designs)
def test_the_first_track_is_never_a_hidden_one(entries, design):
    heard = lay_out(entries, **design)
    assert not heard or heard[0].role == "recommended"


@given(playlists, designs)
def test_a_repeat_comes_well_after_the_first_hearing(entries, design):
    heard = lay_out(entries, **design)
    repeats = [place for place, one in enumerate(heard) if one.role == "repeat"]
    assert len(repeats) == (design["repeat"] and len(heard) - len(repeats) >= APART)
    for place in repeats:
        first = next(n for n, one in enumerate(heard) if one.track == heard[place].track)
        assert place - first >= APART


@given(playlists, designs)
def test_only_what_is_of_the_playlist_has_a_place_in_it(entries, design):
    for one in lay_out(entries, **design):
        assert (one.entry is None) == (one.role in ("query", "random"))


@given(playlists, designs)
def test_the_same_seed_gives_the_same_order(entries, design):
    assert lay_out(entries, **design) == lay_out(entries, **design)


def test_orders_differ_between_participants():
    orders = {
        tuple(recommended(lay_out(PLAYLIST, **NOTHING | {"shuffled": True, "seed": n})))
        for n in range(50)
    }
    assert len(orders) == 50
