"""Cumulative logit models against R's ordinal, statsmodels and plain integration.

The wine data are Randall's (1989), as in R's ordinal. What `clm` gives for them is in its vignettes
(Christensen 2018); what `clmm` gives was computed with ordinal 2022.11-16 in R 4.2.2 and is, to the
digits printed there, in Christensen's tutorial on `clmm2`.
"""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import integrate, stats
from statsmodels.genmod.cov_struct import Independence
from statsmodels.genmod.families import Binomial
from statsmodels.genmod.generalized_estimating_equations import GEE

from analysis.stats.conditions import COMPONENTS, TERMS
from analysis.stats.cumulative import clustered, fit, separated
from analysis.stats.ordinal import cumulative_link
from analysis.stats.quadrature import alike, evaluate

WINE = pd.read_csv(Path(__file__).parents[1] / "data" / "wine.csv")
Y = WINE["rating"].to_numpy(np.intp) - 1
X = np.column_stack([WINE["temp"] == "warm", WINE["contact"] == "yes"]).astype(float)
JUDGE = WINE["judge"].to_numpy(np.intp) - 1
SPACE, CHANCE, GENRE = "genre space", "random", "same genre"
CONDITIONS = [SPACE, CHANCE, GENRE]


def ratings(people: int = 20, seed: int = 1, sd: float = 1.0) -> pd.DataFrame:
    """Each participant rates four tracks of each condition, 1 to 5."""
    rng = np.random.default_rng(seed)
    person, condition = np.divmod(np.repeat(np.arange(3 * people), 4), 3)
    latent = 0.5 * (condition == 1) + sd * rng.normal(size=people)[person]
    return pd.DataFrame(
        {
            "participant_id": [f"p{one}" for one in person],
            "condition": np.array(CONDITIONS)[condition],
            "track_id": rng.integers(1, 30, len(person)),
            "liking": np.digitize(latent + rng.logistic(size=len(person)), [-1.5, 0, 1, 2]) + 1.0,
        }
    )


def compare(frame: pd.DataFrame, **options):
    return cumulative_link(frame, "liking", **{"conditions": CONDITIONS, "points": 5} | options)


def errors(found) -> list[float]:
    return np.sqrt(np.diagonal(found.cov)).tolist()


def test_without_participants_wine_is_fitted_as_by_clm():
    found = fit(Y, X)
    assert found.beta.tolist() == pytest.approx([2.5031, 1.5278], abs=1e-3)
    assert found.thresholds.tolist() == pytest.approx([-1.344, 1.251, 3.467, 5.006], abs=1e-3)
    assert errors(found)[-2:] == pytest.approx([0.5287, 0.4766], abs=1e-3)
    assert found.log_likelihood == pytest.approx(-86.49, abs=5e-3)
    assert found.converged


def test_by_laplaces_method_wine_is_fitted_as_by_clmm():
    found = fit(Y, X, JUDGE, nodes=1)
    assert found.beta.tolist() == pytest.approx([3.0629966, 1.8348849], abs=1e-4)
    expected = [-1.6236669, 1.5133652, 4.2285267, 6.0887726]
    assert found.thresholds.tolist() == pytest.approx(expected, abs=1e-4)
    assert errors(found)[4:6] == pytest.approx([0.5953762, 0.5125293], abs=1e-4)
    assert found.sd == pytest.approx(1.131133, abs=1e-4)
    assert found.log_likelihood == pytest.approx(-81.57, abs=5e-3)


@pytest.mark.parametrize("nodes", [10, 15])
def test_by_quadrature_wine_is_fitted_as_by_clmm(nodes: int):
    found = fit(Y, X, JUDGE, nodes=nodes)
    assert found.beta.tolist() == pytest.approx([3.0618969, 1.8334312], abs=1e-4)
    expected = [-1.6234927, 1.5127945, 4.2270549, 6.0861550]
    assert found.thresholds.tolist() == pytest.approx(expected, abs=1e-4)
    expected = [0.6833879, 0.6044393, 0.8089811, 0.9719433, 0.5950779, 0.5121720]
    assert errors(found)[:6] == pytest.approx(expected, abs=1e-4)
    assert found.sd == pytest.approx(1.134787, abs=1e-4)
    assert found.log_likelihood == pytest.approx(-81.53246071, abs=1e-6)


def test_without_participants_the_model_is_that_of_statsmodels():
    from statsmodels.miscmodels.ordinal_model import OrderedModel

    frame = ratings(seed=3)
    y = frame["liking"].to_numpy(np.intp) - 1
    x = np.column_stack([frame["condition"] == one for one in CONDITIONS[1:]]).astype(float)
    theirs = OrderedModel(y, x, distr="logit").fit(method="bfgs", gtol=1e-8, disp=False)
    ours = fit(y, x)
    assert ours.log_likelihood == pytest.approx(theirs.llf, abs=1e-6)
    assert ours.beta.tolist() == pytest.approx(theirs.params[:2].tolist(), abs=1e-4)
    assert errors(ours)[-2:] == pytest.approx(theirs.bse[:2].tolist(), abs=1e-3)


def test_the_quadrature_is_the_integral():
    parameters = np.array([-1.5, 1.0, 3.0, 5.0, 2.0, 1.0, 1.3])
    ends = np.concatenate([[-np.inf], parameters[:4], [np.inf]])
    shift = X @ parameters[4:6]

    def integrand(v: float, judge: int) -> float:
        own = judge == JUDGE
        above, below = (ends[Y[own] + i] - shift[own] - 1.3 * v for i in (1, 0))
        return np.prod(stats.logistic.cdf(above) - stats.logistic.cdf(below)) * stats.norm.pdf(v)

    integrals = [integrate.quad(integrand, -8, 8, args=(j,), epsabs=0)[0] for j in range(9)]
    value, _ = evaluate(alike(Y, X, JUDGE), parameters, 15)
    assert value == pytest.approx(np.log(integrals).sum(), abs=1e-7)


@pytest.mark.parametrize("nodes", [1, 5, 15])
@pytest.mark.parametrize("sd", [0.5, 2.2, 8.0])
def test_the_gradient_is_exact(nodes: int, sd: float):
    """Also for participants who gave one rating throughout, whose modes are far out."""
    y = np.where(JUDGE == 0, 4, np.where(JUDGE == 1, 0, Y))
    data, parameters = alike(y, X, JUDGE), np.array([-1.5, 1.0, 3.0, 5.0, 2.0, 1.0, sd])
    _, gradient = evaluate(data, parameters, nodes)
    differences = [
        (evaluate(data, parameters + step, nodes)[0] - evaluate(data, parameters - step, nodes)[0])
        / 2e-5
        for step in 1e-5 * np.eye(7)
    ]
    assert gradient == pytest.approx(np.array(differences), abs=1e-6)


def test_terms_are_thresholds_and_every_pair_of_conditions():
    result = compare(ratings())
    names = ["1|2", "2|3", "3|4", "4|5"]
    names += [f"{CHANCE} - {SPACE}", f"{GENRE} - {SPACE}", f"{GENRE} - {CHANCE}", "condition"]
    assert list(result.terms["term"]) == names
    assert list(result.terms.columns) == TERMS
    assert list(result.components.columns) == COMPONENTS
    assert set(result.terms["status"]) == {"ok"}


def test_t_and_its_interval_are_of_participants():
    row = compare(ratings(), alpha=0.1).terms.set_index("term").loc[f"{CHANCE} - {SPACE}"]
    assert row["statistic"] == pytest.approx(row["estimate"] / row["se"])
    assert row["df"] == 19
    assert row["p"] == pytest.approx(2 * stats.t.sf(abs(row["statistic"]), 19))
    # Student's t with 19 degrees of freedom, 95 %: 1.729133.
    assert row["ci_high"] - row["ci_low"] == pytest.approx(2 * 1.729133 * row["se"])


def test_between_participants_each_condition_costs_a_degree_of_freedom():
    frame = ratings(people=30)
    own = frame["participant_id"].str[1:].astype(int) % 3
    conditions = frame["condition"].map({SPACE: 0, CHANCE: 1, GENRE: 2})
    terms = compare(frame[own == conditions]).terms.set_index("term")
    assert terms.loc[f"{CHANCE} - {SPACE}", "df"] == 18
    assert terms.loc["condition", "df"] == 27


def test_many_participants_have_the_sandwich_of_generalised_estimating_equations():
    rng = np.random.default_rng(1)
    people, x = np.repeat(np.arange(400), 6), np.tile([[0.0], [1.0]], (1200, 1))
    taste = rng.normal(0, 1, (400, 2))[people, x[:, 0].astype(int)]
    y = (taste + 0.5 * x[:, 0] + rng.logistic(size=2400) > 0).astype(np.intp)
    design = np.column_stack([np.ones(2400), x])
    theirs = GEE(y, design, people, family=Binomial(), cov_struct=Independence()).fit()
    own = clustered(y, x, people, fit(y, x))
    assert np.sqrt(np.diagonal(own)) == pytest.approx(theirs.bse, rel=5e-3)


@pytest.mark.parametrize(("people", "tracks"), [(3, 1), (4, 1), (8, 1), (8, 3)])
def test_errors_of_few_participants_have_an_end(people: int, tracks: int):
    """In some of these the others' information comes to less than one participant's."""
    for seed in range(8):
        rng = np.random.default_rng(seed)
        person, condition = np.divmod(np.repeat(np.arange(2 * people), tracks), 2)
        latent = rng.normal(size=people)[person] + rng.logistic(size=len(person))
        frame = pd.DataFrame(
            {
                "participant_id": [f"p{one}" for one in person],
                "condition": np.array([SPACE, CHANCE])[condition],
                "liking": np.digitize(latent, [-2, -1, 0.5, 1.5]) + 1.0,
            }
        )
        terms = compare(frame, conditions=[SPACE, CHANCE]).terms
        assert (terms["se"].isna() == (terms["status"] != "ok")).all()
        assert not (terms["se"] > 10).any()
        if people == 8:
            assert set(terms["status"]) == {"ok"}


def test_a_comparison_needs_two_participants_on_each_side():
    frame = ratings()
    first = frame["participant_id"] == "p0"
    terms = compare(frame[(frame["condition"] != CHANCE) | first]).terms.set_index("term")
    why = f"not_estimable: only one participant rated in {CHANCE}"
    assert terms.loc[f"{CHANCE} - {SPACE}", "status"] == why
    assert terms.loc[f"{GENRE} - {SPACE}", "status"] == "ok"


def test_the_omnibus_test_does_not_depend_on_the_reference():
    one, other = (compare(ratings(), reference=c).terms.iloc[-1] for c in (SPACE, GENRE))
    assert (one["statistic_name"], one["df_numerator"], one["df"]) == ("F", 2, 19)
    assert one["statistic"] == pytest.approx(other["statistic"], rel=1e-4)


def test_turning_the_scale_round_turns_the_effects():
    frame = ratings()
    turned = compare(frame.assign(liking=6 - frame["liking"])).terms["estimate"]
    plain = compare(frame).terms["estimate"]
    assert turned[4:7].tolist() == pytest.approx((-plain[4:7]).tolist(), abs=1e-4)
    assert turned[:4].tolist() == pytest.approx((-plain[:4][::-1]).tolist(), abs=1e-4)


def test_the_order_of_rows_makes_no_difference():
    frame = ratings()
    columns = ["estimate", "se", "statistic", "p"]
    mixed = compare(frame.sample(frac=1, random_state=1)).terms[columns].to_numpy(float)
    assert mixed == pytest.approx(compare(frame).terms[columns].to_numpy(float), nan_ok=True)


def test_a_point_that_nobody_chose_has_no_threshold():
    frame = ratings()
    without = compare(frame[frame["liking"] != 3])
    merged = frame[frame["liking"] != 3].assign(liking=lambda f: f["liking"] - (f["liking"] > 3))
    assert list(without.terms["term"][:3]) == ["1|2", "2|4", "4|5"]
    expected = compare(merged, points=4).terms["estimate"].tolist()
    assert without.terms["estimate"].tolist() == pytest.approx(expected, nan_ok=True)


def test_two_points_are_a_logistic_regression():
    rows = WINE.assign(high=(WINE["rating"] > 3) + 1.0, participant_id=np.arange(len(WINE)))
    rows = rows.rename(columns={"temp": "condition"})
    result = cumulative_link(rows, "high", conditions=["cold", "warm"], points=2)
    table = pd.crosstab(rows["condition"], rows["high"])
    odds_ratio = table.loc["warm", 2] * table.loc["cold", 1] / table.loc["warm", 1]
    log_odds_ratio = np.log(odds_ratio / table.loc["cold", 2])
    assert result.terms["estimate"][1] == pytest.approx(log_odds_ratio)
    assert result.terms["se"][1] == pytest.approx(np.sqrt((1 / table).to_numpy().sum()))


def test_participants_share_is_on_the_logit_scale():
    components = compare(ratings()).components.set_index("component")
    variance = components.loc["participant", "variance"]
    assert components.loc["participant", "share"] == pytest.approx(
        variance / (variance + np.pi**2 / 3)
    )
    assert components.loc["participant", "n_levels"] == 20


def test_a_variance_may_be_0():
    frame = ratings(people=6, seed=2, sd=0.0)
    result = compare(frame)
    assert result.components["variance"][0] == 0
    alone = frame.assign(participant_id=range(len(frame)))
    assert errors(result.fit) == pytest.approx(errors(compare(alone).fit), rel=1e-4)


def test_one_rating_a_participant_needs_no_intercepts():
    frame = ratings().assign(participant_id=lambda f: f.index)
    result = compare(frame)
    expected = "not_estimable: one rating a participant, part of the residual"
    assert result.components["status"][0] == expected
    assert set(result.terms["status"]) == {"ok"}


@pytest.mark.parametrize(
    ("frame", "why"),
    [
        (ratings()[:0], "no ratings"),
        (ratings().assign(liking=np.nan), "no ratings"),
        (ratings().assign(liking=4), "all ratings equal"),
        (ratings().assign(liking=lambda f: f["liking"] + 0.5), "ratings that are not 1 to 5"),
        (ratings(people=1), "one participant"),
        (
            ratings().assign(participant_id=lambda f: f["condition"]),
            "the conditions tell every participant apart",
        ),
        (
            ratings().assign(liking=lambda f: f["participant_id"].str[1:].astype(int) % 5 + 1),
            "no participant's ratings differ",
        ),
        (
            ratings().assign(
                liking=lambda f: f["condition"].map({SPACE: 1, CHANCE: 3, GENRE: 4}) + f.index % 2
            ),
            "the ratings of conditions do not overlap",
        ),
    ],
)
def test_a_model_that_cannot_be_fitted_says_why(frame: pd.DataFrame, why: str):
    result = compare(frame)
    assert set(result.terms["status"]) == {f"not_estimable: {why}"}
    assert result.terms[["estimate", "p"]].isna().all(axis=None)
    assert result.components["variance"].isna().all()
    assert not result.terms["converged"].any()


def test_a_condition_at_one_end_of_the_scale_takes_only_its_own_comparisons():
    frame = ratings()
    end = compare(frame.assign(liking=frame["liking"].where(frame["condition"] != CHANCE, 5)))
    status = dict(zip(end.terms["term"], end.terms["status"], strict=True))
    why = f"not_estimable: all ratings in {CHANCE} at one end of the scale"
    assert status[f"{CHANCE} - {SPACE}"] == status[f"{GENRE} - {CHANCE}"] == why
    assert status[f"{GENRE} - {SPACE}"] == status["1|2"] == "ok"
    assert end.terms["n_obs"][0] == 160


def test_a_condition_without_ratings_takes_only_its_own_comparisons():
    frame = ratings()
    terms = compare(frame[frame["condition"] != CHANCE]).terms.set_index("term")
    assert terms.loc[f"{CHANCE} - {SPACE}", "status"] == f"not_estimable: no ratings in {CHANCE}"
    assert terms.loc[f"{GENRE} - {SPACE}", "status"] == "ok"


@pytest.mark.parametrize(
    ("first", "second", "apart"),
    [
        ([0, 1, 2], [1, 2, 3], False),
        ([0, 1], [2, 3], True),
        ([0, 1], [1, 2], True),
        ([0, 2], [1], False),
        ([0, 1, 2], [2], True),
    ],
)
def test_ratings_that_do_not_overlap_are_found(first: list[int], second: list[int], apart: bool):
    y = np.array(first + second)
    x = np.repeat([0.0, 1.0], [len(first), len(second)])[:, None]
    assert separated(y, x) is apart
