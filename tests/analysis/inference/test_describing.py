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


def test_a_playlist_that_was_shown_counts_though_nothing_about_it_was_answered():
    """57 playlists shown, 56 answered: 1 of 57 is missing, not 0 of 56."""
    tables = make_tables(57, "a")
    answered = tables["playlist_ratings"]
    assert len(answered) == 57
    left = {**tables, "playlist_ratings": answered.iloc[1:]}
    found = missing(left, make_design("a")).query("file == 'playlist_ratings'")
    assert found[["n", "n_missing"]].drop_duplicates().values.tolist() == [[57, 1]]


def test_a_condition_that_is_left_unanswered_shows_it():
    tables = make_tables(40)
    answered = tables["playlist_ratings"]
    gone = answered[(answered["condition"] == "b")].index[:10]
    left = {**tables, "playlist_ratings": answered.drop(gone)}
    found = missing(left, make_design()).query("file == 'playlist_ratings'")
    by = found.set_index("condition")["n_missing"]
    assert by[["all", "a", "b"]].tolist() == [10, 0, 10]
    assert (found.loc[found["condition"] == "all", "p_holm"] < 0.01).all()
