"""Three and more conditions compared at once: does any differ? Which, pairs in `compare` say."""

from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy import special, stats

from . import exact
from .effects import NONE, Effect, Floats, eta_squared
from .participants import means_by_condition, not_apart, too_few, too_few_complete
from .rows import COMPARISONS, OK, UNIT, Fields, named, not_estimable

ALL = "all"

Test = Callable[[list[Floats], float], Fields]


def omnibus(
    frame: pd.DataFrame,
    outcome: str,
    conditions: Sequence[str],
    *,
    paired: bool,
    alpha: float = 0.05,
) -> pd.DataFrame:
    """Whether any of k ≥ 3 conditions differs: two rows of `COMPARISONS`.

    `frame` has `participant_id`, `condition` and the outcome, any number of rows for each.

    paired  test            statistic, df, df_residual                effect
    no      welch_anova     F, k − 1, Welch's                         partial η²
    no      kruskal_wallis  H, k − 1                                  ε²
    yes     rm_anova        F, both × Greenhouse–Geisser's epsilon    partial η²
    yes     friedman        χ², k − 1                                 Kendall's W

    `condition_a` is "all", `n_a` the participants used and `n_left_out` those of the conditions
    who were not: without a value, or with `paired` without one in every condition. There is no
    single difference, so that `estimate` is empty. Intervals hold with confidence 1 − `alpha`;
    as these effects are never negative, the low end is 0 when p is above alpha/2.
    `status` says why a row holds no result. Raises KeyError for an unknown column.
    Sources: Welch (1951), Biometrika 38:330; Kruskal & Wallis (1952), JASA 47:583; Greenhouse &
    Geisser (1959), Psychometrika 24:95; Friedman (1937), JASA 32:675; `eta_squared`,
    `epsilon_squared`, `kendall_w`.
    """
    everybody = means_by_condition(frame, outcome, conditions)
    means = everybody.dropna(how="any" if paired else "all")
    groups = [means[name].dropna().to_numpy(dtype=np.float64) for name in conditions]
    problem = _problem(means, groups, conditions, paired)
    shared: Fields = {
        "condition_a": ALL,
        "condition_b": "",
        "unit": UNIT,
        "n_a": len(means),
        "n_left_out": len(everybody) - len(means),
        "status": OK,
    }
    rows = [
        {**shared, "test": name, **(not_estimable(problem) if problem else test(groups, alpha))}
        for name, test in (WITHIN if paired else BETWEEN).items()
    ]
    return pd.DataFrame(rows, columns=COMPARISONS)


def _problem(
    means: pd.DataFrame, groups: list[Floats], conditions: Sequence[str], paired: bool
) -> str:
    if len(conditions) < 3:
        return "fewer than three conditions"
    apart = too_few_complete(means) if paired else not_apart(means)
    return apart or too_few(groups, conditions)


# effects


def epsilon_squared(h: float, n: int, k: int, *, alpha: float = 0.05) -> Effect:
    """ε² = H/(n − 1) of Kruskal–Wallis, 0–1: the share of the ranks' variance between conditions.

    `h` is corrected for ties, `n` counts participants and `k` conditions. The interval is the
    noncentral χ² one, λ/(n − 1): 95–97 % coverage in simulations without and with moderate
    differences, more with large ones, where a percentile bootstrap has none at all without a
    difference, as it can't reach 0. Source: Tomczak & Tomczak (2014), Trends Sport Sci. 1:19.
    """
    return _of_chi2(h, k - 1, n - 1, alpha)


def kendall_w(chi2: float, n: int, k: int, *, alpha: float = 0.05) -> Effect:
    """Kendall's W = χ²/(n(k − 1)) of Friedman, 0–1: how much participants agree on the order.

    `n` counts participants and `k` conditions; the interval is as that of `epsilon_squared`.
    Source: Kendall & Babington Smith (1939), AMS 10:275.
    """
    return _of_chi2(chi2, k - 1, n * (k - 1), alpha)


def _of_chi2(chi2: float, df: int, largest: int, alpha: float) -> Effect:
    if not np.isfinite(chi2) or largest < 1:
        return NONE
    low, high = (
        0.0 if stats.chi2.cdf(chi2, df) < p else float(special.chndtrinc(chi2, df, p))
        for p in (1 - alpha / 2, alpha / 2)
    )
    return Effect(chi2 / largest, low / largest, min(high / largest, 1.0))


def greenhouse_geisser(values: ArrayLike) -> float:
    """Greenhouse & Geisser's ε̂ of participants × conditions: 1/(k − 1) to 1 (sphericity).

    NaN when all participants differ equally between conditions. Source: Greenhouse & Geisser
    (1959), Psychometrika 24:95, after Box (1954).
    """
    covariance = np.cov(np.asarray(values, dtype=np.float64), rowvar=False)
    centred = covariance - covariance.mean(axis=0) - covariance.mean(axis=1)[:, None]
    centred = centred + covariance.mean()
    squares = float((centred**2).sum())
    return float(np.trace(centred) ** 2 / (len(covariance) - 1) / squares) if squares else np.nan


# tests


def _welch(groups: list[Floats], alpha: float) -> Fields:
    from statsmodels.stats.oneway import anova_oneway

    if any(exact.constant(group) for group in groups):
        return not_estimable("a condition without variance")
    test = anova_oneway(groups, use_var="unequal")
    return _of_f(float(test.statistic), float(test.df_num), float(test.df_denom), alpha)


def _repeated(groups: list[Floats], alpha: float) -> Fields:
    values = np.column_stack(groups)
    n, k = values.shape
    by_condition = values.mean(axis=0)
    residual = values - values.mean(axis=1, keepdims=True) - by_condition + values.mean()
    error = float((residual**2).sum())
    if all(exact.constant(exact.differences(groups[0], other)) for other in groups[1:]):
        return not_estimable("all participants' differences are equal")
    explained = n * float(((by_condition - values.mean()) ** 2).sum())
    epsilon = greenhouse_geisser(values)
    f = explained / (error / (n - 1))
    return _of_f(f, epsilon * (k - 1), epsilon * (k - 1) * (n - 1), alpha)


def _of_f(f: float, df1: float, df2: float, alpha: float) -> Fields:
    return {
        "statistic": f,
        "df": df1,
        "df_residual": df2,
        "p": float(stats.f.sf(f, df1, df2)),
        **named(eta_squared(f, df1, df2, alpha=alpha), "partial_eta_squared"),
    }


def _kruskal(groups: list[Floats], alpha: float) -> Fields:
    test, n, k = stats.kruskal(*groups), sum(map(len, groups)), len(groups)
    effect = named(epsilon_squared(float(test.statistic), n, k, alpha=alpha), "epsilon_squared")
    return {"statistic": float(test.statistic), "df": k - 1, "p": float(test.pvalue), **effect}


def _friedman(groups: list[Floats], alpha: float) -> Fields:
    if exact.constants(np.vstack(groups)).all():
        return not_estimable("no participant's means differ")
    test, n, k = stats.friedmanchisquare(*groups), len(groups[0]), len(groups)
    effect = named(kendall_w(float(test.statistic), n, k, alpha=alpha), "kendall_w")
    return {"statistic": float(test.statistic), "df": k - 1, "p": float(test.pvalue), **effect}


BETWEEN: dict[str, Test] = {"welch_anova": _welch, "kruskal_wallis": _kruskal}
WITHIN: dict[str, Test] = {"rm_anova": _repeated, "friedman": _friedman}
