"""What strategies differ in without listeners: means over query songs, and how much is reached.

The unit is the query song. Every condition is asked for the same query songs, so that a
difference is taken within each of them.
"""

import warnings
from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

from .bootstrap import BATCH, CONFIDENCE, RESAMPLES

Floats = NDArray[np.float64]

OFFLINE = [
    "condition",
    "outcome",
    "n_queries",
    "mean",
    "sd",
    "ci_low",
    "ci_high",
    "ci_method",
    "status",
    "n_pairs",
    "difference",
    "difference_ci_low",
    "difference_ci_high",
    "difference_status",
]
COVERAGE = "catalogue_coverage"
BOOTSTRAP, JACKKNIFE = "bca_bootstrap_queries", "jackknife_queries"
IS_REFERENCE = "reference"
_EQUAL = 1e-12


def query_means(
    values: pd.DataFrame,
    outcomes: Sequence[str],
    conditions: Sequence[str],
    *,
    reference: str,
    seed: int = 1,
) -> pd.DataFrame:
    """Each condition's mean of each outcome, and its difference to the reference condition.

    `values` has one row a condition and query song (`condition`, `query`, the outcomes; NaN =
    missing). `mean` and `sd` (n − 1) are over the query songs with a value; `difference` is the
    mean of condition − reference over those with a value in both (`n_pairs`). All are in the
    outcome's unit. The 95 % intervals are BCa bootstraps of the query songs, 9,999 resamples, all
    columns from the same resamples. One row of `OFFLINE` for each outcome and condition. What
    can't be estimated is NaN, with the reason in `status` and `difference_status`; the latter is
    `reference` where the condition would be compared with itself.
    Source: Efron (1987), Better bootstrap confidence intervals, JASA 82:171.
    """
    columns: dict[tuple[str, str, str], Floats] = {}
    for outcome in outcomes:
        wide = values.pivot(index="query", columns="condition", values=outcome)
        wide = wide.reindex(columns=list(conditions)).sort_index().astype(float)
        for name in conditions:
            columns[outcome, name, "mean"] = wide[name].to_numpy()
            columns[outcome, name, "difference"] = (wide[name] - wide[reference]).to_numpy()
    matrix = np.column_stack(list(columns.values())) if columns else np.empty((0, 0))
    found = dict(zip(columns, _estimates(matrix, seed), strict=True))
    rows = [
        {
            "condition": name,
            "outcome": outcome,
            **_of_condition(found[outcome, name, "mean"]),
            **_of_difference(found[outcome, name, "difference"], name == reference),
        }
        for outcome in outcomes
        for name in conditions
    ]
    return pd.DataFrame(rows, columns=OFFLINE)


def _of_condition(estimate: dict[str, object]) -> dict[str, object]:
    names = {"n": "n_queries", "method": "ci_method"}
    return {names.get(key, key): value for key, value in estimate.items()}


def _of_difference(estimate: dict[str, object], is_reference: bool) -> dict[str, object]:
    shown = {
        "difference": estimate["mean"],
        "difference_ci_low": estimate["ci_low"],
        "difference_ci_high": estimate["ci_high"],
    }
    if is_reference:
        shown = dict.fromkeys(shown, np.nan)
    status = IS_REFERENCE if is_reference else estimate["status"]
    return {"n_pairs": estimate["n"], **shown, "difference_status": status}


def _estimates(matrix: Floats, seed: int) -> list[dict[str, object]]:
    low, high = mean_intervals(matrix, seed=seed)
    return [_estimate(*column) for column in zip(matrix.T, low, high, strict=True)]


def _estimate(values: Floats, low: float, high: float) -> dict[str, object]:
    known = values[np.isfinite(values)]
    status = _status(known, low)
    return {
        "n": len(known),
        "mean": known.mean() if len(known) else np.nan,
        "sd": known.std(ddof=1) if len(known) > 1 else np.nan,
        "ci_low": low,
        "ci_high": high,
        "method": BOOTSTRAP if status == "ok" else "",
        "status": status,
    }


def _status(known: Floats, low: float) -> str:
    if np.isfinite(low):
        return "ok"
    if len(known) < 2:
        return (
            f"not_estimable: {'one query song has' if len(known) else 'no query song has'} a value"
        )
    if np.ptp(known) < _EQUAL:
        return "not_estimable: the same for every query song"
    return "not_estimable: the bootstrap distribution is degenerate"


def mean_intervals(matrix: Floats, *, seed: int = 1) -> tuple[Floats, Floats]:
    """95 % BCa bootstrap intervals of the means of many columns (n, m): low, high of shape (m,).

    The same as scipy's `bootstrap` of each column's known values, but the resamples are drawn once
    for all columns with the same rows missing, and their means are one matrix product. NaN for
    columns with fewer than two known values, and for constants.
    Source: Efron (1987), JASA 82:171.
    """
    known = np.isfinite(matrix)
    low, high = np.full((2, matrix.shape[1]), np.nan)
    varies = np.array([np.ptp(c[k]) >= _EQUAL if k.sum() > 1 else False
                       for c, k in zip(matrix.T, known.T, strict=True)], dtype=bool)  # fmt: skip
    for rows in np.unique(known[:, varies], axis=1).T:
        alike = varies & (known == rows[:, None]).all(axis=0)
        low[alike], high[alike] = _intervals(matrix[np.ix_(rows, alike)], seed)
    return low, high


def _intervals(complete: Floats, seed: int) -> tuple[Floats, Floats]:
    n = len(complete)

    def means(drawn: NDArray[np.int64], axis: int = -1) -> Floats:
        """Means of all columns, for one draw of rows or several: (m,) or (m, draws)."""
        draws = np.atleast_2d(drawn)
        places = draws + n * np.arange(len(draws))[:, None]
        times = np.bincount(places.ravel(), minlength=n * len(draws)).reshape(-1, n)
        found: Floats = (times / draws.shape[1] @ complete).T
        return found if drawn.ndim > 1 else found[:, 0]

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", stats.DegenerateDataWarning)
        interval = stats.bootstrap(
            (np.arange(n),),
            means,
            vectorized=True,
            confidence_level=CONFIDENCE,
            n_resamples=RESAMPLES,
            batch=max(BATCH // n, 1),
            method="BCa",
            random_state=np.random.default_rng(seed),
        ).confidence_interval
    return interval.low, interval.high


# how much of the library is reached


def query_coverage(
    shown: pd.DataFrame, conditions: Sequence[str], n_library: int, *, reference: str
) -> pd.DataFrame:
    """Each condition's catalogue coverage, and its difference to the reference condition.

    `shown` has one row a condition, query song and track (`condition`, `query`, `track_id`).
    `mean` is distinct tracks / `n_library`, 0–1, of the playlists of `n_queries` query songs: more
    query songs reach more, so that only equal numbers compare. The difference is over the query
    songs that both have a playlist for.

    A bootstrap would be biased: a resample holds 63 % of the query songs, and so never more tracks
    than all of them. The 95 % intervals come from the jackknife instead, leaving each query song
    out once: ± t(n − 1) · √((n−1)/n Σ (u_i − ū)²) / N, with u_i the tracks shown for query song i
    alone. Its variance is too large rather than too small (Efron & Stein 1981). Coverage is kept in
    0–1. Rows of `OFFLINE` without `sd`.
    Source: Efron & Stein (1981), The jackknife estimate of variance, Ann. Stat. 9:586; of species
    by quadrats: Heltshe & Forrester (1983), Biometrics 39:1.
    """
    tracks = {
        name: {query: set(found) for query, found in of.groupby("query")["track_id"]}
        for name, of in shown.groupby("condition")
    }
    rows = []
    for name in conditions:
        mine, theirs = tracks.get(name, {}), tracks.get(reference, {})
        both = sorted(mine.keys() & theirs.keys())
        here, there = ({q: of[q] for q in both} for of in (mine, theirs))
        own = _jackknife(_left_out(mine), _distinct(mine), n_library)
        apart = _jackknife(
            _left_out(here) - _left_out(there), _distinct(here) - _distinct(there), n_library
        )
        low, high = np.clip([own["ci_low"], own["ci_high"]], 0, 1)
        own |= {"ci_low": low, "ci_high": high}
        rows.append(
            {
                "condition": name,
                "outcome": COVERAGE,
                **_of_condition(own),
                **_of_difference(apart, name == reference),
            }
        )
    return pd.DataFrame(rows, columns=OFFLINE)


def _distinct(tracks: dict[int, set[int]]) -> int:
    return len(set().union(*tracks.values()))


def _left_out(tracks: dict[int, set[int]]) -> Floats:
    """How many tracks are lost without each query song; shape (n,), by query song."""
    everything = np.concatenate([list(found) for found in tracks.values()] or [[]])
    ids, times = np.unique(everything, return_counts=True)
    once = set(ids[times == 1].tolist())
    return np.array([len(tracks[query] & once) for query in sorted(tracks)], dtype=np.float64)


def _jackknife(left_out: Floats, distinct: int, n_library: int) -> dict[str, object]:
    n = len(left_out)
    estimate = distinct / n_library if n and n_library else np.nan
    spread = np.sqrt((n - 1) / n * ((left_out - left_out.mean()) ** 2).sum()) if n > 1 else 0.0
    if spread > 0:
        reach = stats.t.ppf((1 + CONFIDENCE) / 2, n - 1) * spread / n_library
        return _covered(n, estimate, estimate - reach, estimate + reach, "ok")
    why = "the same whichever query song is left out"
    if n < 2:
        why = "one query song has a playlist" if n else "no query song has a playlist"
    return _covered(n, estimate, np.nan, np.nan, f"not_estimable: {why}")


def _covered(n: int, estimate: float, low: float, high: float, status: str) -> dict[str, object]:
    return {
        "n": n,
        "mean": estimate,
        "sd": np.nan,
        "ci_low": low,
        "ci_high": high,
        "method": JACKKNIFE if status == "ok" else "",
        "status": status,
    }
