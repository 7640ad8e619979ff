"""What is concluded of a contrast, and the intervals by which: decided here and nowhere else.

Sentences, tables, figures, verdicts on metrics and plans all take it from these columns.
"""

from collections.abc import Collection, Mapping, Sequence
from enum import StrEnum
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

from .compare import holm
from .rows import OK


class Conclusion(StrEnum):
    """Of a − b: whether a difference is shown, in which direction, and whether it is shown to be
    smaller than the bound, which it can be as well."""

    HIGHER = "a higher"
    LOWER = "a lower"
    HIGHER_WITHIN = "a higher within the bound"
    LOWER_WITHIN = "a lower within the bound"
    EQUIVALENT = "equivalent"
    UNDECIDED = "undecided"
    NONE = "not_estimable"

    @property
    def way(self) -> int:
        """1 where a is higher, −1 where it is lower, 0 where no difference is shown."""
        ways = {Conclusion.HIGHER: 1, Conclusion.HIGHER_WITHIN: 1}
        return {**ways, Conclusion.LOWER: -1, Conclusion.LOWER_WITHIN: -1}.get(self, 0)

    @property
    def within(self) -> bool:
        """Whether the difference is shown to be smaller than the bound."""
        return self in (Conclusion.HIGHER_WITHIN, Conclusion.LOWER_WITHIN, Conclusion.EQUIVALENT)


CONCLUSIONS = {
    (1, False): Conclusion.HIGHER,
    (-1, False): Conclusion.LOWER,
    (1, True): Conclusion.HIGHER_WITHIN,
    (-1, True): Conclusion.LOWER_WITHIN,
    (0, True): Conclusion.EQUIVALENT,
    (0, False): Conclusion.UNDECIDED,
}
DECISION = ["decision_level", "decision_ci_low", "decision_ci_high"]
EQUIVALENCE = ["tost_level", "tost_ci_low", "tost_ci_high"]
DECIDED = ["p_holm", *DECISION, *EQUIVALENCE, "conclusion"]


def shown(p: Any, alpha: float) -> Any:
    """Whether p, or each of several, shows what it tests: below α it does, a missing one never."""
    return p < alpha


def concluded(
    table: pd.DataFrame, family: Sequence[str], tests: Collection[str], alpha: float
) -> pd.DataFrame:
    """The rows of comparisons with the columns DECIDED.

    Rows alike in the columns `family` are corrected together (Holm; missing p do not count). The
    decision's interval is the one at the level of the Holm step that decided the row, so that it
    leaves out 0 exactly where p_holm < `alpha`: 1 − α/m for the smallest of m p-values, 1 − α/(m −
    1) for the next, and for all that are not shown the level of the step at which Holm stopped.
    That of equivalence has the level 1 − 2α and lies within the bounds exactly where tost_p < α.
    Both take the row's estimate, standard error and degrees of freedom (missing: normal), and are
    missing where it has no standard error. `conclusion` is that of the rows of `tests`, the
    confirmatory ones; the others have none. Levels are shares, 0–1.
    Sources: Holm (1979), Scand. J. Statist. 6:65; Schuirmann (1987), J. Pharmacokinet. Biopharm.
    15:657.
    """
    p = table["p"].astype(float).groupby([table[name] for name in family], dropna=False)
    corrected = p.transform(holm)
    level = 1 - alpha / p.transform(lambda of: _divisors(of, alpha))
    low, high = _interval(table, level)
    narrow = pd.Series(1 - 2 * alpha, table.index).where(table["tost_p"].notna())
    tost_low, tost_high = _interval(table, narrow)
    found = table.assign(
        p_holm=corrected,
        decision_level=level.where(low.notna()),
        decision_ci_low=low,
        decision_ci_high=high,
        tost_level=narrow.where(tost_low.notna()),
        tost_ci_low=tost_low,
        tost_ci_high=tost_high,
    )
    deciding = found[found["test"].isin(list(tests))]
    said = [conclusion(row, alpha).value for row in deciding.to_dict("records")]
    return found.assign(conclusion=pd.Series(said, deciding.index, object).reindex(found.index))


def conclusion(row: Mapping[Any, Any], alpha: float) -> Conclusion:
    """Of one row, by its corrected p and that of equivalence."""
    if row["status"] != OK or pd.isna(row["p_holm"]):
        return Conclusion.NONE
    way = int(np.sign(row["estimate"])) if shown(row["p_holm"], alpha) else 0
    return CONCLUSIONS[way, bool(shown(row["tost_p"], alpha))]


def deciding(row: Mapping[Any, Any]) -> tuple[float, float, float]:
    """(level, low, high) of the interval by which a row is concluded: that of equivalence where it
    is all that is shown, else that of the difference."""
    names = EQUIVALENCE if row["conclusion"] == Conclusion.EQUIVALENT else DECISION
    level, low, high = (float(row[name]) for name in names)
    return level, low, high


def _divisors(p: pd.Series, alpha: float) -> pd.Series:
    """What α was divided by at the step of Holm's that decided each."""
    rejected = shown(holm(p), alpha)
    steps = p.notna().sum() - p.rank(method="first") + 1
    return steps.where(rejected, p.notna().sum() - rejected.sum()).where(p.notna())


def _interval(table: pd.DataFrame, level: pd.Series) -> tuple[pd.Series, pd.Series]:
    estimate, se, df = (
        pd.to_numeric(table[name]).astype(float) for name in ("estimate", "se", "df")
    )
    half = stats.t.ppf((1 + level) / 2, df.fillna(np.inf)) * se
    return estimate - half, estimate + half
