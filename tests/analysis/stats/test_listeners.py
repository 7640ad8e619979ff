import numpy as np
import pandas as pd
import pytest

from analysis.stats.listeners import (
    MARKS,
    Listeners,
    spread_of_differences,
    spread_of_means,
    variance_by_tracks,
)
from analysis.stats.points import Scale
from analysis.stats.simulated import simulated
from survey.analysis_plan import RULES

NAMES = ("a", "b", "c")
LINE = Scale(continuous=True)


def listeners(participants: int = 30, paired: bool = True, **assumed: object) -> Listeners:
    return Listeners(
        participants, NAMES, paired, **{"playlists": 3 if paired else 1, "tracks": 5, **assumed}
    )


def ratings(who: Listeners, seed: int = 1) -> pd.DataFrame:
    return simulated(who, seed)["ratings"]


def means(who: Listeners) -> pd.DataFrame:
    rows = ratings(who)
    return rows.groupby(["participant_id", "condition"])["liking"].mean().unstack()


# what is assumed comes back out


def test_the_variance_components_come_back_out():
    who = listeners(4000, tracks=2, library=4000, scale=LINE, participant=0.8, playlist=0.6)
    rows = ratings(who)
    playlists = rows.pivot_table(index="participant_id", columns="condition", values="liking")
    pairs = rows["liking"].to_numpy().reshape(-1, 2)
    across = playlists.cov().to_numpy()[np.triu_indices(3, 1)].mean()
    assert across == pytest.approx(0.8**2, rel=0.05)
    within = np.cov(pairs.T)[0, 1]
    assert within == pytest.approx(0.8**2 + 0.2**2 + 0.6**2, rel=0.05)
    assert np.diff(pairs).var() / 2 == pytest.approx(0.4**2 + 0.9**2, rel=0.05)


def test_a_track_is_liked_alike_by_all_who_hear_it():
    who = listeners(4000, library=50, scale=LINE, track=1.0, participant=0, residual=0.5)
    assert ratings(who).groupby("track_id")["liking"].mean().std() == pytest.approx(1, rel=0.2)


@pytest.mark.parametrize(("level", "effect"), [(None, 0.5), (4.2, 0.4), (1.5, -0.2)])
def test_effects_are_of_the_ratings_as_given(level: float | None, effect: float):
    who = listeners(6000, level=level, effects={"b": effect}, library=4000)
    found = means(who).mean()
    assert found["b"] - found["a"] == pytest.approx(effect, abs=0.03)
    assert found["a"] == pytest.approx(level or 3, abs=0.03)


@pytest.mark.parametrize("playlists", [3, 6])
def test_the_spread_of_means_is_known_exactly(playlists: int):
    who = listeners(6000, playlists=playlists, effects={"a": 1.2}, library=4000)
    found = means(who)
    assert found["a"].std() == pytest.approx(spread_of_means(who, "a"), rel=0.03)
    apart = found["a"] - found["b"]
    assert apart.std() == pytest.approx(spread_of_differences(who, "a", "b"), rel=0.03)


def test_the_spread_of_playlists_own_ratings_is_known_exactly():
    who = listeners(6000, paired=False, playlists=2)
    rated = simulated(who, 1)["playlist_ratings"]
    found = rated[rated["condition"] == "a"].groupby("participant_id")["overall"].mean().std()
    assert found == pytest.approx(spread_of_means(who, "a", of_tracks=False), rel=0.05)


def test_a_metric_goes_with_the_rating_as_far_as_is_assumed():
    who = listeners(6000, scale=LINE, correlation=0.4, metrics=["diversity", "entropy_bits"])
    tables = simulated(who, 1)
    both = tables["playlist_ratings"].merge(tables["playlist_metrics"], on="playlist_id")
    own = both[both["condition_x"] == "b"]
    # Spearman's of normal values with Pearson's ρ: 6/π arcsin(ρ/2).
    expected = 6 / np.pi * np.arcsin(0.4 / 2)
    for metric in who.metrics:
        assert own["track_mean"].corr(own[metric], "spearman") == pytest.approx(expected, abs=0.03)


# design


def test_within_everybody_has_every_condition_once_a_block():
    playlists = simulated(listeners(playlists=6), 1)["playlist_ratings"]
    first = playlists[playlists["period"] <= 3]
    assert first.groupby("participant_id")["condition"].nunique().eq(3).all()
    assert playlists["condition"].value_counts().eq(60).all()


def test_between_conditions_differ_by_one_participant_at_most():
    rows = ratings(listeners(31, paired=False, playlists=2))
    assert rows.groupby("participant_id")["condition"].nunique().eq(1).all()
    sizes = rows.groupby("condition")["participant_id"].nunique()
    assert sizes.max() - sizes.min() == 1


def test_a_playlist_holds_different_tracks_of_the_library():
    rows = ratings(listeners(tracks=5, library=6))
    assert not rows.duplicated(["playlist_id", "track_id"]).any()
    assert set(rows["track_id"]) == {1, 2, 3, 4, 5, 6}


def test_every_track_is_as_likely_as_another():
    counts = ratings(listeners(3000, library=20))["track_id"].value_counts()
    # χ² of 19 degrees of freedom, at most 36.2 in 99 of 100.
    assert ((counts - counts.mean()) ** 2 / counts.mean()).sum() < 36.2


def test_conditions_can_have_tracks_of_their_own():
    rows = ratings(listeners(own_tracks=True, library=30))
    heard = rows.groupby("condition")["track_id"].agg(set)
    assert heard["a"].isdisjoint(heard["b"] | heard["c"])


def test_conditions_can_have_a_share_of_their_tracks_of_their_own():
    rows = ratings(listeners(200, own_tracks=0.5, library=40, tracks=5))
    heard = rows.groupby("condition")["track_id"].agg(set)
    assert {len(tracks) for tracks in heard} == {20}
    assert len(heard["a"] & heard["b"] & heard["c"]) == 10
    assert len(heard["a"] | heard["b"] | heard["c"]) == 40


def test_the_tracks_that_conditions_do_not_share_part_their_means():
    """Differences of means that vary as much as is said, of studies without an effect."""
    who, apart = listeners(30, own_tracks=1, library=60, track=1.0), []
    for seed in range(200):
        means = ratings(who, seed).groupby("condition")["liking"].mean()
        apart.append(means["a"] - means["b"])
    expected = spread_of_differences(who, "a", "b") ** 2 / 30
    expected += variance_by_tracks(who, "a", "b", 30)
    assert np.var(apart) == pytest.approx(expected, rel=0.2)
    assert variance_by_tracks(listeners(), "a", "b", 30) == 0


# who does not do as asked


def test_who_stops_leaves_the_rest_unrated_and_unreached():
    tables = simulated(listeners(200, stopping=1, exclusions=["incomplete"]), 1)
    rows = tables["ratings"].sort_values(["participant_id", "playlist_id", "position"])
    missing = rows["liking"].isna()
    assert (missing.groupby(rows["participant_id"]).diff().fillna(0) >= 0).all()
    assert len(tables["playlist_ratings"]) < 600
    assert rows["excluded"].all()


def test_a_playlist_that_was_not_finished_has_no_rating_of_its_own():
    tables = simulated(listeners(200, stopping=1), 1)
    unfinished = tables["ratings"].groupby("playlist_id")["liking"].agg(lambda v: v.isna().any())
    overall = tables["playlist_ratings"].set_index("playlist_id")["overall"]
    assert (overall.isna() == unfinished).all()


def test_straight_liners_give_one_rating_and_are_left_out():
    rows = ratings(listeners(400, straight=0.25, exclusions=["straight_lining"]))
    out = rows[rows["excluded"]]
    assert out.groupby("participant_id")["liking"].nunique().eq(1).all()
    assert 0.18 < out["participant_id"].nunique() / 400 < 0.32


def test_the_careless_rate_by_chance_and_are_left_out():
    rows = ratings(listeners(600, careless=0.5, exclusions=["failed_check"]))
    shares = rows[rows["excluded"]]["liking"].value_counts(normalize=True)
    assert shares.to_numpy() == pytest.approx(np.full(5, 0.2), abs=0.02)


def test_nobody_is_left_out_by_rules_that_the_plan_does_not_have():
    rows = ratings(listeners(straight=0.3, careless=0.3, stopping=0.3, exclusions=["sound_check"]))
    careless = rows.groupby("participant_id")["excluded"].first().mean()
    assert 0 < careless < 0.6


def test_every_rule_of_a_plan_leaves_somebody_out():
    assert set(MARKS) == set(RULES)


# chance


def test_the_same_seed_gives_the_same_study():
    one, other, another = (simulated(listeners(), seed) for seed in (7, 7, 8))
    for name, table in one.items():
        pd.testing.assert_frame_equal(table, other[name])
    assert not one["ratings"]["liking"].equals(another["ratings"]["liking"])


@pytest.mark.parametrize(
    ("assumed", "why"),
    [
        ({"playlists": 4}, "4 playlists are not a multiple of 3"),
        ({"tracks": 20, "library": 12}, "20 tracks can't be drawn from 12"),
        ({"own_tracks": True, "library": 12}, "5 tracks can't be drawn from 4"),
        ({"effects": {"d": 1}}, "no condition “d”; there are: a, b, c"),
        ({"effects": {"a": 2.5}}, "mean rating of 5.5 in “a” is not between 1 and 5"),
        ({"level": 0.5}, "mean rating of 0.5 is not between"),
        ({"residual": 0}, "that of single ratings above 0"),
        ({"stopping": 0.6, "careless": 0.6}, "more than everybody"),
        ({"straight": -0.1}, "between 0 and 1"),
        ({"correlation": 1}, "between −1 and 1"),
        ({"participants": 0}, "whole numbers from 1 up"),
    ],
)
def test_what_cannot_be_is_said(assumed: dict[str, object], why: str):
    with pytest.raises(ValueError, match=why):
        listeners(**{"participants": 30, **assumed})


def test_a_study_needs_conditions_to_compare():
    with pytest.raises(ValueError, match="Two conditions or more"):
        Listeners(10, ("a",), paired=False)
