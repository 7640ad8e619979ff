"""Two conditions compared on all ratings at once: a row of `COMPARISONS` from a mixed model.

The samples are participants and tracks (of ratings of playlists: the lists that several heard), so
that a difference that belongs to the tracks that one condition happened to play is not taken for
one between the conditions. The model is in `mixed`;
tests of participants' means are in `compare`.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.stats.planned_test import MIXED_MODEL

from .effects import Effect
from .mixed import INTERCEPT, MixedFit
from .rows import COMPARISONS, OK, Fields, named, not_estimable
from .t_tests import tost

TEST, UNIT = MIXED_MODEL, "rating"
HEARD = ("track", "list")


@dataclass(frozen=True, slots=True)
class Pair:
    """Ratings of two conditions (`participant_id`, `condition`, `track_id`, the outcome) and the
    model that `crossed` fitted to them, the conditions in either order."""

    frame: pd.DataFrame
    outcome: str
    a: str
    b: str
    model: MixedFit


def mixed_model(pair: Pair, *, bound: float | None = None) -> pd.DataFrame:
    """One row of `COMPARISONS`: a − b by a linear mixed model of the single ratings.

    `estimate`, `se`, t with Satterthwaite's degrees of freedom, two-sided p and interval are the
    model's, in the outcome's unit; `mean_a` and `mean_b` are its means. `n_a` and `n_b` count the
    participants with a rating in a condition, and `n_left_out` those without one in either. The
    effect is d = estimate / √(sum of all variance components): the difference in SDs of a single
    rating; its interval is the estimate's, in this unit, which takes the SD as known. With `bound`
    (in the outcome's unit) `tost_p` below alpha says that the conditions differ by less.

    What can't be estimated is empty and `status` says why: what the model says, or one track or
    list a condition, which can't be told from it. Raises ValueError for a bound that is
    not positive. Sources: Judd, Westfall & Kenny (2012), JPSP 103:54, and Westfall, Kenny & Judd
    (2014), JEP: General 143:2020, for the model and d; Kuznetsova et al. (2017), J. Stat. Softw.
    82(13), for the test; Schuirmann (1987), J. Pharmacokinet. Biopharm. 15:657.
    """
    if bound is not None and not bound > 0:
        raise ValueError(f"an equivalence bound must be above 0, got {bound}")
    row: Fields = {
        "condition_a": pair.a,
        "condition_b": pair.b,
        "test": TEST,
        "unit": UNIT,
        **_sizes(pair),
        "status": OK,
        **_tested(pair, bound),
    }
    return pd.DataFrame([row], columns=COMPARISONS)


def _sizes(pair: Pair) -> Fields:
    rows = pair.frame[pair.frame["condition"].isin([pair.a, pair.b])]
    rated = rows[rows[pair.outcome].notna()]
    people = rated.groupby("condition")["participant_id"].nunique()
    left_out = rows["participant_id"].nunique() - rated["participant_id"].nunique()
    n_a, n_b = (int(people.get(name, 0)) for name in (pair.a, pair.b))
    return {"n_a": n_a, "n_b": n_b, "n_left_out": left_out}


def _tested(pair: Pair, bound: float | None) -> Fields:
    terms = pair.model.terms.set_index("term")
    sign, term = (-1, f"{pair.b} - {pair.a}")
    if term not in terms.index:
        sign, term = (1, f"{pair.a} - {pair.b}")
    found, first = terms.loc[term], float(terms.loc[INTERCEPT, "estimate"])
    if problem := _problem(pair, str(found["status"])):
        return not_estimable(problem)
    estimate, se, df = sign * float(found["estimate"]), float(found["se"]), float(found["df"])
    ends = sorted(sign * float(found[end]) for end in ("ci_low", "ci_high"))
    spread = float(np.sqrt(pair.model.components["variance"].sum()))
    means = (first, first - estimate) if sign < 0 else (first + estimate, first)
    return {
        "mean_a": means[0],
        "mean_b": means[1],
        "estimate": estimate,
        "se": se,
        "estimate_ci_low": ends[0],
        "estimate_ci_high": ends[1],
        "statistic": estimate / se,
        "df": df,
        "p": float(found["p"]),
        **named(Effect(estimate / spread, ends[0] / spread, ends[1] / spread), "d_rating"),
        **_equivalence(estimate, se, df, bound),
    }


def _problem(pair: Pair, status: str) -> str:
    """Why the model says nothing of the pair; "" where it does."""
    if status != OK:
        return status.removeprefix("not_estimable: ")
    components = pair.model.components.set_index("component")["status"]
    for one in HEARD:
        if f"tell every {one} apart" in str(components.get(one, "")):
            return f"one {one} in each condition, which can't be told from the condition"
    return ""


def _equivalence(estimate: float, se: float, df: float, bound: float | None) -> Fields:
    if bound is None:
        return {}
    return {"tost_low": -bound, "tost_high": bound, "tost_p": tost(estimate, se, df, bound)}
