"""What strategies differ in without listeners: means over query songs, and how much is reached.

The unit is the query song. Every condition is asked for the same query songs, so that a
difference is taken within each of them. Songs of one artist are alike, so that artists are what is
drawn for intervals: taking songs for independent made them half as wide as they are.
"""

from collections.abc import Collection, Hashable, Mapping, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

from . import exact
from .bootstrap import CONFIDENCE, FEWEST, mean_intervals

Floats = NDArray[np.float64]

OFFLINE = [
    "condition",
    "outcome",
    "n_queries",
    "n_artists",
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
BOOTSTRAP, JACKKNIFE = "bca_bootstrap_artists", "jackknife_artists"
IS_REFERENCE = "reference"

# Whose each query song is; one whose artist is not known stands for itself.
Artists = Mapping[int, Hashable]


def query_means(
    values: pd.DataFrame,
    outcomes: Sequence[str],
    conditions: Sequence[str],
    *,
    reference: str,
    artists: Artists | None = None,
    seed: int = 1,
) -> pd.DataFrame:
    """Each condition's mean of each outcome, and its difference to the reference condition.

    `values` has one row a condition and query song (`condition`, `query`, the outcomes; NaN =
    missing). `mean` and `sd` (n − 1) are over the query songs with a value; `difference` is the
    mean of condition − reference over those with a value in both (`n_pairs`). All are in the
    outcome's unit. The 95 % intervals are BCa bootstraps of the query songs' `artists`, each with
    all songs, 9,999 resamples, all columns from the same resamples. One row of `OFFLINE` for each
    outcome and condition. What can't be estimated is NaN, with the reason in `status` and
    `difference_status`, which is `reference` where the condition would be compared with itself.
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
    whose = _codes(sorted(set(values["query"])), artists or {})
    estimates = _estimates(matrix, whose, seed) if columns else []
    found = dict(zip(columns, estimates, strict=True))
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


def _codes(queries: Collection[int], artists: Artists) -> NDArray[np.intp]:
    """Whose each query song is, from 0 up."""
    known = [artists.get(query) for query in queries]
    alone = [(query,) if who is None else who for query, who in zip(queries, known, strict=True)]
    places = {who: place for place, who in enumerate(dict.fromkeys(alone))}
    return np.array([places[who] for who in alone], dtype=np.intp)


def _estimates(matrix: Floats, whose: NDArray[np.intp], seed: int) -> list[dict[str, object]]:
    known = np.isfinite(matrix)
    shape = (int(whose.max(initial=-1)) + 1, matrix.shape[1])
    sums, sizes = np.zeros(shape), np.zeros(shape)
    np.add.at(sums, whose, np.where(known, matrix, 0.0))
    np.add.at(sizes, whose, known)
    low, high = mean_intervals(sums, sizes, seed=seed)
    n_artists = (sizes > 0).sum(axis=0)
    return [_estimate(*column) for column in zip(matrix.T, low, high, n_artists, strict=True)]


def _estimate(values: Floats, low: float, high: float, n_artists: int) -> dict[str, object]:
    known = values[np.isfinite(values)]
    status = _status(known, low, n_artists)
    return {
        "n": len(known),
        "n_artists": n_artists,
        "mean": known.mean() if len(known) else np.nan,
        "sd": known.std(ddof=1) if len(known) > 1 else np.nan,
        "ci_low": low,
        "ci_high": high,
        "method": BOOTSTRAP if status == "ok" else "",
        "status": status,
    }


def _status(known: Floats, low: float, n_artists: int) -> str:
    if np.isfinite(low):
        return "ok"
    if len(known) < 2:
        return (
            f"not_estimable: {'one query song has' if len(known) else 'no query song has'} a value"
        )
    if exact.constant(known):
        return "not_estimable: the same for every query song"
    if n_artists < FEWEST:
        return f"not_estimable: query songs of fewer than {FEWEST} artists"
    return "not_estimable: the same for every artist"


# how much of the library is reached


def query_coverage(
    shown: pd.DataFrame,
    conditions: Sequence[str],
    n_library: int,
    *,
    reference: str,
    artists: Artists | None = None,
) -> pd.DataFrame:
    """Each condition's catalogue coverage, and its difference to the reference condition.

    `shown` has one row a condition, query song and track (`condition`, `query`, `track_id`).
    `mean` is distinct tracks / `n_library`, 0–1, of the playlists of `n_queries` query songs: more
    query songs reach more, so that only equal numbers compare. The difference is over the query
    songs that both have a playlist for.

    A bootstrap would be biased: a resample holds 63 % of the query songs, and so never more tracks
    than all of them. The 95 % intervals come from the jackknife instead, leaving each artist's
    query songs out once: ± t(n − 1) · √((n−1)/n Σ (u_i − ū)²) / N, with n artists and u_i the
    tracks shown for the query songs of artist i alone. Its variance is too large rather than too
    small (Efron & Stein 1981). Coverage is kept in 0–1. Rows of `OFFLINE` without `sd`.
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
        of_all, of_both = _codes(sorted(mine), artists or {}), _codes(both, artists or {})
        own = _jackknife(len(mine), _left_out(mine, of_all), _distinct(mine), n_library)
        apart = _jackknife(
            len(both),
            _left_out(here, of_both) - _left_out(there, of_both),
            _distinct(here) - _distinct(there),
            n_library,
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


def _left_out(tracks: dict[int, set[int]], whose: NDArray[np.intp]) -> Floats:
    """How many tracks are lost without each artist's query songs; shape (artists,)."""
    together: dict[int, set[int]] = {}
    for query, who in zip(sorted(tracks), whose.tolist(), strict=True):
        together.setdefault(who, set()).update(tracks[query])
    everything = np.concatenate([list(found) for found in together.values()] or [[]])
    ids, times = np.unique(everything, return_counts=True)
    once = set(ids[times == 1].tolist())
    return np.array([len(found & once) for found in together.values()], dtype=np.float64)


def _jackknife(
    n_queries: int, left_out: Floats, distinct: int, n_library: int
) -> dict[str, object]:
    n = len(left_out)
    counts = (n_queries, n)
    estimate = distinct / n_library if n and n_library else np.nan
    spread = np.sqrt((n - 1) / n * ((left_out - left_out.mean()) ** 2).sum()) if n > 1 else 0.0
    if n > 1 and not exact.constant(left_out):
        reach = stats.t.ppf((1 + CONFIDENCE) / 2, n - 1) * spread / n_library
        return _covered(counts, estimate, estimate - reach, estimate + reach, "ok")
    why = "the same whichever query song is left out"
    if n_queries < 2:
        why = "one query song has a playlist" if n_queries else "no query song has a playlist"
    elif n < 2:
        why = "all query songs are one artist's"
    return _covered(counts, estimate, np.nan, np.nan, f"not_estimable: {why}")


def _covered(
    counts: tuple[int, int], estimate: float, low: float, high: float, status: str
) -> dict[str, object]:
    return {
        "n": counts[0],
        "n_artists": counts[1],
        "mean": estimate,
        "sd": np.nan,
        "ci_low": low,
        "ci_high": high,
        "method": JACKKNIFE if status == "ok" else "",
        "status": status,
    }
