"""What each test of one study says: its p, as the report's own code finds it."""

from collections.abc import Callable, Collection, Mapping, Sequence

import pandas as pd

from analysis.inference import Design
from analysis.inference.comparing import comparisons
from analysis.inference.design import PLANNED, TRACKS, Pair
from analysis.inference.modelling import Fits, models
from analysis.inference.relating import against_metrics
from analysis.stats.several import ALL as EVERY_CONDITION

from .formulas import TOST
from .scenarios import COMPARISONS, CORRELATIONS, MODELS

Tables = Mapping[str, pd.DataFrame]

KEYS = ["outcome", "family", "analysis_set", "test", "unit", "condition_a", "condition_b"]
HOLM = ", Holm"
ANY_PAIR, EVERY_PAIR = "any pair", "every pair"
METRICS, METADATA = "metrics", "metadata"
# The terms of a model that compare conditions: A - B, and all of them at once.
PAIR, OMNIBUS = " - ", "condition"


def verdicts(
    tables: Tables, design: Design, parts: Sequence[str], *, apart: Collection[Pair] = ()
) -> pd.DataFrame:
    """One row a test: `KEYS` and its p, NaN where it can't be estimated.

    Beside the tests of the tables there are equivalence tests (`tost_…`) and, for several pairs of
    a family, what Holm's correction makes of them (`…, Holm`): of each, and of any, which is how
    often a family is wrong at all. For several planned contrasts also of every one that is truly
    `apart`, and of the equivalence of every one: how often all that was planned is found.
    """
    fits = Fits(tables, design)
    found = [PARTS[part](tables, fits) for part in parts]
    if COMPARISONS in parts:
        found.append(_together(found[list(parts).index(COMPARISONS)], apart))
    return pd.concat(found, ignore_index=True)[[*KEYS, "p"]]


# conditions compared


def _compared(tables: Tables, fits: Fits) -> pd.DataFrame:
    rows = comparisons(tables, fits.design, fits)
    equal = rows[rows["tost_p"].notna()]
    equal = equal.assign(test=TOST + equal["test"], p=equal["tost_p"])
    pairs = rows[rows["condition_a"] != EVERY_CONDITION]
    family = ["outcome", "family", "analysis_set", "test"]
    several = pairs[pairs.groupby(family)["p"].transform("size") > 1]
    corrected = several.assign(test=several["test"] + HOLM, p=several["p_holm"])
    any_pair = corrected.groupby([*family, "unit"], as_index=False, sort=False)["p"].min()
    any_pair = any_pair.assign(condition_a=ANY_PAIR, condition_b="")
    return pd.concat([rows, equal, corrected, any_pair], ignore_index=True)


def _together(rows: pd.DataFrame, apart: Collection[Pair]) -> pd.DataFrame:
    """The largest p of the planned contrasts, for each test that several of them have."""
    planned = rows[(rows["family"] == PLANNED) & (rows["condition_a"] != ANY_PAIR)]
    pairs = zip(planned["condition_a"], planned["condition_b"], strict=True)
    of_apart = pd.Series([pair in set(apart) for pair in pairs], planned.index, dtype=bool)
    equal, corrected = planned["test"].str.startswith(TOST), planned["test"].str.endswith(HOLM)
    joint = planned[equal | (corrected & of_apart)]
    joint = joint[joint.groupby("test")["p"].transform("size") > 1]
    keys = [name for name in KEYS if not name.startswith("condition")]
    worst = joint.groupby(keys, sort=False)["p"].agg(lambda p: p.max(skipna=False)).reset_index()
    return worst.assign(condition_a=EVERY_PAIR, condition_b="")


# models


def _modelled(tables: Tables, fits: Fits) -> pd.DataFrame:
    terms, _ = models(tables, fits.design, fits)
    pairs = terms["term"].str.split(PAIR, expand=True).reindex(columns=[0, 1])
    of_pair, of_all = pairs[1].notna(), terms["term"] == OMNIBUS
    rows = terms.assign(
        test=terms["model"],
        family=MODELS,
        unit=terms["outcome"].str.startswith(TRACKS).map({True: "rating", False: "playlist"}),
        condition_a=pairs[0].where(of_pair, EVERY_CONDITION),
        condition_b=pairs[1].where(of_pair, ""),
    )
    return rows[of_pair | of_all]


# correlations


def _related(tables: Tables, fits: Fits) -> pd.DataFrame:
    rows = against_metrics(tables, fits.design)
    rows = rows[rows["label_source"] == METADATA]
    named = rows["level"] + " " + rows["method"]
    shared = {"family": METRICS, "unit": "playlist", "condition_b": rows["metric"]}
    plain = rows.assign(test=named, condition_a=rows["condition"].fillna(""), **shared)
    equal = plain[plain["tost_p"].notna()]
    return pd.concat([plain, equal.assign(test=TOST + equal["test"], p=equal["tost_p"])])


PARTS: dict[str, Callable[[Tables, Fits], pd.DataFrame]] = {
    COMPARISONS: _compared,
    MODELS: _modelled,
    CORRELATIONS: _related,
}
