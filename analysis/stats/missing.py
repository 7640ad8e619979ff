"""What is missing, in which condition, and whether conditions differ in it."""

from collections.abc import Iterable, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

from .bootstrap import RESAMPLES
from .describe import ALL, share
from .participants import means_by_condition
from .rows import OK, Fields, not_estimable

MISSINGNESS = [
    "file",
    "field",
    "condition",
    "n_participants",
    "n",
    "n_missing",
    "share",
    "ci_low",
    "ci_high",
    "p",
    "status",
]


def missingness(
    frame: pd.DataFrame,
    file: str,
    fields: Iterable[str],
    conditions: Sequence[str],
    *,
    seed: int = 1,
) -> pd.DataFrame:
    """One row of `MISSINGNESS` for each field and condition, after one for `all` of them.

    `frame` has a row for each value that there could have been, with `participant_id` and
    `condition`. `share` = n_missing / n, 0–1, with a 95 % Wilson interval on the effective
    number of rows: what one participant leaves out hangs together (`effective_ratings`).

    `p`, in the row for all, is that of no difference between conditions in the participants'
    mean share, by permutation: conditions change places between participants, or, where
    participants had several, within those who had all. 9,999 permutations, or all that there
    are. NaN when nobody or everybody left the field out.

    Without a row in a condition `status` says so. Raises KeyError for an unknown column.
    Source: Wilson (1927), JASA 22:209; the test: Good (2005), Permutation, parametric and
    bootstrap tests of hypotheses, 3rd ed., ch. 3 and 5.
    """
    rows: list[Fields] = []
    for field in fields:
        gone = frame[["participant_id", "condition"]].assign(missing=frame[field].isna())
        about: Fields = {"file": file, "field": field}
        p = _differ(gone, conditions, seed)
        rows.append({**about, "condition": ALL, **_counts(gone), "p": p})
        rows += [
            {**about, "condition": name, **_counts(gone[gone["condition"] == name]), "p": np.nan}
            for name in conditions
        ]
    return pd.DataFrame(rows, columns=MISSINGNESS)


LEFT = "left"


def leaving(frame: pd.DataFrame, conditions: Sequence[str], *, seed: int = 1) -> pd.DataFrame:
    """How many left the study at a playlist of each condition: rows of `MISSINGNESS`.

    `frame` has one row for each playlist that somebody came to, with `participant_id`, `condition`,
    `period` (1, 2, …: which of their playlists it is) and `left`: whether they went no further.
    `n_missing` counts the playlists at which somebody left. `p`, in the row for all, is that of
    conditions being left alike: those who came to as many playlists change places, 9,999 times. NaN
    where nobody or everybody left. Source: the log-rank test's comparison of those at risk, Mantel
    (1966), Cancer Chemotherapy Reports 50:163, by permutation.
    """
    gone = frame[["participant_id", "condition", "period"]].assign(missing=frame["left"])
    about: Fields = {"file": "flow", "field": LEFT}
    rows = [{**about, "condition": ALL, **_counts(gone), "p": _left_alike(gone, conditions, seed)}]
    rows += [
        {**about, "condition": name, **_counts(gone[gone["condition"] == name]), "p": np.nan}
        for name in conditions
    ]
    return pd.DataFrame(rows, columns=MISSINGNESS)


def _left_alike(gone: pd.DataFrame, conditions: Sequence[str], seed: int) -> float:
    rng, seen = np.random.default_rng(seed), np.zeros(len(conditions))
    drawn, expected = np.zeros((RESAMPLES, len(conditions))), np.zeros(len(conditions))
    for _, at_risk in gone.groupby("period"):
        code = pd.Index(conditions).get_indexer(at_risk["condition"])
        sizes, left = np.bincount(code, minlength=len(conditions)), at_risk["missing"].to_numpy()
        drawn += rng.multivariate_hypergeometric(sizes, int(left.sum()), size=RESAMPLES)
        expected += sizes * left.mean()
        seen += np.bincount(code, left, len(conditions))
    used = expected > 0
    if used.sum() < 2 or not 0 < gone["missing"].sum() < len(gone):
        return np.nan
    away = (((drawn - expected)[:, used]) ** 2 / expected[used]).sum(axis=1)
    observed = float(((seen - expected)[used] ** 2 / expected[used]).sum())
    return float((1 + (away >= observed * (1 - 1e-9)).sum()) / (1 + RESAMPLES))


def _counts(gone: pd.DataFrame) -> Fields:
    found = share(gone, gone["missing"])
    return {
        "n_participants": gone["participant_id"].nunique(),
        "n": len(gone),
        "n_missing": found.pop("count"),
        **found,
        **({"status": OK} if len(gone) else not_estimable("no rows")),
    }


def _differ(gone: pd.DataFrame, conditions: Sequence[str], seed: int) -> float:
    """p that participants' shares differ between conditions; NaN with too little to compare."""
    shares = means_by_condition(gone, "missing", conditions).dropna(axis="columns", how="all")
    paired = bool((shares.notna().sum(axis=1) > 1).any())
    used = shares.dropna() if paired else shares
    groups = [used[name].dropna().to_numpy(dtype=np.float64) for name in used]
    too_few = len(groups) < 2 or min(map(len, groups)) < 2
    if too_few or np.ptp(np.concatenate(groups)) == 0:
        return np.nan
    test = stats.permutation_test(
        groups,
        _between,
        permutation_type="samples" if paired else "independent",
        alternative="greater",
        n_resamples=RESAMPLES,
        batch=500,
        vectorized=True,
        random_state=np.random.default_rng(seed),
    )
    return float(test.pvalue)


def _between(*groups: NDArray[np.float64], axis: int) -> NDArray[np.float64]:
    """The sum of squares between groups, apart from a constant: Σ (sum of a group)² / n."""
    return np.sum([group.sum(axis=axis) ** 2 / group.shape[axis] for group in groups], axis=0)
