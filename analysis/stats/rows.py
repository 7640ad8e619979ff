"""What a row of `comparisons` and of `reliability` holds, and how a result becomes one."""

import math
from collections.abc import Iterable

import pandas as pd

from .effects import Effect

Fields = dict[str, object]

# `df_residual` is the second degrees of freedom of F; `n_left_out` counts participants of the
# conditions compared whom the test could not use.
COMPARISONS = [
    "condition_a",
    "condition_b",
    "test",
    "unit",
    "n_a",
    "n_b",
    "n_left_out",
    "mean_a",
    "mean_b",
    "estimate",
    "se",
    "estimate_ci_low",
    "estimate_ci_high",
    "statistic",
    "df",
    "df_residual",
    "p",
    "effect",
    "effect_name",
    "ci_low",
    "ci_high",
    "tost_low",
    "tost_high",
    "tost_p",
    "status",
]
RELIABILITY = [
    "scale",
    "statistic",
    "variant",
    "estimate",
    "ci_low",
    "ci_high",
    "n_units",
    "n_raters",
    "status",
]
UNIT = "participant"
OK = "ok"
EXACT = "no random disagreement, so that there is no interval"


def not_estimable(why: str) -> Fields:
    """The result of a test that the data are too poor for."""
    return {"status": f"not_estimable: {why}"}


def named(effect: Effect, name: str) -> Fields:
    """An effect size with its interval."""
    return {
        "effect": effect.estimate,
        "effect_name": name,
        "ci_low": effect.low,
        "ci_high": effect.high,
    }


def reliability(
    scale: str,
    statistic: str,
    found: Iterable[tuple[str, Effect]],
    n_units: float,
    n_raters: float,
    problem: str = "",
) -> pd.DataFrame:
    """One row for each (variant, estimate with interval).

    A row without an interval has `problem` as its status or, without one, that there is no random
    disagreement: then an estimate of perfect agreement stands alone.
    """
    rows = [
        {
            "scale": scale,
            "statistic": statistic,
            "variant": variant,
            "estimate": effect.estimate,
            "ci_low": effect.low,
            "ci_high": effect.high,
            "n_units": n_units,
            "n_raters": n_raters,
            **({"status": OK} if math.isfinite(effect.high) else not_estimable(problem or EXACT)),
        }
        for variant, effect in found
    ]
    return pd.DataFrame(rows, columns=RELIABILITY)
