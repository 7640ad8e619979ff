"""Agreement of raters, against published examples."""

import numpy as np
import pandas as pd
import pytest

from analysis.stats.agreement import RELIABILITY, icc, icc_from_components, krippendorff

# Shrout & Fleiss (1979), table 2: six targets, four judges.
JUDGED = pd.DataFrame(
    [[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]]
)
# Krippendorff (2011), Computing Krippendorff's Alpha-Reliability: four observers, twelve units.
OBSERVED = """
    1 2 3 3 2 1 4 1 2 - - -
    1 2 3 3 2 2 4 1 2 5 - 3
    - 3 3 3 2 3 4 2 2 5 1 -
    1 2 3 3 2 4 4 1 2 5 1 -
"""
# Wikipedia, Krippendorff's alpha: three coders, fifteen units.
CODED = """
    - - - - - 3 4 1 2 1 1 3 3 - 3
    1 - 2 1 3 3 4 3 - - - - - - -
    - - 2 1 3 4 4 - 2 1 1 3 3 - 4
"""


def units_by_raters(table: str) -> pd.DataFrame:
    rows = [line.replace("-", "nan").split() for line in table.strip().splitlines()]
    return pd.DataFrame(rows).T.astype(float)


# R's psych, ?ICC: estimates and 95 % intervals of this example.
@pytest.mark.parametrize(
    ("variant", "estimate", "low", "high"),
    [
        ("ICC(1,1)", 0.1657, -0.133, 0.723),
        ("ICC(2,1)", 0.2898, 0.019, 0.761),
        ("ICC(3,1)", 0.7148, 0.342, 0.946),
        ("ICC(1,k)", 0.4428, -0.884, 0.912),
        ("ICC(2,k)", 0.6201, 0.071, 0.927),
        ("ICC(3,k)", 0.9093, 0.676, 0.986),
    ],
)
def test_intraclass_correlations(variant: str, estimate: float, low: float, high: float):
    found = icc(JUDGED).set_index("variant").loc[variant]
    assert found["estimate"] == pytest.approx(estimate, abs=1e-4)
    assert (found["ci_low"], found["ci_high"]) == pytest.approx((low, high), abs=6e-4)
    assert (found["n_units"], found["n_raters"]) == (6, 4)


def test_units_with_a_missing_rating_are_left_out():
    more = pd.concat([JUDGED, pd.DataFrame([[1, np.nan, 2, 3]])])
    pd.testing.assert_frame_equal(icc(more), icc(JUDGED))


@pytest.mark.parametrize(
    ("ratings", "why"),
    [
        (JUDGED.iloc[:0], "fewer than two units with every rating"),
        (JUDGED.iloc[:1], "fewer than two units with every rating"),
        (JUDGED.iloc[:, :1], "fewer than two raters"),
        (JUDGED * 0, "all ratings are equal"),
    ],
)
def test_an_icc_that_cannot_be_estimated_says_why(ratings: pd.DataFrame, why: str):
    table = icc(ratings)
    assert list(table.columns) == RELIABILITY
    assert set(table["status"]) == {f"not_estimable: {why}"}
    assert table["estimate"].isna().all()


def test_raters_who_agree_exactly_have_no_interval():
    table = icc(JUDGED[[0, 0]].set_axis(["x", "y"], axis=1))
    assert list(table["estimate"]) == pytest.approx([1] * 6)
    assert table["ci_low"].isna().all()
    assert set(table["status"]) == {
        "not_estimable: no random disagreement, so that there is no interval"
    }


# Krippendorff (2011), and the package krippendorff.
@pytest.mark.parametrize(
    ("level", "expected"),
    [("nominal", 0.7434), ("ordinal", 0.8154), ("interval", 0.8491), ("ratio", 0.7974)],
)
def test_krippendorff(level: str, expected: float):
    found = krippendorff(units_by_raters(OBSERVED), level).iloc[0]
    assert found["estimate"] == pytest.approx(expected, abs=1e-4)
    assert found["ci_low"] < expected < found["ci_high"] <= 1
    assert (found["n_units"], found["n_raters"], found["status"]) == (11, 4, "ok")


@pytest.mark.parametrize(("level", "expected"), [("nominal", 0.691), ("interval", 0.811)])
def test_krippendorff_with_many_gaps(level: str, expected: float):
    found = krippendorff(units_by_raters(CODED), level).iloc[0]
    assert found["estimate"] == pytest.approx(expected, abs=5e-4)


def test_the_interval_of_alpha_is_the_same_each_time():
    one, again = (krippendorff(units_by_raters(OBSERVED), "ordinal", seed=7) for _ in range(2))
    pd.testing.assert_frame_equal(one, again)


def test_ordinal_alpha_needs_the_order_of_points_only():
    data = units_by_raters(OBSERVED)
    stretched = krippendorff(data**3, "ordinal")["estimate"]
    assert stretched[0] == pytest.approx(krippendorff(data, "ordinal")["estimate"][0])


@pytest.mark.parametrize(
    ("ratings", "level", "why"),
    [
        (JUDGED.iloc[:0], "nominal", "fewer than two units with two ratings"),
        (JUDGED.iloc[:, :1], "nominal", "fewer than two units with two ratings"),
        (JUDGED * 0 + 3, "ordinal", "all ratings are equal"),
        (-JUDGED, "ratio", "a negative rating has no ratio"),
    ],
)
def test_an_alpha_that_cannot_be_estimated_says_why(ratings: pd.DataFrame, level: str, why: str):
    found = krippendorff(ratings, level).iloc[0]
    assert found["status"] == f"not_estimable: {why}"
    assert np.isnan(found["estimate"])


def test_perfect_agreement_is_one_without_an_interval():
    found = krippendorff(JUDGED[[0, 0]].set_axis(["x", "y"], axis=1), "nominal").iloc[0]
    assert found["estimate"] == 1
    assert np.isnan(found["ci_low"])
    assert found["status"].startswith("not_estimable: no random disagreement")


def test_an_unknown_level_is_refused():
    with pytest.raises(ValueError, match="unknown level"):
        krippendorff(JUDGED, "colour")


def components(**variances: float) -> pd.DataFrame:
    levels = {"participant_id": 6, "residual": 24}
    rows = [(name, variance, levels.get(name)) for name, variance in variances.items()]
    return pd.DataFrame(rows, columns=["component", "variance", "n_levels"])


def test_components_become_shares_of_the_total():
    table = icc_from_components(components(participant_id=0.3, track_id=0.1, residual=0.6))
    assert list(table["variant"]) == ["participant_id", "track_id"]
    assert list(table["estimate"]) == pytest.approx([0.3, 0.1])


def test_components_of_a_balanced_design_have_the_interval_of_icc_1():
    # Shrout & Fleiss (1979): between-targets mean square 11.24, within 6.26; (11.24 − 6.26)/4.
    between, within = 11.241667, 6.263889
    table = icc_from_components(
        components(participant_id=(between - within) / 4, residual=within), n_obs=24
    )
    found, expected = table.iloc[0], icc(JUDGED).iloc[0]
    assert found["estimate"] == pytest.approx(expected["estimate"], abs=1e-6)
    assert found["ci_low"] == 0  # a share of variance; ICC(1,1) has −.133
    assert found["ci_high"] == pytest.approx(expected["ci_high"], abs=1e-6)


def test_a_component_that_is_in_another_takes_nothing_from_the_rest():
    why = "not_estimable: one playlist a participant: the same variance"
    table = components(participant_id=0.3, playlist_id=np.nan, residual=0.6).assign(
        status=["ok", why, "ok"]
    )
    table["n_levels"] = [6, 6, None]
    participant, playlist = icc_from_components(table, n_obs=24).to_dict("records")
    assert participant["estimate"] == pytest.approx(1 / 3)
    assert participant["status"] == "ok"
    assert playlist["status"] == why


@pytest.mark.parametrize(
    ("variances", "why"),
    [
        ({"participant_id": 0.3, "residual": 0.7}, "an interval needs the numbers of ratings"),
        ({"participant_id": 0.7, "residual": np.nan}, "no variances"),
        ({"participant_id": 0, "residual": 0}, "no variances"),
    ],
)
def test_components_without_an_interval_say_why(variances: dict[str, float], why: str):
    found = icc_from_components(components(**variances)).iloc[0]
    assert found["status"].startswith(f"not_estimable: {why}")
    assert np.isnan(found["ci_low"])


def test_without_components_there_is_no_row():
    assert list(icc_from_components(components(residual=1.0)).columns) == RELIABILITY
    assert len(icc_from_components(components(residual=1.0))) == 0


@pytest.mark.parametrize(
    ("judged", "variant"),
    [
        # Units are alike and raters differ always by the same: nothing is left for ICC(3).
        ([[1, 2], [1, 2], [1, 2]], "ICC(3,1)"),
        # Two units, two raters, who cancel each other out.
        ([[1, 2], [2, 1]], "ICC(2,1)"),
        ([[0.1, 0.3], [0.1, 0.3]], "ICC(3,k)"),
        # The mean of k ratings has no reliability at −1/(k − 1).
        ([[1, 2], [2, 1]], "ICC(1,k)"),
    ],
)
def test_a_coefficient_that_divides_by_nothing_says_so(judged: list[list[float]], variant: str):
    found = icc(pd.DataFrame(judged)).set_index("variant").loc[variant]
    assert np.isnan(found["estimate"])
    assert found["status"] == "not_estimable: the variances it divides by come to nothing"


def test_raters_who_agree_on_thirds_disagree_by_nothing():
    thirds = pd.DataFrame({"a": [1 / 3, 2 / 3, 4 / 3], "b": [1 / 3, 2 / 3, 4 / 3]})
    assert icc(thirds)["estimate"].tolist() == [1.0] * 6
    assert krippendorff(thirds, "ordinal")["estimate"][0] == 1
