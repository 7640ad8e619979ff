"""One conclusion per contrast, and intervals that say the same as the tests."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from analysis.stats.conclusions import concluded, deciding
from analysis.stats.kinds import Conclusion
from analysis.stats.t_tests import tost

DF, BOUND = 24.0, 0.5


def decided(t: list[float], *, se: float = 0.1, alpha: float = 0.05) -> pd.DataFrame:
    """One family of contrasts with these t statistics."""
    estimate = np.array(t) * se
    table = pd.DataFrame(
        {"estimate": estimate, "se": se, "df": DF, "test": "paired_t", "family": 1}
    )
    table["p"] = 2 * stats.t.sf(np.abs(t), DF)
    table["tost_p"] = [tost(one, se, DF, BOUND) for one in estimate]
    return concluded(table.assign(status="ok", family=1), ["family"], table["test"] != "", alpha)


@pytest.mark.parametrize(
    ("t", "se", "conclusion"),
    [
        (9.0, 0.1, "a higher"),
        (-9.0, 0.1, "a lower"),
        (2.5, 0.1, "a higher within the bound"),
        (-2.5, 0.1, "a lower within the bound"),
        (0.5, 0.1, "equivalent"),
        (0.5, 1.0, "undecided"),
    ],
)
def test_a_contrast_has_one_conclusion(t: float, se: float, conclusion: str):
    assert decided([t], se=se)["conclusion"].tolist() == [conclusion]


def test_what_has_no_p_is_not_estimable_and_does_not_count():
    found = decided([2.2, np.nan])
    assert found["conclusion"].tolist() == ["a higher within the bound", "not_estimable"]
    assert found["decision_level"].tolist()[0] == 0.95


def test_tests_that_do_not_decide_conclude_nothing():
    table = decided([9.0]).assign(test="mann_whitney")
    found = concluded(table, ["family"], table["test"] == "paired_t", 0.05)
    assert found["conclusion"].isna().all()


@pytest.mark.parametrize("alpha", [0.01, 0.05, 0.1])
def test_intervals_leave_out_0_exactly_where_holm_shows_a_difference(alpha: float):
    rng = np.random.default_rng(3)
    for _ in range(300):
        found = decided([*rng.normal(0, 2, rng.integers(1, 7))], alpha=alpha)
        outside = (found["decision_ci_low"] > 0) | (found["decision_ci_high"] < 0)
        assert (outside == (found["p_holm"] < alpha)).all()
        assert (outside == [Conclusion(one).way != 0 for one in found["conclusion"]]).all()


def test_the_interval_of_equivalence_lies_within_the_bounds_exactly_where_it_is_shown():
    for t in np.linspace(-6, 6, 121):
        (row,) = decided([t]).to_dict("records")
        inside = row["tost_ci_low"] > -BOUND and row["tost_ci_high"] < BOUND
        assert inside == (row["tost_p"] < 0.05) == Conclusion(row["conclusion"]).within
        assert row["tost_level"] == 0.9


def test_levels_are_those_of_holms_steps():
    """Holm (1979): of four, α/4, α/3, and at α/2 it stops."""
    found = decided([1.0, 4.0, 2.0, 3.0])
    assert found["decision_level"].tolist() == pytest.approx(
        [0.975, 1 - 0.05 / 4, 0.975, 1 - 0.05 / 3]
    )


def test_the_interval_is_students():
    (row,) = decided([2.5]).to_dict("records")
    half = 2.063899 * 0.1  # t(.975; 24), tables
    assert row["decision_ci_low"] == pytest.approx(0.25 - half, abs=1e-6)


def test_the_deciding_interval_of_equivalence_alone_is_its_own():
    (row,) = decided([0.5]).to_dict("records")
    assert deciding(row) == (row["tost_level"], row["tost_ci_low"], row["tost_ci_high"])
