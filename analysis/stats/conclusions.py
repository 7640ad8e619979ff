"""What is concluded of a contrast or a correlation, and the intervals by which: decided here alone.

Sentences, tables, figures, verdicts on metrics and plans all take it from these columns.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

from .compare import holm
from .kinds import OF_CONTRASTS, Conclusion
from .rows import OK

Kinds = Mapping[tuple[int, bool], Conclusion]
DECISION = ["decision_level", "decision_ci_low", "decision_ci_high"]
EQUIVALENCE = ["tost_level", "tost_ci_low", "tost_ci_high"]
DECIDED = ["p_holm", *DECISION, *EQUIVALENCE, "conclusion"]


def shown(p: Any, alpha: float) -> Any:
    """Whether p, or each of several, shows what it tests: below α it does, a missing one never."""
    return p < alpha


def concluded(
    table: pd.DataFrame,
    family: Sequence[str],
    decides: pd.Series,
    alpha: float,
    kinds: Kinds = OF_CONTRASTS,
) -> pd.DataFrame:
    """The rows of comparisons, or of correlations, with the columns DECIDED.

    Rows alike in the columns `family` are corrected together (Holm; missing p do not count). The
    decision's interval is the one at the level of the Holm step that decided the row, so that it
    leaves out 0 exactly where p_holm < `alpha`: 1 − α/m for the smallest of m p-values, 1 − α/(m −
    1) for the next, and for all that are not shown the level of the step at which Holm stopped.
    That of equivalence has the level 1 − 2α and lies within the bounds exactly where tost_p < α.
    Both take the row's estimate, standard error and degrees of freedom (missing: normal), and are
    missing where it has no standard error. Only rows that `decides` marks have a `conclusion`, one
    of `kinds`. Levels are shares, 0–1.
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
    rows = found[decides]
    said = [conclusion(row, alpha, kinds).value for row in rows.to_dict("records")]
    return found.assign(conclusion=pd.Series(said, rows.index, object).reindex(found.index))


def conclusion(row: Mapping[Any, Any], alpha: float, kinds: Kinds = OF_CONTRASTS) -> Conclusion:
    """Of one row, by its corrected p and that of equivalence."""
    if row["status"] != OK or pd.isna(row["p_holm"]):
        return Conclusion.NONE
    way = int(np.sign(row["estimate"])) if shown(row["p_holm"], alpha) else 0
    return kinds[way, bool(shown(row["tost_p"], alpha))]


def deciding(row: Mapping[Any, Any]) -> tuple[float, float, float]:
    """(level, low, high) of the interval by which a row is concluded: that of equivalence where it
    is all that is shown, else that of the difference."""
    concluded = Conclusion(row["conclusion"])
    names = EQUIVALENCE if concluded.within and not concluded.way else DECISION
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
