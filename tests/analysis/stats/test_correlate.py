"""Ratings against metrics: published correlations, what adjusting does, and poor data."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from analysis.stats.correlate import (
    CORRELATIONS,
    adjusted,
    repeated_measures,
    spearman_clustered,
    within_conditions,
)

# Intramural pH and PaCO2 of eight subjects, Bland & Altman (1995), BMJ 310:446, table I; the data
# set bland1995 of R's rmcorr.
SUBJECTS = [4, 4, 9, 5, 8, 6, 3, 8]
PH = """
6.68 6.53 6.43 6.33 6.85 7.06 7.13 7.17 7.40 7.42 7.41 7.37 7.34 7.35 7.28 7.30 7.34 7.36 7.33
7.29 7.30 7.35 7.35 7.30 7.30 7.37 7.27 7.28 7.32 7.32 7.38 7.30 7.29 7.33 7.31 7.33 6.86 6.94
6.92 7.19 7.29 7.21 7.25 7.20 7.19 6.77 6.82
"""
PACO2 = """
3.97 4.12 4.09 3.97 5.27 5.37 5.41 5.44 5.67 3.64 4.32 4.73 4.96 5.04 5.22 4.82 5.07 5.67 5.10
5.53 4.75 5.51 4.28 4.44 4.32 3.23 4.46 4.72 4.75 4.99 4.78 4.73 5.12 4.93 5.03 4.93 6.85 6.44
6.52 5.28 4.56 4.34 4.32 4.41 3.69 6.09 5.58
"""


def frame(participants: object, x: object, y: object, conditions: object = "a") -> pd.DataFrame:
    columns = {"participant_id": participants, "condition": conditions, "x": x, "y": y}
    return pd.DataFrame(columns).astype({"participant_id": str})


def bland() -> pd.DataFrame:
    people = np.repeat(np.arange(8), SUBJECTS)
    return frame(people, [float(v) for v in PH.split()], [float(v) for v in PACO2.split()])


def study(n: int = 20, each: int = 3, seed: int = 1, conditions: str = "abc") -> pd.DataFrame:
    """Metric and rating both follow the condition, and nothing else."""
    rng = np.random.default_rng(seed)
    heard = np.arange(n * each) % len(conditions)
    x, y = (heard + rng.normal(size=n * each) * 0.5 for _ in range(2))
    return frame(np.repeat(np.arange(n), each), x, y.round(), [conditions[c] for c in heard])


def only(table: pd.DataFrame) -> pd.Series:
    assert list(table.columns) == CORRELATIONS
    assert len(table) == 1
    return table.iloc[0]


# pooled, within, adjusted


def test_the_estimate_is_spearmans_over_all_playlists():
    row = only(spearman_clustered(study(), "x", "y"))
    assert row["estimate"] == pytest.approx(stats.spearmanr(study()["x"], study()["y"]).statistic)
    assert (row["level"], row["n_playlists"], row["n_participants"]) == ("pooled", 60, 20)
    assert row["ci_low"] < row["estimate"] < row["ci_high"]
    assert row["status"] == "ok"


def test_a_monotone_transform_changes_nothing():
    plain = study()
    bent = plain.assign(x=np.exp(plain["x"]), y=plain["y"] ** 3)
    for correlate in (spearman_clustered, within_conditions, adjusted):
        pd.testing.assert_frame_equal(correlate(plain, "x", "y"), correlate(bent, "x", "y"))


def test_repeating_every_playlist_makes_nothing_surer():
    once, thrice = study(), pd.concat([study()] * 3)
    columns = ["estimate", "ci_low", "ci_high", "p", "df"]
    rows = [only(spearman_clustered(f, "x", "y"))[columns].astype(float) for f in (once, thrice)]
    pd.testing.assert_series_equal(*rows, rtol=1e-4)


def test_what_the_conditions_alone_bring_about_is_gone_when_adjusted():
    row = only(adjusted(study(), "x", "y"))
    assert only(spearman_clustered(study(), "x", "y"))["p"] < 1e-6
    assert row["ci_low"] < 0 < row["ci_high"]
    assert (row["level"], row["method"]) == ("adjusted", "partial_spearman_clustered")


def test_every_condition_is_a_row_of_its_own():
    found = within_conditions(study(), "x", "y", conditions=["b", "nobody"])
    assert list(found["condition"]) == ["b", "nobody"]
    assert list(found["n_playlists"]) == [20, 0]
    assert found["status"][1] == "not_estimable: no playlist has both values"


def test_a_metric_that_conditions_hold_constant_is_estimable_only_pooled():
    constant = study().assign(x=lambda f: f["condition"].map({"a": 1.0, "b": 0.3, "c": 0.5}))
    assert only(spearman_clustered(constant, "x", "y"))["status"] == "ok"
    assert set(within_conditions(constant, "x", "y")["status"]) == {
        "not_estimable: all values of x are equal"
    }
    assert only(adjusted(constant, "x", "y"))["status"] == (
        "not_estimable: all values of x are equal within each condition"
    )


def test_equivalence_needs_a_bound_and_enough_participants():
    rng = np.random.default_rng(3)
    many = frame(np.arange(600), rng.normal(size=600), rng.integers(1, 6, 600))
    found = [only(spearman_clustered(f, "x", "y", bound=0.3)) for f in (many, many[:12])]
    assert found[0]["tost_p"] < 0.001
    assert found[1]["tost_p"] > 0.1
    assert found[0]["tost_bound"] == 0.3
    assert np.isnan(only(spearman_clustered(many, "x", "y"))["tost_p"])


@pytest.mark.parametrize("bound", [0, 1, -0.2])
def test_a_bound_that_no_correlation_can_have_is_refused(bound: float):
    with pytest.raises(ValueError, match="between 0 and 1"):
        spearman_clustered(study(), "x", "y", bound=bound)


@pytest.mark.parametrize(
    ("poor", "why"),
    [
        (frame([], [], []), "no playlist has both values"),
        (frame([1, 2], [np.nan, 1], [2, np.nan]), "no playlist has both values"),
        (frame([1], [0.5], [3]), "all values of x are equal"),
        (frame([1, 2, 3], [0.5] * 3, [1, 2, 3]), "all values of x are equal"),
        (frame([1, 2, 3], [0.1, 0.2, 0.3], [4] * 3), "all values of y are equal"),
        (frame([1] * 4, [1, 2, 3, 4], [2, 1, 4, 3]), "fewer than 7 participants"),
        (frame(range(7), range(7), range(7)), "the ranks agree perfectly"),
        (frame(range(7), [0] * 6 + [1], [1, 2, 3, 2, 1, 5, 4]), "too few participants differ in x"),
    ],
)
def test_poor_data_give_a_row_that_says_why(poor: pd.DataFrame, why: str):
    row = only(spearman_clustered(poor, "x", "y", bound=0.3))
    assert row["status"].startswith(f"not_estimable: {why}")
    assert row[["ci_low", "ci_high", "p", "tost_p"]].isna().all()


# repeated measures


def test_published_repeated_measures_correlation():
    # Bakdash & Marusich (2017), Front. Psychol. 8:456: r(38) = −.51, 95 % CI [−.71, −.23],
    # p < .001; more digits from R's rmcorr and pingouin: r −.50677, p 8.471e-04.
    row = only(repeated_measures(bland(), "x", "y"))
    assert row["estimate"] == pytest.approx(-0.50677, abs=5e-6)
    assert row["p"] == pytest.approx(8.471e-4, abs=5e-8)
    assert (row["ci_low"], row["ci_high"]) == pytest.approx((-0.71, -0.23), abs=5e-3)
    assert list(row[["df", "n_playlists", "n_participants"]]) == [38, 47, 8]


def test_how_high_a_participant_rates_does_not_matter():
    lifted = bland().assign(y=lambda f: f["y"] + 10 * f["participant_id"].astype(int))
    columns = ["estimate", "p"]
    rows = [only(repeated_measures(f, "x", "y"))[columns].astype(float) for f in (bland(), lifted)]
    pd.testing.assert_series_equal(*rows)


def test_participants_with_one_playlist_are_not_counted():
    more = pd.concat([bland(), frame(["single"], [7.0], [5.0])])
    pd.testing.assert_frame_equal(
        repeated_measures(more, "x", "y"), repeated_measures(bland(), "x", "y")
    )


def followers(each: int, seed: int, people: int = 20) -> pd.DataFrame:
    """Metric and rating follow the condition and the participant, and nothing else; everybody has
    `each` playlists in each of three conditions."""
    rng = np.random.default_rng(seed)
    who = np.repeat(np.arange(people), 3 * each)
    heard = np.tile(np.repeat(np.arange(3), each), people)
    x, y = (heard + rng.normal(size=people)[who] + rng.normal(size=who.size) for _ in range(2))
    return frame(who, x, (2 * y).round(), [f"c{c}" for c in heard])


def test_where_metric_and_rating_only_follow_the_condition_the_level_is_held():
    below = [only(repeated_measures(followers(2, n), "x", "y"))["p"] < 0.05 for n in range(400)]
    # 99.9 % of binomial(400, .05).
    assert 8 <= sum(below) <= 35


def test_with_a_playlist_per_condition_nothing_tells_a_link_from_the_conditions_effect():
    row = only(repeated_measures(followers(1, 1), "x", "y", bound=0.3))
    assert row["status"] == (
        "not_estimable: nobody has two playlists in one condition, so that a link within "
        "participants can't be told from the conditions' effect"
    )
    assert row[["estimate", "ci_low", "ci_high", "df", "p", "tost_p"]].isna().all()


def test_a_link_within_participants_and_conditions_is_found():
    linked = followers(4, 1).assign(y=lambda f: f["y"] + 2 * f["x"])
    assert only(repeated_measures(linked, "x", "y"))["ci_low"] > 0.5


def test_how_high_a_condition_is_does_not_matter():
    plain = followers(2, 3)
    lifted = plain.assign(y=plain["y"] + 10 * (plain["condition"] == "c1"))
    rows = [only(repeated_measures(f, "x", "y"))["estimate"] for f in (plain, lifted)]
    assert rows[0] == pytest.approx(rows[1])


def test_playlists_alone_in_their_condition_are_not_counted():
    both = pd.concat([bland(), followers(1, 1).assign(participant_id="x")[:3]])
    row = only(repeated_measures(both, "x", "y"))
    assert list(row[["df", "n_playlists", "n_participants"]]) == [38, 47, 8]


def test_the_bound_of_a_correlation_within_participants():
    rows = [only(repeated_measures(followers(4, 5), "x", "y", bound=b)) for b in (0.1, 0.3)]
    assert rows[0]["tost_p"] > 0.05 > rows[1]["tost_p"]
    # Fisher's z: the larger of the two one-sided tests.
    z = (np.arctanh(0.3) - abs(np.arctanh(rows[1]["estimate"]))) * np.sqrt(rows[1]["df"] - 1)
    assert rows[1]["tost_p"] == pytest.approx(stats.norm.sf(z))


@pytest.mark.parametrize(
    ("poor", "why"),
    [
        (frame([], [], []), "no participant has two playlists with both values"),
        (frame([1, 1, 2], [1, 2, 3], [3, 4, 5], ["a", "b", "a"]), "nobody has two playlists in"),
        (
            frame([1] * 4, [5, 5, 6, 6], [1, 2, 3, 4], list("aabb")),
            "each participant's values of x in a condition are equal",
        ),
        (frame([1, 2], [1, 2], [3, 4]), "no participant has two playlists with both values"),
        (frame([1, 1, 2, 2], [5, 5, 6, 6], [1, 2, 3, 4]), "each participant's values of x are"),
        (frame([1, 1, 2, 2], [5, 4, 6, 7], [1, 1, 3, 3]), "each participant's values of y are"),
        (frame([1, 1, 2, 2], [5, 4, 6, 7], [1, 2, 3, 4]), "too few playlists"),
        (frame([1] * 3 + [2] * 3, [1, 2, 3, 1, 2, 3], [2, 3, 4, 5, 6, 7]), "the values agree perf"),
    ],
)
def test_poor_repeated_data_give_a_row_that_says_why(poor: pd.DataFrame, why: str):
    row = only(repeated_measures(poor, "x", "y", bound=0.3))
    assert row["status"].startswith(f"not_estimable: {why}")
    assert row[["ci_low", "ci_high", "p", "tost_p"]].isna().all()
