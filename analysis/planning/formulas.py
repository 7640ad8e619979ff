"""Power by formula: what listeners as they are assumed come to, without simulating any."""

import math
from collections.abc import Iterator, Sequence

import pandas as pd

from analysis.inference.design import PLANNED, Pair
from analysis.stats import mixed_pair
from analysis.stats.listeners import spread_of_ratings, variance_by_tracks
from analysis.stats.power import POWER, power, power_of_model
from analysis.stats.rows import not_estimable

from .scenarios import Scenario, planned_pairs

FORMULA = "formula"
TARGET = 0.8
TOST = "tost_"
# Between whole numbers of participants, from the fewest with a test of their own.
FEWEST, MOST = 2, 1_000_000


def by_formula(asked: Sequence[Scenario]) -> Iterator[pd.DataFrame]:
    """Each planned pair: its power with each number of participants, and the number that has 80 %.

    A pair that is apart by its confirmatory test; with a bound, any pair by that of equivalence, as
    if it were not apart. Each test by itself, without Holm's correction, as if
    nobody stopped or rated carelessly.
    """
    if not asked:
        return
    find = _of_model if asked[0].test == mixed_pair.TEST else _of_means
    bound = asked[0].design.plan.equivalence_bound
    for pair in planned_pairs(asked[0].design):
        for equal in (*([False] if pair in asked[0].apart else []), *([True] if bound else [])):
            for one in asked:
                yield _row(one, pair, find(one, pair, one.n, equal=equal), equal=equal)
            yield _row(asked[0], pair, find(asked[0], pair, None, equal=equal), equal=equal)


def _sought(scenario: Scenario, pair: Pair, *, equal: bool) -> float:
    """The difference to be found, or the bound to stay within, in points."""
    return (scenario.design.plan.equivalence_bound or 0.0) if equal else scenario.difference(*pair)


def _of_means(scenario: Scenario, pair: Pair, n: float | None, *, equal: bool) -> pd.DataFrame:
    return power(
        f"{TOST if equal else ''}{scenario.test}",
        effect=_sought(scenario, pair, equal=equal) / scenario.spread(*pair, scenario.primary),
        n=n,
        target=None if n else TARGET,
        alpha=scenario.design.alpha,
    )


def _of_model(scenario: Scenario, pair: Pair, n: float | None, *, equal: bool) -> pd.DataFrame:
    """By the variance that the difference of two conditions' means has, of participants and of
    the tracks that are not shared, with degrees of freedom from both (Satterthwaite 1946).

    The model does a little better where conditions share some of their tracks.
    """
    n = _enough(scenario, pair, equal=equal) if n is None else n
    if math.isinf(n):
        return pd.DataFrame([not_estimable("no number of participants suffices")], columns=POWER)
    by_people = scenario.spread(*pair, scenario.primary) ** 2 * (1 if scenario.design.paired else 2)
    by_people, by_tracks = by_people / n, variance_by_tracks(scenario.listeners, *pair, n)
    people = n - 1 if scenario.design.paired else 2 * n - 2
    tracks = scenario.listeners.pool + scenario.listeners.own - 2
    variance = by_people + by_tracks
    df = variance**2 / (by_people**2 / people + by_tracks**2 / max(tracks, 1))
    unit = spread_of_ratings(scenario.listeners, *pair)
    return power_of_model(
        se=variance**0.5 / unit,
        df=df,
        n=n,
        effect=_sought(scenario, pair, equal=equal) / unit,
        equivalence=equal,
        alpha=scenario.design.alpha,
    )


def _enough(scenario: Scenario, pair: Pair, *, equal: bool) -> float:
    """The fewest participants (of a condition) with the target power; infinite if none do."""

    def reached(n: int) -> bool:
        return bool(_of_model(scenario, pair, n, equal=equal)["power"].item() >= TARGET)

    low, high = FEWEST - 1, FEWEST
    while not reached(high) and high < MOST:
        low, high = high, 2 * high
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if reached(middle) else (middle, high)
    return high if reached(high) else math.inf


def _row(scenario: Scenario, pair: Pair, found: pd.DataFrame, *, equal: bool) -> pd.DataFrame:
    design, (a, b) = scenario.design, pair
    return found.assign(
        outcome=scenario.primary,
        condition_a=a,
        condition_b=b,
        family=PLANNED,
        analysis_set=design.sets[-1],
        difference=0.0 if equal else scenario.difference(*pair),
        participants=found["n"] * (1 if design.paired else len(design.conditions)),
        method=FORMULA,
    )
