"""Three and more conditions, against R's and textbooks' examples."""

import numpy as np
import pandas as pd
import pytest

from analysis.stats.compare import omnibus
from analysis.stats.rows import COMPARISONS
from analysis.stats.several import epsilon_squared, greenhouse_geisser, kendall_w

# R's data set InsectSprays.
SPRAYS = {
    "A": [10, 7, 20, 14, 14, 12, 10, 23, 17, 20, 14, 13],
    "B": [11, 17, 21, 11, 16, 14, 17, 17, 19, 21, 7, 13],
    "C": [0, 1, 7, 2, 3, 1, 2, 1, 3, 0, 1, 4],
    "D": [3, 5, 12, 6, 4, 3, 5, 5, 5, 5, 2, 4],
    "E": [3, 5, 3, 5, 3, 6, 1, 1, 3, 2, 6, 4],
    "F": [11, 9, 15, 22, 15, 16, 13, 10, 26, 26, 24, 13],
}
# Mucociliary efficiency, Hollander & Wolfe (1973), p. 115; R ?kruskal.test.
DUST = {
    "normal": [2.9, 3.0, 2.5, 2.6, 3.2],
    "obstructive": [3.8, 2.7, 4.0, 2.4],
    "asbestosis": [2.8, 3.4, 3.7, 2.2, 2.0],
}
# Rounding first base, Hollander & Wolfe (1973), p. 140; R ?friedman.test.
ROUNDING = (
    "5.40 5.50 5.55 5.85 5.70 5.75 5.20 5.60 5.50 5.55 5.50 5.40 5.90 5.85 5.70 5.45 5.55 5.60 "
    "5.40 5.40 5.35 5.45 5.50 5.35 5.25 5.15 5.00 5.85 5.80 5.70 5.25 5.20 5.10 5.65 5.55 5.45 "
    "5.60 5.35 5.45 5.05 5.00 4.95 5.50 5.50 5.40 5.45 5.55 5.50 5.55 5.55 5.35 5.45 5.50 5.55 "
    "5.50 5.45 5.25 5.65 5.60 5.40 5.70 5.65 5.55 6.30 6.30 6.25"
)
# Field (2009), Discovering Statistics Using SPSS, chapter 13: eight celebrities eat four things.
BUSHTUCKER = [
    [8, 7, 1, 6],
    [9, 5, 2, 5],
    [6, 2, 3, 8],
    [5, 3, 1, 9],
    [8, 4, 5, 8],
    [7, 5, 6, 7],
    [10, 2, 7, 2],
    [12, 6, 8, 1],
]


def apart(groups: dict[str, list[float]]) -> pd.DataFrame:
    rows = [(f"{name}{i}", name, v) for name, vs in groups.items() for i, v in enumerate(vs)]
    return pd.DataFrame(rows, columns=["participant_id", "condition", "liking"])


def together(values: np.ndarray) -> pd.DataFrame:
    rows = [(f"p{i}", "abcd"[j], value) for (i, j), value in np.ndenumerate(values)]
    return pd.DataFrame(rows, columns=["participant_id", "condition", "liking"])


def row(table: pd.DataFrame, test: str) -> pd.Series:
    return table.set_index("test").loc[test]


def test_welch_anova():
    # R: oneway.test(count ~ spray, InsectSprays).
    found = row(omnibus(apart(SPRAYS), "liking", list(SPRAYS), paired=False), "welch_anova")
    assert found["statistic"] == pytest.approx(36.065, abs=1e-3)
    assert found["df"] == 5
    assert found["df_residual"] == pytest.approx(30.043, abs=1e-3)
    assert found["p"] == pytest.approx(7.999e-12, rel=1e-3)


def test_kruskal_wallis():
    # R ?kruskal.test.
    found = row(omnibus(apart(DUST), "liking", list(DUST), paired=False), "kruskal_wallis")
    assert found["statistic"] == pytest.approx(0.771429, abs=1e-6)
    assert found["p"] == pytest.approx(0.679965, abs=1e-6)
    assert found["effect"] == pytest.approx(0.771429 / 13, abs=1e-6)


def test_kruskal_wallis_with_ties():
    # R ?InsectSprays with kruskal.test: 54.691, df = 5, p-value = 1.511e-10.
    found = row(omnibus(apart(SPRAYS), "liking", list(SPRAYS), paired=False), "kruskal_wallis")
    assert found["statistic"] == pytest.approx(54.691, abs=1e-3)
    assert found["p"] == pytest.approx(1.511e-10, rel=1e-3)


def test_friedman():
    # R ?friedman.test; W = χ²/(n(k − 1)).
    values = np.array(ROUNDING.split(), dtype=float).reshape(22, 3)
    found = row(omnibus(together(values), "liking", list("abc"), paired=True), "friedman")
    assert found["statistic"] == pytest.approx(11.142857, abs=1e-6)
    assert found["df"] == 2
    assert found["p"] == pytest.approx(0.003805, abs=1e-6)
    assert found["effect"] == pytest.approx(0.253247, abs=1e-6)


def test_repeated_measures_anova_with_greenhouse_geisser():
    # Field (2009): F = 3.79, ε̂ = .533, F(1.60, 11.19), p = .063.
    found = row(
        omnibus(together(np.array(BUSHTUCKER)), "liking", list("abcd"), paired=True), "rm_anova"
    )
    assert found["statistic"] == pytest.approx(3.79, abs=0.005)
    assert found["df"] == pytest.approx(1.60, abs=0.005)
    assert found["df_residual"] == pytest.approx(11.19, abs=0.005)
    assert found["p"] == pytest.approx(0.063, abs=5e-4)


def test_sphericity_has_epsilon_one():
    assert greenhouse_geisser(BUSHTUCKER) == pytest.approx(0.533, abs=5e-4)
    assert greenhouse_geisser(np.eye(4)) == pytest.approx(1)


def test_the_rows_speak_of_all_conditions():
    table = omnibus(apart(SPRAYS), "liking", list(SPRAYS), paired=False)
    assert list(table.columns) == COMPARISONS
    assert set(table["condition_a"]) == {"all"}
    assert set(table["condition_b"]) == {""}
    assert list(table["n_a"]) == [72, 72]
    assert list(table["effect_name"]) == ["partial_eta_squared", "epsilon_squared"]


def test_who_lacks_a_condition_is_left_out_and_counted():
    values = np.array(BUSHTUCKER, dtype=float)
    some = np.vstack([values, [1, 2, 3, np.nan]])
    found = omnibus(together(some), "liking", list("abcd"), paired=True)
    whole = omnibus(together(values), "liking", list("abcd"), paired=True)
    assert list(found["n_left_out"]) == [1, 1]
    assert list(found["p"]) == list(whole["p"])


@pytest.mark.parametrize(("paired", "who"), [(True, "every condition"), (False, "c")])
def test_an_empty_condition_cannot_be_compared(paired: bool, who: str):
    frame = (
        together(np.array([[1.0, 2.0], [2.0, 3.0]]))
        if paired
        else apart({"a": [1, 2], "b": [2, 3]})
    )
    table = omnibus(frame, "liking", list("abc"), paired=paired)
    assert set(table["status"]) == {f"not_estimable: no participant has a value in {who}"}
    assert table["p"].isna().all()


def test_two_conditions_are_not_several():
    table = omnibus(apart(DUST), "liking", ["normal", "asbestosis"], paired=False)
    assert set(table["status"]) == {"not_estimable: fewer than three conditions"}


def test_people_in_several_conditions_are_not_independent():
    table = omnibus(together(np.array(BUSHTUCKER)), "liking", list("abcd"), paired=False)
    assert table["status"].str.contains("8 participants have values in several conditions").all()


def test_a_condition_without_variance_has_ranks_but_no_f():
    table = omnibus(apart({**DUST, "flat": [3, 3, 3]}), "liking", [*DUST, "flat"], paired=False)
    status = table.set_index("test")["status"]
    assert status["welch_anova"] == "not_estimable: a condition without variance"
    assert status["kruskal_wallis"] == "ok"


@pytest.mark.parametrize(
    ("values", "why"),
    [
        ([[1, 2, 3], [2, 3, 4]], "all participants' differences are equal"),
        ([[1, 1, 1], [4, 4, 4]], "all participants' differences are equal"),
    ],
)
def test_participants_who_differ_equally_leave_no_error(values: list[list[int]], why: str):
    table = omnibus(together(np.array(values)), "liking", list("abc"), paired=True)
    assert row(table, "rm_anova")["status"] == f"not_estimable: {why}"


def test_a_small_statistic_has_an_interval_from_zero():
    assert epsilon_squared(0.77, 14, 3).low == 0
    assert kendall_w(0.77, 14, 3).low == 0
    assert epsilon_squared(54.69, 72, 6).low > 0.3
