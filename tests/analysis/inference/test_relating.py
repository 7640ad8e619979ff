"""Which playlists are set against their metrics, and by what rating."""

import math

import pandas as pd
import pytest

from analysis.inference import Design, infer
from analysis.inference.comparing import comparisons
from analysis.inference.relating import (
    about_playlists,
    against_metrics,
    along_playlists,
    measured,
    metric_verdicts,
    rated_playlists,
)
from survey.analysis_plan import Plan
from tests.analysis.handmade import GOOD, LIKING, Tables, make_design, make_tables


def test_a_playlist_is_rated_by_the_mean_of_its_tracks():
    tables = make_tables()
    found = rated_playlists(tables, LIKING, "all").set_index("playlist_id")["rating"]
    assert found.to_dict() == tables["ratings"].groupby("playlist_id")["liking"].mean().to_dict()


def test_a_playlist_without_a_rating_is_not_set_against_anything():
    tables = make_tables()
    tables["ratings"].loc[tables["ratings"]["playlist_id"] == 3, "liking"] = None
    assert 3 not in set(rated_playlists(tables, LIKING, "all")["playlist_id"])


def test_excluded_playlists_are_not_in_the_set_after_exclusions():
    tables = make_tables(excluded=(0,))
    found = rated_playlists(tables, GOOD, "after_exclusions")
    assert "P0" not in set(found["participant_id"])


def test_a_rated_playlist_has_its_metrics_once():
    found = measured(make_tables(), GOOD, "all", "metadata")
    assert found["playlist_id"].is_unique
    assert len(found) == 16


def test_the_primary_outcome_comes_before_the_liking_of_tracks():
    assert about_playlists(make_design()) == [GOOD, LIKING]
    assert about_playlists(make_design(primary=LIKING)) == [LIKING]


def test_verdicts_are_of_the_planned_people():
    plan = Plan(outcome="after.good", exclusions=("incomplete",), metrics=("diversity",))
    tables, design = make_tables(excluded=(0, 1)), make_design(plan=plan)
    found = metric_verdicts(tables, comparisons(tables, design), design)
    assert found[["metric", "people_n_a"]].values.tolist() == [["diversity", 6]]


def within_people(tables: Tables, design: Design) -> pd.DataFrame:
    found = against_metrics(tables, design)
    return found[found["level"] == "repeated"]


def test_with_a_playlist_per_condition_no_link_within_people_is_claimed():
    found = within_people(
        make_tables(), make_design(plan=Plan(outcome="after.good", correlation_bound=0.3))
    )
    assert len(found)
    assert found[["estimate", "p", "p_holm", "tost_p"]].isna().all(axis=None)
    assert found["status"].str.contains("can't be told from the conditions' effect").all()


@pytest.mark.parametrize("paired", [True, False])
def test_with_several_a_condition_it_is_and_the_plans_bound_is_tested(paired: bool):
    tables = make_tables(20, "aabb")
    rated = tables["playlist_ratings"]
    rated["good"] = rated["playlist_id"] % 5 + 1
    found = within_people(
        tables, make_design(paired=paired, plan=Plan(outcome="after.good", correlation_bound=0.3))
    )
    able = found[found["status"] == "ok"]
    assert len(able)
    assert able[["p", "p_holm", "tost_p"]].notna().all(axis=None)
    assert set(able["n_participants"]) == {20}


@pytest.mark.parametrize(
    ("people", "conditions", "paired"),
    [(0, "", True), (0, "ab", True), (1, "ab", True), (1, "ab", False), (2, "a", True)],
)
def test_few_people_and_conditions_give_every_table(people: int, conditions: str, paired: bool):
    found = infer(make_tables(people, conditions), make_design(conditions, paired=paired))
    assert len(found) == 9


def test_along_playlists_the_rank_correlation_alone_concludes():
    found = along_playlists(make_tables(), make_design())
    assert set(found["measure"]) == {"slope", "spearman"}
    assert set(found[found["conclusion"].notna()]["measure"]) == {"spearman"}


def test_metrics_that_only_rounding_tells_apart_are_alike():
    tables, design = make_tables(), make_design(paired=False)
    tables = {
        name: rows[(rows["playlist_id"] - 1) // 2 % 2 == (rows["condition"] == "b")]
        if "condition" in rows and "playlist_id" in rows
        else rows
        for name, rows in tables.items()
    }
    metrics = tables["playlist_metrics"]
    tables["playlist_metrics"] = metrics.assign(
        diversity=metrics["condition"].map({"a": 0.5**0.5, "b": math.nextafter(0.5**0.5, 1)})
    )
    found = metric_verdicts(tables, comparisons(tables, design), design).set_index("metric")
    assert found.loc["diversity", "metric_difference"] == 0
    assert found.loc["diversity", "metric_says"] == "no difference"
