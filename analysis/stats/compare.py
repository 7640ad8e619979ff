"""Two conditions compared, between or within participants, and Holm's correction of a family.

Each test is one row of `COMPARISONS`. The unit is the participant: all ratings of one
participant in a condition are averaged first, so that nobody counts more than once. Differences,
statistics and effects are the first condition minus the second: positive when it is higher.
Three and more conditions are in `several.py`.
"""

from collections.abc import Callable, Mapping

import numpy as np
import pandas as pd
from scipy import stats

from . import effects, exact, shift
from .effects import Effect, Floats
from .participants import means_by_condition, not_apart, too_few, too_few_complete
from .rows import COMPARISONS, OK, UNIT, Fields, named, not_estimable
from .several import omnibus
from .t_tests import TTest, paired_t, tost, welch_t

__all__ = ["COMPARISONS", "between", "holm", "omnibus", "paired_t", "tost", "welch_t", "within"]

Test = Callable[[Floats, Floats, float, float | None], Fields]


# rows


def between(
    frame: pd.DataFrame,
    outcome: str,
    a: str,
    b: str,
    *,
    bound: float | None = None,
    alpha: float = 0.05,
    seed: int = 1,
) -> pd.DataFrame:
    """Two conditions that different participants had: three rows of `COMPARISONS`.

    `frame` has `participant_id`, `condition` and the outcome, any number of rows for each.

    test            estimate                                         effect
    welch_t         mean a − mean b                                  Hedges' g
    mann_whitney    median of all differences a − b (Hodges–Lehmann) Cliff's δ
    brunner_munzel  none: it tests its effect                        P(a > b) + ½ P(a = b)

    Estimates are in the outcome's unit; intervals hold with confidence 1 − `alpha`; p is
    two-sided. Mann–Whitney is exact with fewer than 50 participants on each side and no ties,
    else normal with tie and continuity corrections, as in R. With `bound` (in the outcome's
    unit) the Welch row has the equivalence test: `tost_p` below alpha says that the means
    differ by less than the bound. No interval is drawn by chance, so that `seed` does nothing.

    `n_left_out` counts participants of these conditions without a value. What can't be
    estimated is empty and `status` says why: nobody or one participant in a condition, no
    variance, no overlap (Brunner–Munzel), somebody in both conditions. Raises KeyError for an
    unknown column and ValueError for a bound that is not positive.
    Sources: Welch (1947), Biometrika 34:28; Mann & Whitney (1947), AMS 18:50; Brunner & Munzel
    (2000), Biom. J. 42:17; Schuirmann (1987), J. Pharmacokinet. Biopharm. 15:657.
    """
    means = means_by_condition(frame, outcome, [a, b])
    x, y = (means[name].dropna().to_numpy(dtype=np.float64) for name in (a, b))
    problem = not_apart(means) or too_few([x, y], [a, b])
    about = {"condition_a": a, "condition_b": b, "n_left_out": int(means.isna().all(axis=1).sum())}
    tests = {"welch_t": _welch, "mann_whitney": _mann_whitney, "brunner_munzel": _brunner_munzel}
    return _rows(tests, x, y, problem, about, alpha, _checked(bound))


def within(
    frame: pd.DataFrame,
    outcome: str,
    a: str,
    b: str,
    *,
    bound: float | None = None,
    alpha: float = 0.05,
    seed: int = 1,
) -> pd.DataFrame:
    """Two conditions that the same participants had: two rows of `COMPARISONS`.

    test                  estimate                                       effect
    paired_t              mean of the differences a − b                  d_av
    wilcoxon_signed_rank  pseudomedian of the differences (Hodges–Lehmann) rank-biserial r

    Only participants with a value in both conditions count: `n_a` = `n_b` = the pairs used,
    and `n_left_out` says how many participants of these conditions were not. The signed-rank
    test leaves out pairs without a difference (Wilcoxon's way, not Pratt's; R's default), so
    that its row has the n and the means of those with one. It is exact with fewer than 50
    pairs, no ties and no zero, else normal with tie and continuity corrections, as in R.
    Units, `bound`, `seed`, `status` and what is raised: as `between`. Sources: Student (1908),
    Biometrika 6:1; Wilcoxon (1945), Biometrics Bulletin 1:80; Schuirmann (1987).
    """
    means = means_by_condition(frame, outcome, [a, b])
    complete = means.dropna()
    x, y = (complete[name].to_numpy(dtype=np.float64) for name in (a, b))
    about = {"condition_a": a, "condition_b": b, "n_left_out": len(means) - len(complete)}
    tests = {"paired_t": _paired, "wilcoxon_signed_rank": _signed_rank}
    return _rows(tests, x, y, too_few_complete(complete), about, alpha, _checked(bound))


def holm(p: pd.Series) -> pd.Series:
    """The p-values of one family, corrected so that alpha holds for all of them together.

    0–1, with the index of `p`; NaN stays NaN and does not count. Source: Holm (1979), Scand. J.
    Statist. 6:65.
    """
    # statsmodels' multipletests collects garbage at every call, which takes longer than all tests.
    values = p.to_numpy(dtype=np.float64, na_value=np.nan)
    rising = np.argsort(values)[: np.count_nonzero(~np.isnan(values))]
    times = np.arange(len(rising), 0, -1)
    corrected = np.full(len(values), np.nan)
    corrected[rising] = np.maximum.accumulate(values[rising] * times).clip(max=1)
    return pd.Series(corrected, p.index)


def _checked(bound: float | None) -> float | None:
    if bound is not None and not bound > 0:
        raise ValueError(f"an equivalence bound must be above 0, got {bound}")
    return bound


def _rows(
    tests: Mapping[str, Test],
    x: Floats,
    y: Floats,
    problem: str,
    about: Fields,
    alpha: float,
    bound: float | None,
) -> pd.DataFrame:
    shared: Fields = {**about, "unit": UNIT, "status": OK, **_sizes(x, y)}
    rows = pd.DataFrame(
        [
            {
                **shared,
                "test": name,
                **(not_estimable(problem) if problem else test(x, y, alpha, bound)),
            }
            for name, test in tests.items()
        ],
        columns=COMPARISONS,
    )
    # Pairs without a difference, which the signed-rank test does not use.
    rows["n_left_out"] += len(x) - rows["n_a"]
    return rows


def _sizes(x: Floats, y: Floats) -> Fields:
    return {
        "n_a": len(x),
        "n_b": len(y),
        "mean_a": x.mean() if len(x) else np.nan,
        "mean_b": y.mean() if len(y) else np.nan,
    }


# tests of means


def _of_t(test: TTest, bound: float | None, effect: Effect, name: str) -> Fields:
    found = {
        "estimate": test.estimate,
        "se": test.se,
        "estimate_ci_low": test.low,
        "estimate_ci_high": test.high,
        "statistic": test.statistic,
        "df": test.df,
        "p": test.p,
        **named(effect, name),
    }
    if bound is None:
        return found
    p = tost(test.estimate, test.se, test.df, bound)
    return {**found, "tost_low": -bound, "tost_high": bound, "tost_p": p}


def _welch(x: Floats, y: Floats, alpha: float, bound: float | None) -> Fields:
    if exact.constant(x) and exact.constant(y):
        return not_estimable("no variance within either condition")
    test = welch_t(x, y, alpha=alpha)
    return _of_t(test, bound, effects.hedges_g(x, y, alpha=alpha), "hedges_g")


def _paired(x: Floats, y: Floats, alpha: float, bound: float | None) -> Fields:
    if exact.constant(effects.differences(x, y)):
        return not_estimable("all participants' differences are equal")
    test = paired_t(x, y, alpha=alpha)
    return _of_t(test, bound, effects.d_av(x, y, alpha=alpha), "d_av")


# tests of ranks


def _mann_whitney(x: Floats, y: Floats, alpha: float, _: float | None) -> Fields:
    tied = len(np.unique(np.concatenate([x, y]))) < len(x) + len(y)
    exact = not tied and max(len(x), len(y)) < shift.SMALL
    test = stats.mannwhitneyu(x, y, method="exact" if exact else "asymptotic")
    return {
        "statistic": float(test.statistic),
        "p": float(test.pvalue),
        **_shifted(shift.between(x, y, exact=exact, alpha=alpha)),
        **named(effects.cliff_delta(x, y, alpha=alpha), "cliff_delta"),
    }


def _brunner_munzel(x: Floats, y: Floats, alpha: float, _: float | None) -> Fields:
    found = effects.superiority(x, y, alpha=alpha)
    if np.isnan(found.p):
        return not_estimable("the conditions do not overlap, so its variance is 0")
    return {
        "statistic": found.statistic,
        "df": found.df,
        "p": found.p,
        **named(found.effect, "probability_of_superiority"),
    }


def _signed_rank(x: Floats, y: Floats, alpha: float, _: float | None) -> Fields:
    difference = effects.differences(x, y)
    differs = difference != 0
    if differs.sum() < 2:
        who = "only one participant's" if differs.any() else "no participant's"
        return not_estimable(f"{who} means differ")
    signed = difference[differs]
    tied = len(np.unique(np.abs(signed))) < len(signed)
    exact = not tied and bool(differs.all()) and len(signed) < shift.SMALL
    test = stats.wilcoxon(signed, correction=True, method="exact" if exact else "approx")
    return {
        **_sizes(x[differs], y[differs]),
        # R's V; scipy's two-sided statistic is the smaller of the two rank sums.
        "statistic": float(stats.rankdata(np.abs(signed))[signed > 0].sum()),
        "p": float(test.pvalue),
        **_shifted(shift.within(signed, exact=exact, alpha=alpha)),
        **named(effects.rank_biserial(x, y, alpha=alpha), "rank_biserial"),
    }


def _shifted(shifted: Effect) -> Fields:
    return {
        "estimate": shifted.estimate,
        "estimate_ci_low": shifted.low,
        "estimate_ci_high": shifted.high,
    }
