"""What a row of `comparisons` holds, and how a test becomes one."""

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
UNIT = "participant"
OK = "ok"


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
