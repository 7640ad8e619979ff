"""Cronbach's α and repeated ratings, against published examples and statsmodels."""

import numpy as np
import pandas as pd
import pytest
from statsmodels.stats.inter_rater import cohens_kappa

from analysis.stats.agreement import RELIABILITY, cronbach, icc, repeated_ratings

# R's data set attitude (Chatterjee & Price 1977): 30 departments, seven questions.
ITEMS = ["rating", "complaints", "privileges", "learning", "raises", "critical", "advance"]
TABLE = """
    43 51 30 39 61 92 45  63 64 51 54 63 73 47  71 70 68 69 76 86 48  61 63 45 47 54 84 35
    81 78 56 66 71 83 47  43 55 49 44 54 49 34  58 67 42 56 66 68 35  71 75 50 55 70 66 41
    72 82 72 67 71 83 31  67 61 45 47 62 80 41  64 53 53 58 58 67 34  67 60 47 39 59 74 41
    69 62 57 42 55 63 25  68 83 83 45 59 77 35  77 77 54 72 79 77 46  81 90 50 72 60 54 36
    74 85 64 69 79 79 63  65 60 65 75 55 80 60  65 70 46 57 75 85 46  50 58 68 54 64 78 52
    50 40 33 34 43 64 33  64 61 52 62 66 80 41  53 66 52 50 63 80 37  40 37 42 58 50 57 49
    63 54 42 48 66 75 33  66 77 66 63 88 76 72  78 75 58 74 80 78 49  48 57 44 45 51 83 38
    85 85 71 71 77 74 55  82 82 39 59 64 78 39
"""
ATTITUDE = pd.DataFrame(np.array(TABLE.split(), dtype=float).reshape(30, 7), columns=ITEMS)


def test_cronbach_with_its_interval():
    # R's psych: alpha(attitude), .84; pingouin: [.739, .916].
    found = cronbach(ATTITUDE, scale="attitude").iloc[0]
    assert found["estimate"] == pytest.approx(0.843143, abs=1e-6)
    assert (found["ci_low"], found["ci_high"]) == pytest.approx((0.739, 0.916), abs=5e-4)
    assert list(found[["scale", "variant", "n_units", "n_raters"]]) == [
        "attitude",
        "all items",
        30,
        7,
    ]


def test_alpha_without_each_item():
    # R's psych: alpha(attitude), raw_alpha if an item is dropped.
    table = cronbach(ATTITUDE)
    dropped = table[table["statistic"] == "alpha_if_dropped"].set_index("variant")["estimate"]
    expected = [0.81, 0.80, 0.83, 0.80, 0.80, 0.86, 0.84]
    assert list(dropped[ITEMS]) == pytest.approx(expected, abs=0.005)


def test_each_item_correlates_with_the_rest():
    table = cronbach(ATTITUDE).query("statistic == 'item_rest_correlation'").set_index("variant")
    rest = ATTITUDE[ITEMS[1:]].sum(axis=1)
    assert table["estimate"]["rating"] == pytest.approx(ATTITUDE["rating"].corr(rest))
    assert (table["ci_low"] < table["estimate"]).all()


def test_people_with_a_missing_item_are_left_out():
    some = ATTITUDE.copy()
    some.loc[30, "rating"] = 50.0
    pd.testing.assert_frame_equal(cronbach(some), cronbach(ATTITUDE))


@pytest.mark.parametrize(
    ("items", "why"),
    [
        (ATTITUDE[["rating"]], "fewer than two items"),
        (ATTITUDE.iloc[:1], "fewer than two participants with every item"),
        (ATTITUDE * 0, "no variance between participants"),
    ],
)
def test_an_alpha_that_cannot_be_estimated_says_why(items: pd.DataFrame, why: str):
    table = cronbach(items)
    assert list(table.columns) == RELIABILITY
    assert table["status"][0] == f"not_estimable: {why}"
    assert np.isnan(table["estimate"][0])


# the same track rated twice


def twice(first: list[float], again: list[float], people: list[str] | None = None) -> pd.DataFrame:
    who = people or [f"p{i}" for i in range(len(first))]
    return pd.DataFrame({"participant_id": who, "first": first, "again": again})


FIRST = [1, 2, 2, 3, 3, 3, 4, 4, 5, 5, 2, 4]
AGAIN = [1, 2, 3, 3, 4, 2, 4, 5, 5, 3, 1, 4]


def repeated(frame: pd.DataFrame, **options: float) -> pd.DataFrame:
    return repeated_ratings(frame, "first", "again", **options).set_index("statistic")


def test_repeated_ratings_have_the_two_way_icc_of_absolute_agreement():
    found = repeated(twice(FIRST, AGAIN)).loc["icc"]
    expected = icc(twice(FIRST, AGAIN)[["first", "again"]]).set_index("variant")
    assert found["estimate"] == pytest.approx(expected["estimate"]["ICC(2,1)"])
    assert found["variant"] == "ICC(A,1)"


def test_weighted_kappa_is_that_of_the_table():
    table = pd.crosstab(pd.Series(FIRST), pd.Series(AGAIN)).to_numpy()
    expected = cohens_kappa(table, wt="quadratic").kappa
    found = repeated(twice(FIRST, AGAIN)).loc["weighted_kappa"]
    assert found["estimate"] == pytest.approx(expected)
    assert found["ci_low"] < expected < found["ci_high"]


def test_the_mean_difference_is_in_points():
    found = repeated(twice(FIRST, AGAIN)).loc["mean_absolute_difference"]
    assert found["estimate"] == pytest.approx(7 / 12)
    assert (found["n_units"], found["n_raters"]) == (12, 12)


def test_doubling_a_persons_pairs_does_not_narrow_the_interval():
    people = [f"p{i}" for i in range(12)]
    once, often = repeated(twice(FIRST, AGAIN)), repeated(twice(FIRST * 4, AGAIN * 4, people * 4))
    assert list(often["n_units"]) == [48] * 3
    assert list(often["n_raters"]) == [12] * 3
    kappa, difference = "weighted_kappa", "mean_absolute_difference"
    for end in ("ci_low", "ci_high"):
        assert often[end][kappa] == pytest.approx(once[end][kappa])
        assert often[end][difference] == pytest.approx(once[end][difference])


@pytest.mark.parametrize(
    ("frame", "why"),
    [
        (twice([], []), "fewer than two participants rated a track twice"),
        (twice([1], [2]), "fewer than two participants rated a track twice"),
        (twice([1, 2], [2, 3], ["p", "p"]), "fewer than two participants rated a track twice"),
        (twice([1, 2, np.nan], [2, np.nan, 1]), "fewer than two participants rated a track twice"),
        (twice([3, 3], [3, 3]), "all ratings are equal"),
    ],
)
def test_too_few_repeats_say_why(frame: pd.DataFrame, why: str):
    found = repeated(frame).loc["icc"]
    assert found["status"] == f"not_estimable: {why}"
    assert np.isnan(found["estimate"])


def test_people_who_repeat_themselves_exactly_have_no_interval():
    table = repeated(twice(FIRST, FIRST))
    assert list(table["estimate"]) == pytest.approx([1, 1, 0])
    assert table["ci_low"].isna().all()
    assert table["status"].str.startswith("not_estimable: no random disagreement").all()
