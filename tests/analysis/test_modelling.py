import numpy as np
import pandas as pd
import pytest

from analysis.inference import Design, Outcome
from analysis.inference.comparing import comparisons
from analysis.inference.modelling import TASTE, models
from analysis.stats.listeners import Listeners
from analysis.stats.simulated import simulated
from survey.analysis_plan import Plan

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


@pytest.mark.parametrize("contrasts", [(), (("b", "a"), ("a", "c"))])
def test_models_take_differences_the_way_round_of_the_comparisons(contrasts: tuple):
    who = Listeners(12, tuple("abc"), True, playlists=3, tracks=4, library=20)
    outcome = Outcome("ratings", "liking", 5)
    plan = Plan(outcome="x.liking", contrasts=contrasts) if contrasts else Plan()
    design, tables = Design(who.conditions, True, [outcome], outcome, plan), simulated(who, 3)
    terms, _ = models(tables, design)
    compared = comparisons(tables, design).query("test == 'paired_t'")
    expected = dict(zip(compared["condition_a"] + " - " + compared["condition_b"],
                        compared["estimate"], strict=True))  # fmt: skip
    for model in ("linear_mixed", "cumulative_link"):
        own = terms[(terms["model"] == model) & terms["term"].isin(expected)].set_index("term")
        assert set(own.index) == set(expected)
        assert (np.sign(own["estimate"]) == np.sign(pd.Series(expected)[own.index])).all()
        assert own["estimate"].between(own["ci_low"], own["ci_high"]).all()
        assert own["statistic"].to_numpy() == pytest.approx((own["estimate"] / own["se"]).tolist())
