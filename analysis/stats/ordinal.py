"""Cumulative logit models of ratings on a scale of points, with an intercept for each participant.

Tables of terms and of variance components, each row with its status. The fit is in `cumulative`.
"""

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from scipy import stats

from analysis.stats import cumulative
from analysis.stats.blocks import Codes, Floats
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

GROUP, PARTICIPANT = "participant_id", "participant"
# The variance of the logistic distribution, which is the residual's by definition.
LOGISTIC = np.pi**2 / 3
# An error on the logit scale, from which on an interval holds all odds that there are.
WIDE = 10.0


@dataclass(frozen=True, slots=True)
class OrdinalFit:
    """`terms` and `components` are tables of `conditions`; `fit` is None if there is none."""

    terms: pd.DataFrame
    components: pd.DataFrame
    fit: cumulative.Fit | None


@dataclass(frozen=True, slots=True)
class _Solution:
    """What came of a fit to the rows `used`: `reason` says why there is none, `alone` why it has no
    intercepts, and `apart` why a condition is not in it. `effects` says what a condition adds to
    the logit, as a contrast of thresholds and effects, whose covariance is `cov`; `points` are the
    scale's that were chosen.
    """

    used: pd.DataFrame
    fit: cumulative.Fit | None
    reason: str
    apart: dict[str, str]
    points: Sequence[int]
    alone: str = ""
    effects: Mapping[str, Floats] = field(default_factory=dict)
    cov: Floats = field(default_factory=lambda: np.zeros((0, 0)))


def cumulative_link(
    frame: pd.DataFrame,
    outcome: str,
    *,
    conditions: Sequence[str],
    reference: str | None = None,
    points: int,
    alpha: float = 0.05,
) -> OrdinalFit:
    """Conditions compared on a scale of points: logit P(≤ j) = threshold − condition − participant.

    `frame` has one row a rating with `participant_id`, `condition` and the outcome, 1 … `points`
    (NaN = missing). Participants' intercepts are normal, integrated out by adaptive Gauss–Hermite
    quadrature with 15 nodes; where everybody gave one rating there are none.

    Tracks, playlists and who takes to which condition are not in the model, so that its own
    standard errors are too small where people rate several tracks. Those given are of the ratings'
    participants (`cumulative.clustered`), and hold whatever makes the ratings of one of them alike.

    Terms, on the logit scale: `j|k`, the threshold between points j and k in the reference (a point
    that nobody chose has none); `B - A` for every pair, the reference first, the log odds ratio of
    a higher rating in B against A, with Student's t, two-sided p and the 1 − `alpha` interval; with
    three conditions or more `condition`, Wald's F test that all are equal. Degrees of freedom are
    the participants of the conditions compared, less 1 where somebody had several of them, else
    less the number of conditions.

    Components: the participants' variance, its share of the sum with that of the logistic
    distribution, π²/3 (an intraclass correlation on the logit scale).

    A condition with all its ratings at one end of the scale has no finite effect: it is left out,
    with that as its status. Never raises for poor data.
    """
    used = complete(frame, outcome, conditions, [GROUP])
    order = ordered(conditions, reference)
    solution = _solve(used, outcome, order, points)
    rows = [*_thresholds(solution, order[0], alpha), *_comparisons(solution, order, alpha)]
    quality = {
        "log_likelihood": solution.fit.log_likelihood if solution.fit else np.nan,
        "converged": solution.fit is not None,
    }
    terms = table(rows, counts(solution.used) | quality)
    return OrdinalFit(terms, _components(solution), solution.fit)


def _solve(used: pd.DataFrame, outcome: str, order: Sequence[str], points: int) -> _Solution:
    used, apart, reason = _overlapping(used, outcome, order, points)
    if reason:
        return _Solution(used, None, reason, apart, range(1, points + 1))
    present = present_in(used, order)
    scale, y = np.unique(used[outcome].to_numpy(np.intp), return_inverse=True)
    people = pd.factorize(used[GROUP])[0].astype(np.intp)
    single = len(used) == people.max() + 1
    columns = indicators(used, present)[:, 1:]
    found = cumulative.fit(y, columns, None if single else people)
    if not found.converged:
        constant = found.sd > cumulative.GREAT
        reason = f"hardly a {PARTICIPANT}'s ratings differ" if constant else "no convergence"
        return _Solution(used, None, reason, apart, range(1, points + 1))
    alone = f"one rating a {PARTICIPANT}, part of the residual" if single else ""
    size, k = len(found.thresholds), len(found.thresholds) + len(found.beta)
    cov = found.cov[:k, :k] if single else cumulative.clustered(y, columns, people, found)
    contrasts = np.eye(len(present), size + len(found.beta), size - 1)
    contrasts[0] = 0
    effects = dict(zip(present, contrasts, strict=True))
    return _Solution(used, found, "", apart, scale.tolist(), alone, effects, cov)


def _poor(used: pd.DataFrame, outcome: str, points: int) -> str:
    values, people = used[outcome], used[GROUP]
    if used.empty:
        return "no ratings"
    if not values.isin(range(1, points + 1)).all():
        return f"ratings that are not 1 to {points}"
    if values.nunique() == 1:
        return "all ratings equal"
    if people.nunique() == 1:
        return f"one {PARTICIPANT}"
    if len(used) == people.nunique():
        return ""
    cells = len(used[[GROUP, "condition"]].drop_duplicates())
    if cells == people.nunique() == used["condition"].nunique():
        return f"the conditions tell every {PARTICIPANT} apart"
    constant = (values.groupby(people.to_numpy()).nunique() == 1).all()
    return f"no {PARTICIPANT}'s ratings differ" if constant else ""


def _overlapping(
    used: pd.DataFrame, outcome: str, order: Sequence[str], points: int
) -> tuple[pd.DataFrame, dict[str, str], str]:
    """The ratings of conditions with finite effects, why others are left out, and why all are."""
    apart: dict[str, str] = {}
    while not (reason := _poor(used, outcome, points)):
        present = present_in(used, order)
        y = np.unique(used[outcome], return_inverse=True)[1]
        if not cumulative.separated(y, indicators(used, present)[:, 1:]):
            break
        ends = [one for one in present if _at_an_end(y[(used["condition"] == one).to_numpy()], y)]
        if not ends:
            return used, apart, "the ratings of conditions do not overlap"
        apart |= {one: f"all ratings in {one} at one end of the scale" for one in ends}
        used = used[~used["condition"].isin(ends)]
    return used, apart, reason


def _at_an_end(own: Codes, y: Codes) -> bool:
    return bool(own.min() == own.max() and own[0] in (y.min(), y.max()))


def _thresholds(solution: _Solution, reference: str, alpha: float) -> list[dict[str, object]]:
    reason = _absent(solution, [reference])
    rows = []
    for i, (j, k) in enumerate(itertools.pairwise(solution.points)):
        contrast = None if solution.fit is None else np.eye(len(_parameters(solution.fit)))[i]
        df = between_people(solution.used, list(solution.effects))
        row = _row(solution, f"{j}|{k}", contrast, df, reason, alpha)
        # Nobody asks whether a threshold is 0.
        rows.append(row | {"statistic": np.nan, "p": np.nan})
    return rows


def _comparisons(
    solution: _Solution, order: Sequence[str], alpha: float
) -> list[dict[str, object]]:
    """Every pair's difference, and the test of all."""
    rows = []
    for name, a, b in pairs(order):
        reason = _absent(solution, [a, b])
        contrast = None if reason else solution.effects[b] - solution.effects[a]
        rows.append(
            _row(solution, name, contrast, between_people(solution.used, [a, b]), reason, alpha)
        )
    if len(order) > 2:
        rows.append(_omnibus(solution, order))
    return rows


def _absent(solution: _Solution, conditions: Sequence[str]) -> str:
    """Why conditions can't be compared."""
    apart = next((solution.apart[one] for one in conditions if one in solution.apart), "")
    absent = apart or solution.reason or without_ratings(conditions, list(solution.effects))
    return absent or _alone(solution.used, conditions)


def _alone(used: pd.DataFrame, conditions: Sequence[str]) -> str:
    """Why conditions can't be compared without one of their participants."""
    people = used.groupby("condition")[GROUP].nunique()
    one = next((one for one in conditions if people[one] == 1), "")
    return f"only one {PARTICIPANT} rated in {one}" if one else ""


def _parameters(found: cumulative.Fit) -> Floats:
    return np.concatenate([found.thresholds, found.beta])


def _row(
    solution: _Solution,
    name: str,
    contrast: Floats | None,
    df: int,
    reason: str,
    alpha: float,
) -> dict[str, object]:
    """One t test of a contrast of thresholds and effects."""
    row: dict[str, object] = {"term": name, "statistic_name": "t", "status": status(reason)}
    if reason or solution.fit is None or contrast is None:
        return row
    estimate = contrast @ _parameters(solution.fit)
    se = np.sqrt(contrast @ solution.cov @ contrast)
    if se > WIDE:
        return row | {"status": status(f"too few {PARTICIPANT}s' ratings say anything of it")}
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


def _omnibus(solution: _Solution, order: Sequence[str]) -> dict[str, object]:
    beta = np.zeros(0) if solution.fit is None else solution.fit.beta
    df = between_people(solution.used, order)
    reason = _absent(solution, order) or ("" if df > 0 else "too few participants")
    row: dict[str, object] = {"term": OMNIBUS, "statistic_name": "F", "status": status(reason)}
    if reason:
        return row
    cov = solution.cov[-len(beta) :, -len(beta) :]
    f = float(beta @ np.linalg.solve(cov, beta)) / len(beta)
    p = stats.f.sf(f, len(beta), df)
    return row | {"statistic": f, "df_numerator": len(beta), "df": df, "p": p}


def _components(solution: _Solution) -> pd.DataFrame:
    fitted, reason = solution.fit, solution.reason or solution.alone
    variance = np.nan if reason or fitted is None else fitted.sd**2
    residual = np.nan if fitted is None else LOGISTIC
    people = solution.used[GROUP].nunique()
    return components_table(
        [(PARTICIPANT, variance, people, reason), (RESIDUAL, residual, None, solution.reason)]
    )
