"""What each metric would have concluded about the conditions, next to what people said."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import combinations

import numpy as np
import pandas as pd

from .participants import means_by_condition, too_few, too_few_complete
from .rows import OK, Fields
from .t_tests import TTest, paired_t, tost, welch_t


class Better(StrEnum):
    HIGHER = "higher"
    LOWER = "lower"


class Verdict(StrEnum):
    AGREES = "agrees"
    CONTRADICTS = "contradicts"
    BOTH_SAME = "both see no difference"
    METRIC_SAME = "metric sees no difference"
    PEOPLE_SAME = "people see no difference"
    METRIC_UNDECIDED = "metric undecided"
    PEOPLE_UNDECIDED = "people undecided"
    BOTH_UNDECIDED = "both undecided"
    NONE = "not_estimable"


# What a side says, where it is not the name of the condition that it prefers.
SAME = "no difference"
UNDECIDED = "undecided"

SIDE = ["n_a", "n_b", "mean_a", "mean_b", "difference", "ci_low", "ci_high", "p", "says"]
VERDICTS = [
    "metric",
    "outcome",
    "condition_a",
    "condition_b",
    "design",
    "better",
    *(f"metric_{name}" for name in SIDE),
    *(f"people_{name}" for name in SIDE),
    "verdict",
    "status",
]

# Which way the literature reads each metric as better playlists. Cohesion and entropy of labels:
# Logan (2002), ISMIR; Knees et al. (2006), MIR; reviewed by McFee & Lanckriet (2011), ISMIR, as
# "semantic cohesion", and by Bonnin & Jannach (2014), ACM Computing Surveys 47:26. The soft
# entropies, compactness and distance carry the same reading to genre space. Diversity is read the
# other way, in the literature on recommenders: Ziegler et al. (2005), WWW; novelty: Castells,
# Vargas & Wang (2011), DiveRS. So one pair of conditions may be praised by both.
BETTER: Mapping[str, Better] = {
    "cohesion_artist_pair": Better.HIGHER,
    "cohesion_genre_pair": Better.HIGHER,
    "cohesion_genre_adjacent": Better.HIGHER,
    "cohesion_genre_query": Better.HIGHER,
    "entropy_bits": Better.LOWER,
    "entropy_normalised": Better.LOWER,
    "soft_entropy_within_bits": Better.LOWER,
    "soft_entropy_total_bits": Better.LOWER,
    "soft_entropy_divergence_bits": Better.LOWER,
    "compactness": Better.LOWER,
    "query_distance": Better.LOWER,
    "diversity": Better.HIGHER,
    "diversity_cosine": Better.HIGHER,
    "novelty_bits": Better.HIGHER,
}


@dataclass(frozen=True, slots=True)
class Side:
    """What a metric, or what people, say of a pair of conditions; `says` is "" when nothing."""

    n: tuple[int, int]
    means: tuple[float, float]
    test: TTest
    says: str
    problem: str = ""

    def fields(self, name: str) -> Fields:
        shown = (*self.n, *self.means, self.test.estimate, self.test.low, self.test.high)
        columns = [f"{name}_{column}" for column in SIDE]
        return dict(zip(columns, (*shown, self.test.p, self.says), strict=True))


def verdicts(
    frame: pd.DataFrame,
    outcome: str,
    metrics: Iterable[str],
    *,
    conditions: Sequence[str],
    better: Mapping[str, Better] = BETTER,
    outcome_better: Better = Better.HIGHER,
    bounds: Mapping[str, float] | None = None,
    alpha: float = 0.05,
) -> pd.DataFrame:
    """One row of `VERDICTS` for each metric and pair of conditions.

    `frame` has one row a playlist, with `participant_id`, `condition`, the metrics and the
    outcome. For both sides the difference is condition a − b of participants' means, in the
    column's unit, with its 1 − `alpha` interval: paired where any participant heard both
    conditions (`design` "within", complete pairs), Welch otherwise ("between").

    A side says which condition is better when its interval leaves out 0, by `better` for a
    metric (the direction that the literature reads) and `outcome_better` for people. It says
    "no difference" when the equivalence test (TOST at `alpha`) finds the difference within
    `bounds[column]`, which wins: a difference too small to matter is none. Without a bound
    it never does; an interval with 0 in it is "undecided". Playlists can be made so that a
    metric has one value in each condition; its difference is then exact (interval of no width,
    no p). People's ratings never are: all equal, they are not estimable.

    verdict                     metric says      people say
    agrees                      a condition      the same condition
    contradicts                 a condition      the other condition
    both see no difference      no difference    no difference
    metric sees no difference   no difference    a condition
    people see no difference    a condition      no difference
    metric, people or both undecided             an interval with 0 in it on that side
    not_estimable               too few data on a side; `status` says which and why

    Each pair stands alone: for all pairs of a family together hand in alpha / pairs. Raises
    KeyError for an unknown column or a metric without a direction.
    """
    limits = bounds or {}
    rows = []
    for a, b in combinations(conditions, 2):
        paired = _paired(frame, a, b)
        people = _side(frame, outcome, (a, b), paired, outcome_better, limits, alpha, exact=False)
        for name in metrics:
            metric = _side(frame, name, (a, b), paired, better[name], limits, alpha, exact=True)
            about = {"metric": name, "outcome": outcome, "condition_a": a, "condition_b": b}
            design = {"design": "within" if paired else "between", "better": better[name].value}
            rows.append({**about, **design, **_judged(metric, people)})
    return pd.DataFrame(rows, columns=VERDICTS)


def _paired(frame: pd.DataFrame, a: str, b: str) -> bool:
    heard = [set(frame.loc[frame["condition"] == name, "participant_id"]) for name in (a, b)]
    return bool(heard[0] & heard[1])


def _side(
    frame: pd.DataFrame,
    column: str,
    pair: tuple[str, str],
    paired: bool,
    better: Better,
    bounds: Mapping[str, float],
    alpha: float,
    *,
    exact: bool,
) -> Side:
    means = means_by_condition(frame, column, pair)
    used = means.dropna() if paired else means
    x, y = (used[name].dropna().to_numpy(dtype=np.float64) for name in pair)
    problem = too_few_complete(used) if paired else too_few([x, y], pair)
    centres = tuple(float(values.mean()) if len(values) else np.nan for values in (x, y))
    test = (paired_t if paired else welch_t)(x, y, alpha=alpha)
    if exact and np.isnan(test.se) and min(len(x), len(y)) > 1:
        gap = centres[0] - centres[1]
        test, problem = TTest(gap, 0.0, np.nan, np.nan, np.nan, gap, gap), ""
    elif np.isnan(test.se):
        problem = problem or "there is no variance"
    says = "" if problem else _says(test, pair, better, bounds.get(column), alpha)
    return Side((len(x), len(y)), (centres[0], centres[1]), test, says, problem)


def _says(
    test: TTest, pair: tuple[str, str], better: Better, bound: float | None, alpha: float
) -> str:
    if test.se == 0:
        same = abs(test.estimate) <= (bound or 0)
    else:
        same = bound is not None and tost(test.estimate, test.se, test.df, bound) < alpha
    if same:
        return SAME
    if test.low <= 0 <= test.high:
        return UNDECIDED
    return pair[0] if (test.estimate > 0) == (better is Better.HIGHER) else pair[1]


def _judged(metric: Side, people: Side) -> Fields:
    sides = {"metric": metric, "people": people}
    problems = [f"{name}: {side.problem}" for name, side in sides.items() if side.problem]
    return {
        **metric.fields("metric"),
        **people.fields("people"),
        "verdict": _verdict(metric.says, people.says).value,
        "status": f"not_estimable: {'; '.join(problems)}" if problems else OK,
    }


def _verdict(metric: str, people: str) -> Verdict:
    if not (metric and people):
        return Verdict.NONE
    if UNDECIDED in (metric, people):
        if metric == people:
            return Verdict.BOTH_UNDECIDED
        return Verdict.METRIC_UNDECIDED if metric == UNDECIDED else Verdict.PEOPLE_UNDECIDED
    if metric == people:
        return Verdict.BOTH_SAME if metric == SAME else Verdict.AGREES
    if SAME in (metric, people):
        return Verdict.METRIC_SAME if metric == SAME else Verdict.PEOPLE_SAME
    return Verdict.CONTRADICTS
