"""Linear mixed models of ratings: participants and tracks crossed, playlists within participants.

Tables of terms and of variance components, each row with its status. The fit itself is in `reml`,
the tests in `satterthwaite`.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy import stats

from analysis.stats import reml
from analysis.stats.blocks import Floats
from analysis.stats.conditions import (
    OMNIBUS,
    RESIDUAL,
    between_people,
    complete,
    components_table,
    counts,
    indicators,
    ordered,
    pairs,
    present_in,
    status,
    table,
    without_ratings,
)
from analysis.stats.estimable import Solution, independent, noun, solve
from analysis.stats.satterthwaite import degrees_of_freedom, f_test

INTERCEPT = "intercept"


@dataclass(frozen=True, slots=True)
class MixedFit:
    """`terms` and `components` are tables of `conditions`; `fit` is None if there is none."""

    terms: pd.DataFrame
    components: pd.DataFrame
    fit: reml.Fit | None


def crossed(
    frame: pd.DataFrame,
    outcome: str,
    *,
    conditions: Sequence[str],
    reference: str | None = None,
    groups: Sequence[str] = ("participant_id", "track_id", "playlist_id"),
    alpha: float = 0.05,
) -> MixedFit:
    """Conditions compared by all ratings at once: condition + groups' intercepts + residual.

    `frame` has one row a rating with `condition`, the outcome (NaN = missing) and the columns of
    `groups`; rows that lack one of these or are of no condition named are left out. The first group
    is the unit that tests go by: at least two are needed. Restricted maximum likelihood.

    Terms, in the outcome's unit: `intercept`, the mean in the `reference` (by default the first
    condition); `B - A` for every pair, the reference first, the mean in B less that in A, with t,
    Satterthwaite's degrees of freedom, two-sided p and the 1 − `alpha` interval; with three
    conditions or more `condition`, the F test that all are equal (`df_numerator` and `df`).
    Where the first group's variance is estimated at 0, ratings would be taken for as many people:
    degrees of freedom then are at most those between its levels, and `note` says so. With less than
    one there is no test and no interval.
    `log_likelihood` is the restricted one. Components: variance, standard deviation and share of
    the sum (an intraclass correlation) by group and of the residual. A group that can't be told
    from another, from the conditions or from the residual is left out, and its status says so.

    Never raises for poor data: what can't be estimated is NaN with its reason in `status`.
    """
    used = complete(frame, outcome, conditions, groups)
    present = present_in(used, conditions)
    solution = solve(
        used[outcome].to_numpy(),
        indicators(used, present),
        {group: used[group] for group in groups},
        needed=groups[0],
        effects="conditions",
    )
    means = dict(zip(present, np.eye(len(present)), strict=True))
    order = ordered(conditions, reference)
    most = _most(solution, used, groups[0])
    rows = _condition_rows(solution, order, means, alpha, most)
    terms = table(rows, counts(used) | _quality(solution))
    return MixedFit(terms, _components(solution, {}), solution.fit)


def fit(
    y: ArrayLike,
    x: ArrayLike,
    groups: Mapping[str, ArrayLike],
    *,
    names: Sequence[str] | None = None,
    slopes: Mapping[str, ArrayLike] | None = None,
    restricted: bool = True,
    alpha: float = 0.05,
) -> MixedFit:
    """Fit y (n,) = x (n, p) β + an intercept for each level of each group + residual.

    `x` holds the intercept too, if there is one; `names` are its columns'. The effects of `slopes`
    vary by level of the first group, correlated with its intercept: lme4's `Days | Subject` is
    `fit(y, [1, days], {"Subject": subject}, slopes={"Days": days})`. Rows with anything missing are
    left out. One term a column of x; a column that those before it make up is not estimable. The
    covariances of slopes and intercept are in `fit.covariances` of what is returned.
    """
    outcome, design = np.asarray(y, dtype=float), np.asarray(x, dtype=float)
    varying = np.array([np.asarray(slope, dtype=float) for slope in (slopes or {}).values()])
    varying = varying.reshape(-1, len(outcome)).T
    codes = pd.DataFrame({name: np.asarray(one) for name, one in groups.items()})
    numbers = np.column_stack([outcome, design, varying])
    kept = np.isfinite(numbers).all(axis=1) & codes.notna().all(axis=1).to_numpy()
    own = independent(design[kept])
    solution = solve(
        outcome[kept],
        design[kept][:, own],
        {name: codes.loc[kept, name] for name in codes},
        needed=next(iter(groups)) if slopes else None,
        slopes=varying[kept] if slopes else None,
        restricted=restricted,
    )
    contrasts = dict(zip(np.flatnonzero(own).tolist(), np.eye(own.sum()), strict=True))
    rows = []
    for column, name in enumerate(names or [f"x{i}" for i in range(design.shape[1])]):
        reason = solution.reason or ("" if own[column] else "made up of other columns")
        rows.append(_row(solution.fit, name, contrasts.get(column), reason, alpha))
    terms = table(rows, {"n_obs": int(kept.sum())} | _quality(solution))
    components = _components(solution, {name: list(slopes or {}) for name in list(groups)[:1]})
    return MixedFit(terms, components, solution.fit)


def _condition_rows(
    solution: Solution,
    order: Sequence[str],
    means: Mapping[str, Floats],
    alpha: float,
    most: Callable[[Sequence[str]], float],
) -> list[dict[str, object]]:
    """The reference's mean, every pair's difference, and the test of all."""
    first = order[0]
    reason = solution.reason or without_ratings([first], list(means))
    rows = [_row(solution.fit, INTERCEPT, means.get(first), reason, alpha, most([first]))]
    for name, a, b in pairs(order):
        reason = solution.reason or without_ratings([a, b], list(means))
        difference = None if reason else means[b] - means[a]
        rows.append(_row(solution.fit, name, difference, reason, alpha, most([a, b])))
    if len(order) > 2:
        reason = solution.reason or without_ratings(order, list(means))
        differences = None if reason else [means[one] - means[first] for one in order[1:]]
        rows.append(_omnibus(solution.fit, differences, reason, most(order)))
    return rows


HELD = "no variance between participants was found: degrees of freedom are at most those of people"


# With fewer degrees of freedom an interval holds everything there is, and more.
TOO_FEW = "less than one degree of freedom, as too few people or songs tell of it"


def _most(solution: Solution, used: pd.DataFrame, group: str) -> Callable[[Sequence[str]], float]:
    """The degrees of freedom that a test of some conditions has at most."""
    known = solution.fit.covariances.get(group) if solution.fit else None
    if group != "participant_id" or known is None or known.item() > 0:
        return lambda conditions: np.inf
    return lambda conditions: float(max(between_people(used, conditions), 1))


def _row(
    found: reml.Fit | None,
    name: str,
    contrast: Floats | None,
    reason: str,
    alpha: float,
    most: float = np.inf,
) -> dict[str, object]:
    """One t test, with `most` degrees of freedom at the most."""
    row: dict[str, object] = {"term": name, "statistic_name": "t", "status": status(reason)}
    if reason or found is None or contrast is None:
        return row
    estimate, se = contrast @ found.beta, np.sqrt(contrast @ found.cov @ contrast)
    df = degrees_of_freedom(found, contrast)
    if not df >= 1:
        return row | {"estimate": estimate, "se": se, "status": status(TOO_FEW)}
    row["note"], df = HELD if df > most else "", min(df, most)
    margin = stats.t.ppf(1 - alpha / 2, df) * se
    return row | {
        "estimate": estimate,
        "se": se,
        "statistic": estimate / se,
        "df": df,
        "p": 2 * stats.t.sf(abs(estimate / se), df),
        "ci_low": estimate - margin,
        "ci_high": estimate + margin,
    }


def _omnibus(
    found: reml.Fit | None, differences: Sequence[Floats] | None, reason: str, most: float
) -> dict[str, object]:
    row: dict[str, object] = {"term": OMNIBUS, "statistic_name": "F", "status": status(reason)}
    if reason or found is None or differences is None:
        return row
    test = f_test(found, np.array(differences))
    df = min(test.df, most)
    if not df >= 1:
        return row | {"status": status(TOO_FEW)}
    p = stats.f.sf(test.f, test.df_numerator, df)
    found_row = {"statistic": test.f, "df_numerator": test.df_numerator, "df": df, "p": p}
    return row | found_row | {"note": HELD if test.df > most else ""}


def _components(solution: Solution, slopes: Mapping[str, Sequence[str]]) -> pd.DataFrame:
    """A row a group (and slope) and one of the residual. Shares only where none depends on x."""
    rows: list[tuple[str, float, int | None, str]] = []
    for name, levels in solution.levels.items():
        labels = [noun(name), *(f"{noun(name)}: {slope}" for slope in slopes.get(name, []))]
        reason = solution.reason or solution.dropped.get(name, "")
        known = solution.fit.covariances.get(name) if solution.fit else None
        variances = [np.nan] * len(labels) if known is None else np.diagonal(known).tolist()
        pairs = zip(labels, variances, strict=True)
        rows += [(label, variance, levels, reason) for label, variance in pairs]
    rows.append((RESIDUAL, solution.fit.sigma2 if solution.fit else np.nan, None, solution.reason))
    return components_table(rows, shares=not any(slopes.values()))


def _quality(solution: Solution) -> dict[str, object]:
    fitted = solution.fit
    return {
        "log_likelihood": -fitted.criterion / 2 if fitted else np.nan,
        "converged": bool(fitted and fitted.converged),
    }
