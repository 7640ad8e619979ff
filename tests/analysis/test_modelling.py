import pandas as pd
import pytest

from analysis.inference import Design, Outcome
from analysis.inference.modelling import TASTE, models
from analysis.stats.listeners import Listeners
from analysis.stats.simulated import simulated

LIKING = Outcome("ratings", "liking")


def components(*, paired: bool, playlists: int) -> pd.Series:
    who = Listeners(12, ("a", "b"), paired, playlists=playlists, tracks=4, library=20)
    _, found = models(simulated(who, 1), Design(who.conditions, paired, [LIKING], LIKING))
    return found.set_index("component")["variance"]


def test_tastes_for_conditions_are_told_from_playlists_where_people_had_several():
    assert TASTE in components(paired=True, playlists=4)


@pytest.mark.parametrize(("paired", "playlists"), [(True, 2), (False, 1), (False, 3)])
def test_and_nowhere_else(paired: bool, playlists: int):
    assert TASTE not in components(paired=paired, playlists=playlists)
