"""Fits of linear mixed models to data that may be too poor for one, and the reasons why not.

Reasons are in plain words: they follow `not_estimable: ` in the tables of `mixed`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.stats import reml
from analysis.stats.blocks import Floats, Term, dense_width

# Levels left for one dense matrix: 5,000 take about a gigabyte.
MOST_LEVELS = 5000
# A residual variance beneath this share of the outcome's is none.
NO_RESIDUAL = 1e-7
SINGLE = "part of the residual"


@dataclass(frozen=True, slots=True)
class Solution:
    """What came of a fit: `reason` says why there is none; `levels` counts those of each group, and
    `dropped` says why a group is not in the model."""

    fit: reml.Fit | None
    reason: str
    levels: dict[str, int]
    dropped: dict[str, str]


def solve(
    y: Floats,
    x: Floats,
    groups: Mapping[str, pd.Series],
    *,
    needed: str | None = None,
    slopes: Floats | None = None,
    restricted: bool = True,
    effects: str = "fixed effects",
) -> Solution:
    """Fit y (n,) to independent columns x (n, p) and an intercept for each level of each group.

    Without a variance of the group `needed` there is no fit, unless its levels have one rating
    each: then the residual is between them. `slopes` and `restricted` are as in `reml.fit`,
    `effects` is what reasons call the columns of x.
    """
    terms = [_term(name, column) for name, column in groups.items()]
    levels = {term.name: term.levels for term in terms}
    dropped: dict[str, str] = {}
    found, reason = None, _poor(y, x, effects)
    if not reason:
        terms, dropped = _told_apart(terms, np.linalg.qr(x)[0], effects)
        reason = _too_wide(terms, slopes) or _missed(dropped, needed, slopes) or _flat(slopes)
    if not reason:
        found = reml.fit(y, x, terms, slopes=slopes, restricted=restricted)
        reason = _unsettled(found, y)
    return Solution(None if reason else found, reason, levels, dropped)


def independent(x: Floats) -> NDArray[np.bool_]:
    """Which columns of x (n, p) are not made up of those before them."""
    own = np.zeros(x.shape[1], dtype=bool)
    for i, column in enumerate(x.T):
        q = np.linalg.qr(x[:, own])[0]
        rest = column - q @ (q.T @ column)
        own[i] = rest @ rest > 1e-14 * (column @ column)
    return own


def noun(group: str) -> str:
    """What a level of the group is called: `participant_id` holds participants."""
    return group.removesuffix("_id")


def _term(name: str, column: pd.Series) -> Term:
    codes, values = pd.factorize(column)
    return Term(name, codes.astype(np.intp), len(values))


def _poor(y: Floats, x: Floats, effects: str) -> str:
    """Why even least squares would fail."""
    if len(y) == 0:
        return "no ratings"
    if np.ptp(y) <= 1e-12 * np.abs(y).max():
        return "all ratings equal"
    if len(y) <= x.shape[1]:
        return f"as many {effects} as ratings"
    q = np.linalg.qr(x)[0]
    rest, around = y - q @ (q.T @ y), y - y.mean()
    explained = rest @ rest < NO_RESIDUAL**2 * (around @ around)
    return f"the {effects} explain every rating" if explained else ""


def _told_apart(
    terms: Sequence[Term], q: Floats, effects: str
) -> tuple[list[Term], dict[str, str]]:
    """The terms whose variances the ratings can tell apart, and why not those that are left out."""
    kept: list[Term] = []
    dropped = {}
    for term in terms:
        one = noun(term.name)
        twin = next((other.name for other in kept if _same(term, other)), None)
        if term.levels == 1:
            dropped[term.name] = f"one {one}"
        elif term.levels == len(term.codes):
            dropped[term.name] = f"one rating a {one}, {SINGLE}"
        elif twin:
            dropped[term.name] = f"one {one} a {noun(twin)}: the same variance"
        elif _spanned(term, q):
            dropped[term.name] = f"the {effects} tell every {one} apart"
        else:
            kept.append(term)
    return kept, dropped


def _same(term: Term, other: Term) -> bool:
    pairs = np.unique(term.codes * other.levels + other.codes)
    return term.levels == other.levels == len(pairs)


def _spanned(term: Term, q: Floats) -> bool:
    """Whether orthonormal columns (n, p) make up the indicator of every level."""
    sums = np.column_stack([np.bincount(term.codes, column, term.levels) for column in q.T])
    explained = (sums**2).sum(axis=1) / np.bincount(term.codes)
    return bool((1 - explained).sum() < 1e-8 * term.levels)


def _too_wide(terms: Sequence[Term], slopes: Floats | None) -> str:
    width = dense_width(terms, owned_by_first=slopes is not None)
    return f"{width:,} levels cross, more than {MOST_LEVELS:,}" if width > MOST_LEVELS else ""


def _missed(dropped: Mapping[str, str], needed: str | None, slopes: Floats | None) -> str:
    """Why the variance that the tests go by can't be estimated."""
    reason = dropped.get(needed, "") if needed else ""
    return "" if reason.endswith(SINGLE) and slopes is None else reason


def _flat(slopes: Floats | None) -> str:
    """Why the effects of slopes can't be told from the intercept's or from each other's."""
    if slopes is None or independent(np.column_stack([np.ones(len(slopes)), slopes])).all():
        return ""
    return "a slope is made up of the intercept and other slopes"


def _unsettled(found: reml.Fit, y: Floats) -> str:
    if found.sigma2 < NO_RESIDUAL * float(np.var(y)):
        return "the groups explain every rating"
    return "" if found.converged else "the fit did not converge"
