"""Linear mixed models against published fits, another library, and what no unit may change.

Data sets: sleepstudy, Penicillin, Pastes, Dyestuff and Dyestuff2 of R's lme4 and Machines of nlme,
which have them from Belenky et al. (2003), Davies & Goldsmith (1972), Davies (1947), Box & Tiao
(1973) and Milliken & Johnson (1992).
"""

import tracemalloc
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from analysis.stats.conditions import COMPONENTS, TERMS
from analysis.stats.mixed import crossed, fit

DATA = Path(__file__).parents[1] / "data"
DYESTUFF = [
    1545,
    1440,
    1440,
    1520,
    1580,
    1540,
    1555,
    1490,
    1560,
    1495,
    1595,
    1550,
    1605,
    1510,
    1560,
]
DYESTUFF += [1445, 1440, 1595, 1465, 1545, 1595, 1630, 1515, 1635, 1625, 1520, 1455, 1450, 1480]
DYESTUFF += [1445]
DYESTUFF_2 = [7.298, 3.846, 2.434, 9.566, 7.99, 5.22, 6.556, 0.608, 11.788, -0.892, 0.11, 10.386]
DYESTUFF_2 += [13.434, 5.51, 8.166, 2.212, 4.852, 7.092, 9.288, 4.98, 0.282, 9.014, 4.458, 9.446]
DYESTUFF_2 += [7.198, 1.722, 4.782, 8.106, 0.758, 3.758]
BATCHES = np.repeat(list("ABCDEF"), 5)
SPACE, CHANCE, GENRE = "genre space", "random", "same genre"


def read(name: str) -> pd.DataFrame:
    return pd.read_csv(DATA / f"{name}.csv")


def intercept_only(outcome: pd.Series | list[float], **options):
    return fit(outcome, np.ones((len(outcome), 1)), names=["intercept"], **options)


def sleepstudy(restricted: bool = True):
    data = read("sleepstudy")
    return fit(
        data["Reaction"],
        np.column_stack([np.ones(len(data)), data["Days"]]),
        {"Subject": data["Subject"]},
        names=["intercept", "Days"],
        slopes={"Days": data["Days"]},
        restricted=restricted,
    )


def sds(result) -> dict[str, float]:
    return dict(zip(result.components["component"], result.components["sd"], strict=True))


def criterion(result) -> float:
    return -2 * result.terms["log_likelihood"][0]


def ratings(
    people: int = 12,
    tracks: int = 10,
    seed: int = 1,
    *,
    conditions: tuple[str, ...] = (SPACE, CHANCE, GENRE),
    effect: float = 0.0,
) -> pd.DataFrame:
    """Each participant hears a playlist of four tracks of each condition."""
    rng = np.random.default_rng(seed)
    rows = [
        (f"p{person}", condition, len(conditions) * person + i, int(track))
        for person in range(people)
        for i, condition in enumerate(conditions)
        for track in rng.choice(tracks, 4, replace=False)
    ]
    names = ["participant_id", "condition", "playlist_id", "track_id"]
    frame = pd.DataFrame(rows, columns=names)
    person, track, playlist = (
        rng.normal(size=len(codes))[frame[column].map({c: i for i, c in enumerate(codes)})]
        for column in ("participant_id", "track_id", "playlist_id")
        for codes in [frame[column].unique()]
    )
    noise = rng.normal(size=len(frame))
    liking = (
        3 + effect * (frame["condition"] == CHANCE) + 0.7 * person + 0.5 * track + 0.4 * playlist
    )
    return frame.assign(liking=liking + noise)


def compare(frame: pd.DataFrame, **options):
    return crossed(frame, "liking", **{"conditions": [SPACE, CHANCE, GENRE]} | options)


def numbers(result) -> np.ndarray:
    return np.concatenate(
        [
            result.terms[["estimate", "se", "statistic", "df", "p"]].to_numpy(float).ravel(),
            result.components[["variance", "share"]].to_numpy(float).ravel(),
        ]
    )


# lme4's fit of Reaction ~ Days + (Days | Subject), in its documentation and in Bates, Mächler,
# Bolker & Walker (2015), J. Stat. Softw. 67(1), section 5.
def test_sleepstudy_is_fitted_as_by_lme4():
    result = sleepstudy()
    terms = result.terms.set_index("term")
    assert terms.loc["intercept", "estimate"] == pytest.approx(251.4051, abs=1e-4)
    assert terms.loc["Days", "estimate"] == pytest.approx(10.46729, abs=1e-4)
    assert terms.loc["intercept", "se"] == pytest.approx(6.825, abs=1e-3)
    assert terms.loc["Days", "se"] == pytest.approx(1.546, abs=1e-3)
    assert sds(result) == pytest.approx(
        {"Subject": 24.741, "Subject: Days": 5.922, "residual": 25.592}, abs=1e-3
    )
    assert criterion(result) == pytest.approx(1743.628, abs=0.01)


def test_the_correlation_of_intercepts_and_slopes_is_lme4s():
    covariance = sleepstudy().fit.covariances["Subject"]
    correlation = covariance[0, 1] / np.sqrt(covariance[0, 0] * covariance[1, 1])
    assert correlation == pytest.approx(0.066, abs=1e-3)


# anova(lmer(Reaction ~ Days + (Days | Subject), sleepstudy)) in lmerTest's documentation: F 45.853
# on 1 and 17 degrees of freedom, p 3.264e-06; Kuznetsova, Brockhoff & Christensen (2017).
def test_sleepstudy_is_tested_as_by_lmertest():
    days = sleepstudy().terms.set_index("term").loc["Days"]
    assert days["statistic_name"] == "t"
    assert days["statistic"] ** 2 == pytest.approx(45.853, abs=1e-3)
    assert days["df"] == pytest.approx(17, abs=1e-3)
    assert days["p"] == pytest.approx(3.264e-06, abs=1e-9)


# MixedModels.jl's test suite, test/pls.jl.
def test_maximum_likelihood_is_that_of_mixedmodels_jl():
    result = sleepstudy(restricted=False)
    assert criterion(result) == pytest.approx(1751.9393444647046, abs=1e-4)
    assert result.terms["se"].tolist() == pytest.approx(
        [6.632257721914501, 1.5022354739749826], abs=1e-4
    )


# SPSS, MixedModels.jl and lme4.
def test_crossed_plates_and_samples_are_fitted_as_by_lme4():
    data = read("penicillin")
    result = intercept_only(data["diameter"], groups=dict(data[["plate", "sample"]]))
    assert criterion(result) == pytest.approx(330.860589, abs=1e-4)
    assert result.terms["estimate"][0] == pytest.approx(22.972222, abs=1e-5)
    assert result.terms["se"][0] == pytest.approx(0.808572, abs=1e-3)
    expected = {"plate": 0.846704, "sample": 1.931555, "residual": 0.549923}
    assert sds(result) == pytest.approx(expected, abs=1e-4)


# lme4's documentation and MixedModels.jl's test suite.
def test_one_group_is_fitted_as_by_lme4():
    result = intercept_only(DYESTUFF, groups={"Batch": BATCHES})
    assert criterion(result) == pytest.approx(319.65427684225216, abs=1e-5)
    assert sds(result) == pytest.approx({"Batch": 42.0006, "residual": 49.5101}, abs=1e-3)
    assert result.terms["df"][0] == pytest.approx(5, abs=1e-3)


# lme4: a boundary fit, with REML 161.8283 and residual 3.7157.
def test_a_variance_may_be_0():
    result = intercept_only(DYESTUFF_2, groups={"Batch": BATCHES})
    assert criterion(result) == pytest.approx(161.8283, abs=1e-4)
    assert sds(result) == pytest.approx({"Batch": 0, "residual": 3.7157}, abs=1e-4)
    assert result.terms["df"][0] == pytest.approx(29)
    assert result.terms["converged"][0]


# lme4's strength ~ 1 + (1 | batch) + (1 | sample): REML 246.9907.
def test_nested_groups_are_fitted_as_by_lme4():
    data = read("pastes")
    result = intercept_only(data["strength"], groups=dict(data[["batch", "sample"]]))
    assert criterion(result) == pytest.approx(246.9907, abs=1e-3)
    expected = {"batch": 1.28736, "sample": 2.90408, "residual": 0.82341}
    assert sds(result) == pytest.approx(expected, abs=1e-4)


# Pinheiro & Bates (2000), Mixed-Effects Models in S and S-PLUS, section 1.3.2: log restricted
# likelihood −107.84, standard deviations 4.78105, 3.72953 and 0.96158.
def machines():
    data = read("machines").rename(columns={"Worker": "worker", "Machine": "condition"})
    data["worker:machine"] = data["worker"].astype(str) + data["condition"]
    groups = ("worker", "worker:machine")
    return crossed(data, "score", conditions=["A", "B", "C"], groups=groups)


def test_conditions_within_workers_are_fitted_as_by_nlme():
    result = machines()
    terms = result.terms.set_index("term")
    assert terms.loc["intercept", "log_likelihood"] == pytest.approx(-107.8438, abs=1e-4)
    assert terms.loc["B - A", ["estimate", "se"]].tolist() == pytest.approx(
        [7.966667, 2.176974], abs=1e-4
    )
    expected = {"worker": 4.78105, "worker:machine": 3.72953, "residual": 0.96158}
    assert sds(result) == pytest.approx(expected, abs=1e-4)


# In a balanced design the test is the classical one: the mean square of machines over that of
# worker × machine, 20.576 on 2 and 10 degrees of freedom (Milliken & Johnson 1992, section 23).
def test_all_conditions_are_tested_together():
    omnibus = machines().terms.set_index("term").loc["condition"]
    means = read("machines").pivot_table(index="Worker", columns="Machine", values="score")
    effects = means - means.mean()
    interaction = effects.sub(effects.mean(axis=1), axis=0).to_numpy()
    f = (6 * means.mean().var(ddof=1)) / ((interaction**2).sum() / 10)
    assert omnibus["statistic_name"] == "F"
    assert omnibus["statistic"] == pytest.approx(f, rel=1e-5)
    assert omnibus["statistic"] == pytest.approx(20.576, abs=1e-3)
    assert omnibus[["df_numerator", "df"]].tolist() == pytest.approx([2, 10], abs=1e-3)
    assert omnibus["p"] == pytest.approx(stats.f.sf(f, 2, 10), rel=1e-3)


def test_crossed_effects_are_those_of_statsmodels():
    from statsmodels.regression.mixed_linear_model import MixedLM

    frame = ratings(people=8, tracks=6)
    effects = {"person": "0 + C(participant_id)", "track": "0 + C(track_id)"}
    theirs = MixedLM.from_formula(
        "liking ~ C(condition)",
        frame,
        groups=np.ones(len(frame)),
        vc_formula=effects,
        re_formula="0",
    ).fit(reml=True)
    ours = compare(frame, groups=["participant_id", "track_id"])
    terms = ours.terms.set_index("term").loc[
        ["intercept", f"{CHANCE} - {SPACE}", f"{GENRE} - {SPACE}"]
    ]
    assert terms["estimate"].tolist() == pytest.approx(theirs.fe_params.tolist(), abs=1e-3)
    assert terms["se"].tolist() == pytest.approx(theirs.bse_fe.tolist(), abs=1e-3)
    variances = [*theirs.vcomp, theirs.scale]
    assert ours.components["variance"].tolist() == pytest.approx(variances, abs=1e-3)
    assert terms["log_likelihood"].iloc[0] == pytest.approx(theirs.llf, abs=1e-3)


def test_every_pair_of_conditions_is_a_term_the_reference_first():
    result = compare(ratings(), reference=CHANCE)
    assert list(result.terms["term"]) == [
        "intercept",
        f"{SPACE} - {CHANCE}",
        f"{GENRE} - {CHANCE}",
        f"{GENRE} - {SPACE}",
        "condition",
    ]
    assert list(result.terms.columns) == TERMS
    assert list(result.components.columns) == COMPONENTS


def test_the_intercept_is_the_references_mean_in_balanced_data():
    frame = ratings().drop(columns="track_id")
    result = compare(frame, groups=["participant_id", "playlist_id"], reference=GENRE)
    expected = frame.loc[frame["condition"] == GENRE, "liking"].mean()
    assert result.terms["estimate"][0] == pytest.approx(expected)


def test_a_comparison_within_participants_is_the_paired_t_test_where_it_can_be():
    """With playlists' intercepts and nothing else between the means, in balanced data."""
    frame = ratings(conditions=(SPACE, CHANCE), effect=0.3).drop(columns="track_id")
    row = compare(
        frame, conditions=[SPACE, CHANCE], groups=["participant_id", "playlist_id"]
    ).terms.iloc[1]
    means = frame.pivot_table(index="participant_id", columns="condition", values="liking")
    paired = stats.ttest_rel(means[CHANCE], means[SPACE])
    assert row[["statistic", "p"]].tolist() == pytest.approx(
        [paired.statistic, paired.pvalue], rel=1e-4
    )
    assert row["df"] == pytest.approx(len(means) - 1, rel=1e-4)


def test_the_order_of_rows_makes_no_difference():
    frame = ratings()
    mixed = frame.sample(frac=1, random_state=1)
    assert numbers(compare(mixed)) == pytest.approx(numbers(compare(frame)), rel=1e-5, nan_ok=True)


def test_names_make_no_difference():
    frame = ratings()
    renamed = frame.assign(
        participant_id=frame["participant_id"].str[::-1] + "x", track_id=1000 - frame["track_id"]
    )
    assert numbers(compare(renamed)) == pytest.approx(
        numbers(compare(frame)), rel=1e-5, nan_ok=True
    )


def test_a_constant_shifts_only_the_intercept():
    frame = ratings()
    shifted = compare(frame.assign(liking=frame["liking"] + 1e6)).terms
    plain = compare(frame).terms
    assert shifted["estimate"][0] - plain["estimate"][0] == pytest.approx(1e6)
    columns = ["estimate", "se", "df", "p"]
    assert shifted[columns][1:].to_numpy(float) == pytest.approx(
        plain[columns][1:].to_numpy(float), rel=1e-4, nan_ok=True
    )


def test_the_unit_of_the_outcome_is_that_of_the_estimates():
    frame = ratings()
    large = compare(frame.assign(liking=frame["liking"] * 1e6))
    plain = compare(frame)
    assert large.terms["estimate"][:4].tolist() == pytest.approx(
        (plain.terms["estimate"][:4] * 1e6).tolist()
    )
    assert large.terms["p"].tolist() == pytest.approx(plain.terms["p"].tolist(), rel=1e-4)
    assert large.components["share"].tolist() == pytest.approx(
        plain.components["share"].tolist(), abs=1e-5
    )


def test_slopes_do_not_depend_on_where_their_scale_begins():
    data = read("sleepstudy")
    later = data["Days"] + 1000
    x = np.column_stack([np.ones(len(data)), later])
    shifted = fit(data["Reaction"], x, {"Subject": data["Subject"]}, slopes={"Days": later})
    assert shifted.terms["se"][1] == pytest.approx(sleepstudy().terms["se"][1], rel=1e-4)
    assert criterion(shifted) == pytest.approx(criterion(sleepstudy()), abs=1e-4)


def test_missing_ratings_are_left_out():
    frame = ratings()
    gaps = frame.assign(liking=frame["liking"].where(frame.index % 7 > 0))
    expected = compare(gaps.dropna())
    assert numbers(compare(gaps)) == pytest.approx(numbers(expected), nan_ok=True)
    assert compare(gaps).terms["n_obs"][0] == gaps["liking"].notna().sum()


def test_counts_are_of_what_was_used():
    frame = ratings()
    row = compare(frame[frame["participant_id"] != "p3"]).terms.iloc[0]
    assert row[["n_obs", "n_participants", "n_tracks"]].tolist() == [132, 11, 10]


def test_shares_of_variance_sum_to_one():
    assert compare(ratings()).components["share"].sum() == pytest.approx(1)


@pytest.mark.parametrize(
    ("frame", "why"),
    [
        (ratings()[:0], "no ratings"),
        (ratings().assign(liking=np.nan), "no ratings"),
        (ratings().assign(liking=4), "all ratings equal"),
        (ratings(people=1), "one participant"),
        (
            ratings().query("playlist_id in [0, 4, 8]"),
            "the conditions tell every participant apart",
        ),
        (ratings()[:1], "all ratings equal"),
        (
            ratings().assign(liking=lambda f: f["condition"].map({SPACE: 1, CHANCE: 2, GENRE: 3})),
            "the conditions explain every rating",
        ),
        (
            ratings().assign(liking=lambda f: f["participant_id"].str[1:].astype(int)),
            "the groups explain every rating",
        ),
    ],
)
def test_a_model_that_cannot_be_fitted_says_why(frame: pd.DataFrame, why: str):
    result = compare(frame)
    assert set(result.terms["status"]) == {f"not_estimable: {why}"}
    assert result.terms[["estimate", "p"]].isna().all(axis=None)
    assert result.components["variance"].isna().all()
    assert not result.terms["converged"].any()


def test_a_condition_without_ratings_takes_only_its_own_comparisons():
    result = compare(ratings(conditions=(SPACE, GENRE)))
    status = dict(zip(result.terms["term"], result.terms["status"], strict=True))
    assert status[f"{GENRE} - {SPACE}"] == status["intercept"] == "ok"
    assert (
        status[f"{CHANCE} - {SPACE}"]
        == status["condition"]
        == f"not_estimable: no ratings in {CHANCE}"
    )


@pytest.mark.parametrize(
    ("frame", "component", "why"),
    [
        (
            ratings().query("playlist_id % 3 == (playlist_id // 3) % 3"),
            "playlist",
            "one playlist a participant: the same variance",
        ),
        (
            ratings().drop_duplicates("playlist_id"),
            "playlist",
            "one rating a playlist, part of the residual",
        ),
        (ratings().assign(track_id=1), "track", "one track"),
        (
            ratings().assign(track_id=lambda f: f["condition"]),
            "track",
            "the conditions tell every track apart",
        ),
    ],
)
def test_a_group_that_cannot_be_told_apart_is_left_out_and_says_why(
    frame: pd.DataFrame, component: str, why: str
):
    result = compare(frame)
    row = result.components.set_index("component").loc[component]
    assert row["status"] == f"not_estimable: {why}"
    assert np.isnan(row["variance"])
    assert set(result.terms["status"]) == {"ok"}


def test_one_rating_a_participant_is_least_squares():
    frame = ratings(people=30).drop_duplicates("participant_id")
    frame["condition"] = np.resize([SPACE, CHANCE, GENRE], len(frame))
    row = compare(frame, groups=["participant_id"]).terms.iloc[1]
    groups = [frame.loc[frame["condition"] == one, "liking"] for one in (SPACE, CHANCE, GENRE)]
    pooled = np.mean([group.var() for group in groups])
    assert row["df"] == pytest.approx(27)
    assert row["se"] == pytest.approx(np.sqrt(pooled * 2 / 10))


def test_columns_made_up_of_others_are_not_estimable():
    data = read("sleepstudy")
    days = data["Days"]
    x = np.column_stack([np.ones(len(data)), days, 2 * days + 1])
    terms = fit(data["Reaction"], x, {"Subject": data["Subject"]}).terms
    expected = ["ok", "ok", "not_estimable: made up of other columns"]
    assert list(terms["status"]) == expected


def test_too_many_levels_for_memory_are_refused_in_words():
    rng = np.random.default_rng(1)
    groups = {name: rng.integers(0, 20_000, 60_000) for name in ("a", "b")}
    result = intercept_only(rng.normal(size=60_000), groups=groups)
    assert "levels hang together, more than 5,000" in result.terms["status"][0]


def test_no_matrix_of_ratings_by_ratings_is_formed():
    frame = ratings(people=500, tracks=50)
    tracemalloc.start()
    compare(frame)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 8 * len(frame) ** 2 / 5


def test_the_test_of_a_condition_rejects_a_true_null_at_its_level():
    """200 studies without an effect: at 5 %, between 2 and 9 % of them are found to have one."""
    p = [
        compare(
            ratings(people=10, seed=seed, conditions=(SPACE, CHANCE)), conditions=[SPACE, CHANCE]
        ).terms["p"][1]
        for seed in range(200)
    ]
    assert 0.02 <= np.mean(np.array(p) < 0.05) <= 0.09


def test_ratings_are_not_so_many_people_where_no_variance_of_people_is_found():
    """32 participants who all rate alike on average: t(31), not t(95), and it is said."""
    rng = np.random.default_rng(4)
    rows = [
        (f"P{person}", condition, value)
        for person in range(32)
        for condition, value in zip("abc", rng.permutation([2, 3, 5]), strict=True)
    ]
    frame = pd.DataFrame(rows, columns=["participant_id", "condition", "good"])
    found = crossed(frame, "good", conditions=["a", "b", "c"], groups=["participant_id"])
    tests = found.terms[found.terms["term"] != "intercept"]
    assert tests["df"].eq(31).all()
    assert tests["note"].str.startswith("no variance between participants was found").all()
    components = found.components.set_index("component")
    assert components.loc["participant", ["variance", "note"]].tolist() == [
        0, "estimated at 0, the least there is"
    ]  # fmt: skip
    assert components.loc["residual", "note"] == ""


def test_with_less_than_one_degree_of_freedom_there_is_no_interval():
    """With few lists intervals came out such as ± 10¹⁵²."""
    rows = [("p0", "a", 1, 3.0), ("p1", "b", 2, 5.0), ("p2", "a", 0, 1.0),
            ("p3", "b", 2, 5.0), ("p4", "a", 0, 2.0), ("p5", "b", 2, 3.0)]  # fmt: skip
    frame = pd.DataFrame(rows, columns=["participant_id", "condition", "list_id", "good"])
    groups = ["participant_id", "list_id"]
    row = crossed(frame, "good", conditions=["a", "b"], groups=groups).terms.iloc[1]
    assert row["estimate"] == pytest.approx(2.259, abs=1e-3)
    assert row["status"].startswith("not_estimable: less than one degree of freedom")
    assert row[["p", "ci_low", "ci_high"]].isna().all()
