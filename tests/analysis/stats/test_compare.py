"""Two conditions, against R's documented examples; the unit is the participant."""

import numpy as np
import pandas as pd
import pytest

from analysis.stats.compare import COMPARISONS, between, holm, paired_t, tost, welch_t, within

# Student (1908); R's data set sleep, ?t.test.
SLEEP_1 = [0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0]
SLEEP_2 = [1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4]

# Permeability of the placenta, Hollander & Wolfe (1973), p. 69; R ?wilcox.test.
TERM = [0.80, 0.83, 1.89, 1.04, 1.45, 1.38, 1.91, 1.64, 0.73, 1.46]
EARLY = [1.15, 0.88, 0.90, 0.74, 1.21]

# Hamilton depression, Hollander & Wolfe (1973), p. 29; R ?wilcox.test.
BEFORE = [1.83, 0.50, 1.62, 2.48, 1.68, 1.88, 1.55, 3.06, 1.30]
AFTER = [0.878, 0.647, 0.598, 2.05, 1.06, 1.29, 1.06, 3.14, 1.29]


def apart(**values: list[float]) -> pd.DataFrame:
    """Every value from another participant."""
    rows = [(f"{name}{i}", name, v) for name, vs in values.items() for i, v in enumerate(vs)]
    return pd.DataFrame(rows, columns=["participant_id", "condition", "liking"])


def together(**values: list[float]) -> pd.DataFrame:
    """The same participants in every condition, in the same order."""
    rows = [(f"p{i}", name, v) for name, vs in values.items() for i, v in enumerate(vs)]
    return pd.DataFrame(rows, columns=["participant_id", "condition", "liking"])


def row(table: pd.DataFrame, test: str) -> pd.Series:
    return table.set_index("test").loc[test]


# between participants


def test_welch():
    # R ?t.test: extra ~ group.
    found = row(between(apart(a=SLEEP_1, b=SLEEP_2), "liking", "a", "b"), "welch_t")
    assert found["statistic"] == pytest.approx(-1.8608, abs=1e-4)
    assert found["df"] == pytest.approx(17.776, abs=1e-3)
    assert found["p"] == pytest.approx(0.07939, abs=1e-5)
    assert found["estimate_ci_low"] == pytest.approx(-3.3654832, abs=1e-6)
    assert found["estimate_ci_high"] == pytest.approx(0.2054832, abs=1e-6)
    assert (found["mean_a"], found["mean_b"]) == pytest.approx((0.75, 2.33))


def test_mann_whitney_exact():
    # R ?wilcox.test gives W = 35 and p = .1272 for "greater"; two-sided twice that.
    # Hollander & Wolfe (1973): shift .305, interval −.15 to .76.
    found = row(between(apart(a=TERM, b=EARLY), "liking", "a", "b"), "mann_whitney")
    assert found["statistic"] == 35
    assert found["p"] / 2 == pytest.approx(0.127206, abs=1e-6)
    assert found["effect"] == pytest.approx(0.4)
    shift = found[["estimate", "estimate_ci_low", "estimate_ci_high"]]
    assert list(shift) == pytest.approx([0.305, -0.15, 0.76])


def test_mann_whitney_with_ties_is_corrected():
    # R: wilcox.test(extra ~ group, data = sleep): W = 25.5, p-value = 0.06933.
    found = row(between(apart(a=SLEEP_1, b=SLEEP_2), "liking", "a", "b"), "mann_whitney")
    assert found["statistic"] == 25.5
    assert found["p"] == pytest.approx(0.06933, abs=1e-5)


def test_brunner_munzel():
    # R's lawstat, ?brunner.munzel.test.
    active = [1, 2, 1, 1, 1, 1, 1, 1, 1, 1, 2, 4, 1, 1]
    control = [3, 3, 4, 3, 1, 2, 3, 1, 1, 5, 4]
    found = between(apart(control=control, active=active), "liking", "control", "active")
    found = row(found, "brunner_munzel")
    assert found["statistic"] == pytest.approx(3.1375, abs=1e-4)
    assert found["p"] == pytest.approx(0.005786, abs=1e-6)
    assert found["effect"] == pytest.approx(0.788961, abs=1e-6)


def test_equivalence_between():
    # R's TOSTER, vignette IntroTOSTt: t_TOST(extra ~ group, sleep, eqb = .5): p = 0.89.
    table = between(apart(a=SLEEP_1, b=SLEEP_2), "liking", "a", "b", bound=0.5)
    found = row(table, "welch_t")
    assert found["tost_p"] == pytest.approx(0.890, abs=5e-4)
    assert (found["tost_low"], found["tost_high"]) == (-0.5, 0.5)
    assert table["tost_p"].notna().sum() == 1


def test_each_test_is_a_row_with_its_effect():
    table = between(apart(a=TERM, b=EARLY), "liking", "a", "b")
    assert list(table.columns) == COMPARISONS
    names = ["hedges_g", "cliff_delta", "probability_of_superiority"]
    assert list(table["effect_name"]) == names
    assert list(table["status"]) == ["ok"] * 3
    assert list(table["n_a"]) == [10] * 3
    assert list(table["n_b"]) == [5] * 3


def test_all_ratings_of_a_participant_count_as_one():
    frame = apart(a=SLEEP_1, b=SLEEP_2)
    halves = [frame.assign(liking=frame["liking"] + step) for step in (-0.5, 0.5)]
    many = pd.concat([*halves, *halves]).sample(frac=1, random_state=3)
    pd.testing.assert_frame_equal(
        between(many, "liking", "a", "b"), between(frame, "liking", "a", "b")
    )


def test_means_that_are_equal_on_paper_are_tied():
    # (.1 + .2 + .3)/3 is not .2 in floating point; the other values are tied as well.
    frame = apart(a=[0.1, 0.2, 0.3, 9], b=[0.2, 9])
    frame["participant_id"] = ["a0", "a0", "a0", "a1", "b0", "b1"]
    found = between(frame, "liking", "a", "b")
    assert row(found, "mann_whitney")["effect"] == 0


def test_participants_without_a_value_are_counted():
    table = between(apart(a=[1, 2, np.nan], b=[2, 4, 5]), "liking", "a", "b")
    assert list(table.iloc[0][["n_a", "n_b", "n_left_out"]]) == [2, 3, 1]


@pytest.mark.parametrize(
    ("frame", "why"),
    [
        (apart(), "no participant has a value in a"),
        (apart(a=[1, 2], b=[np.nan]), "no participant has a value in b"),
        (apart(a=[1, 2], b=[3]), "only one participant has a value in b"),
        (apart(a=[4, 4], b=[4, 4]), "all participants' means are equal"),
        (
            together(a=[1, 2], b=[3, 5]),
            "2 participants have values in several conditions, compare within",
        ),
    ],
)
def test_what_cannot_be_compared_between_says_why(frame: pd.DataFrame, why: str):
    table = between(frame, "liking", "a", "b", bound=1)
    assert set(table["status"]) == {f"not_estimable: {why}"}
    assert table[["estimate", "p", "effect", "ci_low", "tost_p"]].isna().all(axis=None)


def test_constants_that_differ_have_ranks_but_no_t():
    table = between(apart(a=[2, 2, 2], b=[1, 1, 1]), "liking", "a", "b", bound=1)
    assert row(table, "welch_t")["status"] == "not_estimable: no variance within either condition"
    assert row(table, "mann_whitney")["effect"] == 1
    assert "do not overlap" in row(table, "brunner_munzel")["status"]


@pytest.mark.parametrize("compare", [between, within])
@pytest.mark.parametrize("bound", [0, -1, np.nan])
def test_a_bound_must_be_positive(compare, bound: float):
    with pytest.raises(ValueError, match="above 0"):
        compare(apart(a=[1, 2], b=[3, 4]), "liking", "a", "b", bound=bound)


# within participants


def test_paired():
    # R ?t.test: Pair(extra.1, extra.2) ~ 1.
    found = row(within(together(a=SLEEP_1, b=SLEEP_2), "liking", "a", "b"), "paired_t")
    assert found["statistic"] == pytest.approx(-4.0621, abs=1e-4)
    assert found["df"] == 9
    assert found["p"] == pytest.approx(0.002833, abs=1e-6)
    assert found["estimate_ci_low"] == pytest.approx(-2.4598858, abs=1e-6)
    assert found["estimate_ci_high"] == pytest.approx(-0.7001142, abs=1e-6)
    assert found["effect_name"] == "d_av"


def test_signed_rank_exact():
    # R ?wilcox.test gives V = 40 and p = .01953 for "greater"; two-sided twice that.
    # Hollander & Wolfe (1973): pseudomedian .46, interval .010 to .786.
    found = within(together(a=BEFORE, b=AFTER), "liking", "a", "b")
    found = row(found, "wilcoxon_signed_rank")
    assert found["statistic"] == 40
    assert found["p"] / 2 == pytest.approx(0.01953125, abs=1e-9)
    assert found["effect"] == pytest.approx(0.777778, abs=1e-6)
    shift = found[["estimate", "estimate_ci_low", "estimate_ci_high"]]
    assert list(shift) == pytest.approx([0.46, 0.01, 0.786])


def test_signed_rank_leaves_out_zero_differences():
    # R: wilcox.test(sleep1, sleep2, paired = TRUE): V = 0, p-value = 0.009091; one pair is equal.
    found = row(within(together(a=SLEEP_1, b=SLEEP_2), "liking", "a", "b"), "wilcoxon_signed_rank")
    assert found["statistic"] == 0
    assert found["p"] == pytest.approx(0.009091, abs=1e-6)
    assert list(found[["n_a", "n_b", "n_left_out"]]) == [9, 9, 1]
    assert found["mean_a"] == pytest.approx(7.6 / 9)


def test_equivalence_within():
    # R's TOSTER, vignette IntroTOSTt: paired sleep, eqb = .5: p = .989.
    table = within(together(a=SLEEP_1, b=SLEEP_2), "liking", "a", "b", bound=0.5)
    assert row(table, "paired_t")["tost_p"] == pytest.approx(0.989, abs=5e-4)


def test_only_pairs_count_and_the_others_are_counted():
    frame = together(a=[*BEFORE, 1, 2], b=[*AFTER, np.nan])
    table = within(frame, "liking", "a", "b")
    expected = within(together(a=BEFORE, b=AFTER), "liking", "a", "b")
    assert list(table["n_left_out"]) == [2, 2]
    pd.testing.assert_frame_equal(
        table.drop(columns="n_left_out"), expected.drop(columns="n_left_out")
    )


@pytest.mark.parametrize(
    ("frame", "why"),
    [
        (apart(), "no participant has a value in both conditions"),
        (apart(a=[1, 2], b=[3, 4]), "no participant has a value in both conditions"),
        (together(a=[1, 2], b=[3]), "only one participant has a value in both conditions"),
    ],
)
def test_without_pairs_there_is_nothing_within(frame: pd.DataFrame, why: str):
    table = within(frame, "liking", "a", "b", bound=1)
    assert list(table["status"]) == [f"not_estimable: {why}"] * 2
    assert table[["estimate", "p", "effect"]].isna().all(axis=None)


def test_equal_differences_have_ranks_but_no_t():
    table = within(together(a=[1, 2, 3], b=[2, 3, 4]), "liking", "a", "b")
    why = "not_estimable: all participants' differences are equal"
    assert row(table, "paired_t")["status"] == why
    assert row(table, "wilcoxon_signed_rank")["effect"] == -1


def test_no_difference_at_all_is_not_estimable():
    table = within(together(a=[1, 2, 3], b=[1, 2, 3]), "liking", "a", "b")
    why = "not_estimable: no participant's means differ"
    assert row(table, "wilcoxon_signed_rank")["status"] == why


# on arrays, and families


def test_tests_on_arrays():
    assert welch_t(SLEEP_1, SLEEP_2).statistic == pytest.approx(-1.8608, abs=1e-4)
    assert paired_t(SLEEP_1, SLEEP_2).statistic == pytest.approx(-4.0621, abs=1e-4)
    assert np.isnan(welch_t([1], [2, 3])).all()
    assert np.isnan(paired_t([1, 2], [2, 3])).all()


def test_equivalence_is_the_larger_of_two_one_sided_tests():
    # R's TOSTER, vignette IntroTOSTt: t = −1.272 (p = .890) and −2.450 (p = .012), df 17.78.
    assert tost(-1.58, 0.849091, 17.7765, 0.5) == pytest.approx(0.890, abs=5e-4)
    assert tost(0, 1, 10, 3) == tost(-0.0, 1, 10, 3) < 0.01


def test_holm():
    # By hand; R: p.adjust(c(.01, .04, .03, .005), "holm").
    found = holm(pd.Series([0.01, 0.04, 0.03, 0.005]))
    assert list(found) == pytest.approx([0.03, 0.06, 0.06, 0.02], abs=1e-12)


def test_holm_does_not_count_what_was_not_tested():
    p = pd.Series([0.01, np.nan, 0.04, 0.03, 0.005], index=list("abcde"))
    found = holm(p)
    assert list(found.dropna()) == pytest.approx([0.03, 0.06, 0.06, 0.02], abs=1e-12)
    assert np.isnan(found["b"])
    assert holm(pd.Series([np.nan])).isna().all()
    assert len(holm(pd.Series([], dtype=float))) == 0
