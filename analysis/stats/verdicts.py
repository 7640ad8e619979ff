"""What each metric would have concluded about the conditions, next to what people said."""

from collections.abc import Callable, Iterable, Mapping
from enum import StrEnum
from typing import Any

import numpy as np
import pandas as pd

from .conclusions import concluded, deciding
from .effects import Floats, differences
from .kinds import Conclusion
from .participants import means_by_condition, too_few, too_few_complete
from .rows import OK, Fields, not_estimable
from .t_tests import paired_t, welch_t


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

SIDE = [
    *("n_a", "n_b", "mean_a", "mean_b", "difference", "ci_low", "ci_high", "level", "p"),
    *("conclusion", "says"),
]
VERDICTS = [
    "metric",
    "outcome",
    "condition_a",
    "condition_b",
    "design",
    "better",
    *(f"metric_{name}" for name in SIDE),
    *(f"people_{name}" for name in SIDE),
    "circular_a",
    "circular_b",
    "verdict",
    "not_counted",
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


# Metrics that are near mirror images: what one says the others say again. Those of the spread in
# genre space are two groups, as the literature reads them in opposite ways.
MIRRORS = (
    ("cohesion_genre_pair", "cohesion_genre_adjacent", "entropy_bits", "entropy_normalised"),
    ("soft_entropy_divergence_bits", "soft_entropy_total_bits", "compactness"),
    ("diversity", "diversity_cosine"),
)
CIRCULAR, MIRROR = "circular", "mirrors "
FAMILY = ["metric", "family"]

Circular = Callable[[str, str], bool]


def verdicts(
    frame: pd.DataFrame,
    people: pd.DataFrame,
    metrics: Iterable[str],
    *,
    circular: Circular = lambda condition, metric: False,
    better: Mapping[str, Better] = BETTER,
    outcome_better: Better = Better.HIGHER,
    alpha: float = 0.05,
) -> pd.DataFrame:
    """One row of `VERDICTS` for each pair of conditions and metric.

    `people` are the rows of comparisons that say what is concluded of each pair (the columns of
    `concluded`, with `family` and `outcome`): people's side is taken from there, with the deciding
    interval and Holm's p. `frame` has one row a playlist, with `participant_id`, `condition` and
    the metrics. A metric's difference is condition a − b of participants' means, in its unit:
    paired where any participant heard both conditions (`design` "within", complete pairs), else
    Welch ("between"), corrected and concluded as people's are, over the pairs of a family.

    A side says which condition is better where a difference is shown, however small, by `better`
    for a metric (the direction that the literature reads) and `outcome_better` for people. It says
    "no difference" where the difference is only shown to be within the bound, and is "undecided"
    where neither is shown. Playlists can be made so that a metric has one value in each condition;
    its difference is then exact (interval of no width, no p), and 0 is no difference.

    verdict                     metric says      people say
    agrees                      a condition      the same condition
    contradicts                 a condition      the other condition
    both see no difference      no difference    no difference
    metric sees no difference   no difference    a condition
    people see no difference    a condition      no difference
    metric, people or both undecided             nothing is shown on that side
    not_estimable               too few data on a side; `status` says which and why

    `not_counted` says which verdicts are no finding of their own: "circular" where `circular` says
    that one of the two conditions chooses by what the metric is computed from, "mirrors METRIC"
    where a metric of the same group of MIRRORS is counted already. Raises KeyError for an unknown
    column or a metric without a direction.
    """
    names, pairs = [*metrics], people.to_dict("records")
    found = [_compared(frame, name, pair) for pair in pairs for name in names]
    if not found:
        return pd.DataFrame(columns=VERDICTS)
    compared = pd.DataFrame(found)
    table = _exact(concluded(compared, FAMILY, compared["metric"].notna(), alpha))
    rows = []
    for at, metric in enumerate(table.to_dict("records")):
        person, name = pairs[at // len(names)], metric["metric"]
        chosen = {side: circular(person[f"condition_{side}"], name) for side in "ab"}
        rows.append(
            {
                **{one: person[one] for one in ("outcome", "condition_a", "condition_b")},
                **{"metric": name, "design": metric["design"], "better": better[name].value},
                **{f"circular_{side}": is_so for side, is_so in chosen.items()},
                **_judged(_side(metric, better[name]), _side(person, outcome_better)),
            }
        )
    return _counted(pd.DataFrame(rows, columns=VERDICTS))


# the metric's side

EXACTLY = {1.0: Conclusion.HIGHER.value, -1.0: Conclusion.LOWER.value,
           0.0: Conclusion.EQUIVALENT.value}  # fmt: skip


def _compared(frame: pd.DataFrame, metric: str, pair: Mapping[Any, Any]) -> Fields:
    """A metric's difference between two conditions, as a row to be concluded."""
    a, b = pair["condition_a"], pair["condition_b"]
    paired = _paired(frame, a, b)
    means = means_by_condition(frame, metric, (a, b))
    used = means.dropna() if paired else means
    x, y = (used[name].dropna().to_numpy(dtype=np.float64) for name in (a, b))
    problem = too_few_complete(used) if paired else too_few([x, y], (a, b))
    test = (paired_t if paired else welch_t)(x, y)
    exact = bool(np.isnan(test.se) and min(len(x), len(y)) > 1)
    gap = float(differences(x[:1], y[:1])[0]) if exact else test.estimate
    return {
        **{"metric": metric, "family": pair["family"], "condition_a": a, "condition_b": b},
        **{"design": "within" if paired else "between", "exact": exact},
        **{"n_a": len(x), "n_b": len(y), "mean_a": _mean(x), "mean_b": _mean(y)},
        **{"estimate": gap, "se": test.se, "df": test.df, "p": test.p, "tost_p": np.nan},
        **({"status": OK} if exact or not problem else not_estimable(problem)),
    }


def _mean(values: Floats) -> float:
    return float(values.mean()) if len(values) else np.nan


def _paired(frame: pd.DataFrame, a: str, b: str) -> bool:
    heard = [set(frame.loc[frame["condition"] == name, "participant_id"]) for name in (a, b)]
    return bool(heard[0] & heard[1])


def _exact(table: pd.DataFrame) -> pd.DataFrame:
    """Differences without variance are what they are: they need no test."""
    exact = table["exact"]
    way = np.sign(table["estimate"].astype(float))
    told = table.assign(conclusion=table["conclusion"].mask(exact, way.map(EXACTLY)))
    for name in ("decision_ci_low", "decision_ci_high", "tost_ci_low", "tost_ci_high"):
        told[name] = told[name].mask(exact, told["estimate"])
    return told


# both sides


def _side(row: Mapping[Any, Any], better: Better) -> Fields:
    level, low, high = deciding(row)
    given = {name: row[name] for name in ("n_a", "n_b", "mean_a", "mean_b", "conclusion", "status")}
    numbers = {"difference": row["estimate"], "ci_low": low, "ci_high": high, "level": level}
    return {**given, **numbers, "p": row["p_holm"], "says": _says(row, better)}


def _says(row: Mapping[Any, Any], better: Better) -> str:
    concluded = Conclusion(row["conclusion"])
    if concluded is Conclusion.NONE:
        return ""
    if not concluded.way:
        return SAME if concluded.within else UNDECIDED
    first = (concluded.way > 0) == (better is Better.HIGHER)
    return str(row["condition_a" if first else "condition_b"])


def _judged(metric: Fields, people: Fields) -> Fields:
    sides = {"metric": metric, "people": people}
    problems = [
        f"{name}: {str(side['status']).removeprefix('not_estimable: ')}"
        for name, side in sides.items()
        if side["status"] != OK
    ]
    return {
        **{f"{name}_{column}": side[column] for name, side in sides.items() for column in SIDE},
        "verdict": _verdict(str(metric["says"]), str(people["says"])).value,
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


def _counted(table: pd.DataFrame) -> pd.DataFrame:
    """With `not_counted`: of near mirror images, the first that can be counted is."""
    why: list[str] = []
    first: dict[tuple[str, str, str], str] = {}
    for row in table.to_dict("records"):
        group = next((one[0] for one in MIRRORS if row["metric"] in one), row["metric"])
        which = (row["condition_a"], row["condition_b"], group)
        if row["circular_a"] or row["circular_b"]:
            why.append(CIRCULAR)
        elif which in first:
            why.append(MIRROR + first[which])
        else:
            why.append("")
            if row["status"] == OK:
                first[which] = row["metric"]
    return table.assign(not_counted=why)
