"""Which answers reliability is computed from."""

import pandas as pd

from analysis.inference.describing import missing, reliability
from analysis.inference.modelling import models
from tests.analysis.handmade import Tables, make_design, make_tables


def rely(tables: Tables) -> pd.DataFrame:
    design = make_design()
    return reliability(tables, design, models(tables, design)[1])


def with_repeats(tables: Tables) -> Tables:
    """The first track of each playlist again, rated one point higher."""
    again = tables["ratings"].query("position == 1")
    again = again.assign(role="repeat", liking=again["liking"] + 1)
    return {**tables, "hidden_tracks": again[["participant_id", "playlist_id", "track_id", "role",
                                              "liking"]]}  # fmt: skip


def test_without_repeats_no_repetition_is_told():
    assert "weighted_kappa" not in set(rely(make_tables())["statistic"])


def test_a_repeat_is_set_against_the_first_rating_of_the_same_track():
    found = rely(with_repeats(make_tables())).set_index("statistic")
    assert found.loc["mean_absolute_difference", "estimate"] == 1


def test_a_hidden_track_of_another_role_is_no_repeat():
    tables = with_repeats(make_tables())
    tables["hidden_tracks"] = tables["hidden_tracks"].assign(role="random")
    assert "weighted_kappa" not in set(rely(tables)["statistic"])


def test_variance_shares_are_of_everybody_whatever_the_exclusions():
    some = rely(make_tables(excluded=(0, 1)))
    assert some["estimate"].tolist() == rely(make_tables())["estimate"].tolist()


def test_missing_counts_where_there_could_have_been_an_answer():
    tables = make_tables(4)
    tables["ratings"].loc[:2, "liking"] = None
    found = missing(tables, make_design()).query("field == 'liking' and condition == 'all'")
    assert found[["n", "n_missing"]].values.tolist() == [[24, 3]]
