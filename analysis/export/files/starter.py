"""The result that the study is about, from its tables, with pandas and scipy:

    python starter.py [folder]

primary.csv says what is compared, and by which test; datapackage.json how the tables are read.

Ratings of songs: a linear mixed model of the single ratings, with participants and songs as
samples, by REML with Satterthwaite's degrees of freedom, as R's lmerTest computes it. statsmodels
has no such degrees of freedom, and takes minutes where samples are crossed, so that it is written
out here; memory and time grow with how many participants, playlists and songs there are.
Ratings of playlists: each participant's values in a condition are averaged first; then a paired t
test where every participant has both conditions, else Welch's. One condition alone: Spearman's
correlation of playlists' ratings with each metric, participants left out in turn for p. (Its
interval, a bootstrap, is in the report's cohesion_vs_rating.csv.)

Prints CSV: means of a and b, their difference (estimate) with standard error and interval, t
(statistic), df, p; or the correlation (estimate), df, p.
"""

import json
import sys
from pathlib import Path

import numpy as np
import pandas as pd
from scipy import linalg, optimize, sparse, stats

FOLDER = Path(sys.argv[1] if len(sys.argv) > 1 else ".")
PACKAGE = json.loads((FOLDER / "datapackage.json").read_text("utf-8"))
TYPES = {"string": "object", "integer": "Int64", "number": "float", "boolean": "boolean"}

COLUMNS = [
    *("outcome", "condition_a", "condition_b", "metric", "test", "n_a", "n_b", "mean_a", "mean_b"),
    *("estimate", "se", "estimate_ci_low", "estimate_ci_high", "statistic", "df", "p", "status"),
]
# Participants, for the p of a correlation.
FEWEST = 7


def read_table(name: str) -> pd.DataFrame:
    """A table with the types that the package says; times stay texts."""
    (resource,) = [one for one in PACKAGE["resources"] if one["name"] == name]
    types = {one["name"]: TYPES.get(one["type"], "object") for one in resource["schema"]["fields"]}
    return pd.read_csv(
        FOLDER / resource["path"], dtype=types, keep_default_na=False, na_values=[""]
    )


def read_rows(primary: pd.Series) -> pd.DataFrame:
    """The rows of a file that the plan leaves in and that have the outcome."""
    rows = read_table(primary["file"])
    if "excluded" in rows:
        rows = rows[~rows["excluded"].fillna(False).astype(bool)]
    return rows.assign(value=rows[primary["column"]].astype(float)).dropna(subset=["value"])


def tested(estimate: float, se: float, df: float, alpha: float) -> dict[str, object]:
    half = stats.t.ppf(1 - alpha / 2, df) * se
    return {
        "estimate": estimate,
        "se": se,
        "estimate_ci_low": estimate - half,
        "estimate_ci_high": estimate + half,
        "statistic": estimate / se,
        "df": df,
        "p": 2 * stats.t.sf(abs(estimate) / se, df),
        "status": "ok",
    }


# means of participants


def compare_means(primary: pd.Series, rows: pd.DataFrame) -> dict[str, object]:
    a, b = (
        rows[rows["condition"] == primary[f"condition_{side}"]]
        .groupby("participant_id")["value"]
        .mean()
        for side in "ab"
    )
    if primary["paired"]:
        both = a.index.intersection(b.index)
        a, b = a[both], b[both]
    found = {"n_a": len(a), "n_b": len(b), "mean_a": a.mean(), "mean_b": b.mean()}
    if min(len(a), len(b)) < 2:
        return {**found, "status": "not_estimable: fewer than two participants"}
    spread = a - b if primary["paired"] else pd.concat([a - a.mean(), b - b.mean()])
    if np.ptp(spread) < 1e-9:
        return {**found, "status": "not_estimable: no differences between participants"}
    test = stats.ttest_rel(a, b) if primary["paired"] else stats.ttest_ind(a, b, equal_var=False)
    estimate = a.mean() - b.mean()
    return found | tested(estimate, estimate / test.statistic, test.df, primary["alpha"])


# single ratings


class Model:
    """value = condition + an intercept for each level of each group + residual, by its criterion −2
    log restricted likelihood (Bates et al. 2015, J. Stat. Softw. 67(1)), where `theta` are the
    groups' standard deviations in residual ones."""

    def __init__(self, rows: pd.DataFrame, pair: list[str], groups: list[str]) -> None:
        x = np.column_stack([rows["condition"] == name for name in pair]).astype(float)
        codes = [pd.factorize(rows[name])[0] for name in groups]
        self.sizes = [code.max() + 1 for code in codes]
        levels = np.column_stack(codes) + np.cumsum([0, *self.sizes[:-1]])
        self.n, self.q = len(rows), sum(self.sizes)
        every = np.repeat(np.arange(self.n), levels.shape[1])
        z = sparse.csr_array((np.ones(levels.size), (every, levels.ravel())), (self.n, self.q))
        everything = sparse.hstack([z, np.column_stack([x, rows["value"]])], format="csr")
        self.products = (everything.T @ everything).toarray()

    def solved(self, theta: np.ndarray) -> tuple[float, np.ndarray, np.ndarray, float]:
        """log|V|, X′V⁻¹X, β and the weighted sum of squares, in units of the residual variance."""
        scale, q = np.repeat(theta, self.sizes), self.q
        inside = scale[:, None] * self.products[:q, :q] * scale + np.eye(q)
        root = linalg.cholesky(inside, lower=True)
        half = linalg.solve_triangular(root, scale[:, None] * self.products[:q, q:], lower=True)
        left = self.products[q:, q:] - half.T @ half
        beta = np.linalg.solve(left[:2, :2], left[:2, 2])
        log_v = 2 * np.log(np.diagonal(root)).sum()
        return log_v, left[:2, :2], beta, left[2, 2] - left[:2, 2] @ beta

    def criterion(self, theta: np.ndarray, log_sigma: float | None = None) -> float:
        """At a residual standard deviation, or at the best one."""
        log_v, xx, _, squares = self.solved(theta)
        df = self.n - 2
        sigma2 = squares / df if log_sigma is None else np.exp(2 * log_sigma)
        return log_v + np.linalg.slogdet(xx)[1] + df * np.log(sigma2) + squares / sigma2

    def variance(self, theta: np.ndarray, log_sigma: float) -> float:
        """Of the difference of the conditions' means."""
        covariance = np.linalg.inv(self.solved(theta)[1]) * np.exp(2 * log_sigma)
        return float(np.array([1, -1]) @ covariance @ np.array([1, -1]))

    def fitted(self) -> np.ndarray:
        start, bounds = np.full(len(self.sizes), 0.5), [(0, None)] * len(self.sizes)
        found = optimize.minimize(
            self.criterion, start, method="L-BFGS-B", bounds=bounds,
            options={"ftol": 1e-14, "gtol": 1e-7, "maxiter": 500},
        )  # fmt: skip
        return np.where(found.x < 1e-4, 0.0, found.x)

    def degrees_of_freedom(self, theta: np.ndarray, log_sigma: float) -> float:
        """2 v² / (g′Ag) (Satterthwaite 1946): v the variance, g its slopes and A twice the inverse
        curvature of the criterion; a standard deviation of 0 is no parameter."""
        free = theta > 0
        at = np.append(theta[free], log_sigma)

        def full(values: np.ndarray) -> tuple[np.ndarray, float]:
            where = np.zeros_like(theta)
            where[free] = values[:-1]
            return where, values[-1]

        steps = np.diag(1e-3 * np.maximum(np.abs(at), 0.1))
        slopes, curvature = np.zeros(len(at)), np.zeros((len(at), len(at)))
        for i, one in enumerate(steps):
            ends = [self.variance(*full(at + sign * one)) for sign in (1, -1)]
            slopes[i] = (ends[0] - ends[1]) / (2 * one[i])
            for j, other in enumerate(steps):
                corners = [
                    s * t * self.criterion(*full(at + s * one + t * other))
                    for s in (1, -1)
                    for t in (1, -1)
                ]
                curvature[i, j] = sum(corners) / (4 * one[i] * other[j])
        spread = slopes @ (2 * np.linalg.inv(curvature)) @ slopes
        return float(2 * self.variance(theta, log_sigma) ** 2 / spread)


def groups_of(rows: pd.DataFrame) -> list[str]:
    """The groups whose variances these ratings can tell apart."""
    kept: list[str] = []
    for name in ("participant_id", "track_id", "playlist_id", "taste"):
        levels = rows[name].nunique()
        twin = any(
            levels == rows[other].nunique() == len(rows[[name, other]].drop_duplicates())
            for other in kept
        )
        if 1 < levels < len(rows) and not twin:
            kept.append(name)
    return kept


def compare_ratings(primary: pd.Series, rows: pd.DataFrame) -> dict[str, object]:
    pair = [primary["condition_a"], primary["condition_b"]]
    rows = rows[rows["condition"].isin(pair)]
    rows = rows.assign(taste=rows["participant_id"] + " " + rows["condition"])
    people = rows.groupby("condition")["participant_id"].nunique()
    found = {"n_a": people.get(pair[0], 0), "n_b": people.get(pair[1], 0)}
    if why := too_poor(rows, pair):
        return {**found, "status": f"not_estimable: {why}"}
    groups = groups_of(rows)
    if not groups:
        return {**found, "status": "not_estimable: one rating a participant and song"}
    model = Model(rows, pair, groups)
    theta = model.fitted()
    _, _, beta, squares = model.solved(theta)
    log_sigma = 0.5 * np.log(squares / (model.n - 2))
    se = np.sqrt(model.variance(theta, log_sigma))
    df = model.degrees_of_freedom(theta, log_sigma)
    if "participant_id" in groups and theta[groups.index("participant_id")] == 0:
        # No variance between participants was found: ratings are not so many people.
        n = rows["participant_id"].nunique()
        df = min(df, max(n - (1 if people.sum() > n else 2), 1))
    means = {"mean_a": beta[0], "mean_b": beta[1]}
    return found | means | tested(beta[0] - beta[1], se, df, primary["alpha"])


def too_poor(rows: pd.DataFrame, pair: list[str]) -> str:
    if rows["condition"].nunique() < 2:
        return "no ratings in one of the conditions"
    if rows["participant_id"].nunique() < 2:
        return "one participant"
    if rows["value"].nunique() == 1:
        return "all ratings equal"
    tracks = rows[["track_id", "condition"]].drop_duplicates()
    if len(tracks) == tracks["track_id"].nunique() == 2:
        return "one track in each condition"
    return ""


# correlations with metrics


def correlate(primary: pd.Series, rows: pd.DataFrame) -> dict[str, object]:
    metrics = read_table("playlist_metrics")
    metrics = metrics[metrics["label_source"] == "metadata"].set_index("playlist_id")
    rated = rows.groupby(["participant_id", "playlist_id"], as_index=False)["value"].mean()
    rated["metric"] = rated["playlist_id"].map(metrics[primary["metric"]]).astype(float)
    rated = rated.dropna(subset=["metric"])
    people = rated["participant_id"].unique()
    found = {"n_a": len(people), "n_b": len(rated)}
    if len(rated) < 2 or min(rated["value"].nunique(), rated["metric"].nunique()) < 2:
        return {**found, "status": "not_estimable: all values are equal"}
    r = rho(rated)
    without = np.array([rho(rated[rated["participant_id"] != who]) for who in people])
    error = np.sqrt((len(people) - 1) / len(people) * ((without - r) ** 2).sum())
    if len(people) < FEWEST or not error > 1e-9:
        why = "not_estimable: too few participants, or too few who differ"
        return {**found, "estimate": r, "status": why}
    ranks = stats.rankdata(rated["metric"])
    apart = pd.Series((ranks - ranks.mean()) ** 2).groupby(rated["participant_id"].to_numpy())
    carried = apart.sum()
    df = carried.sum() ** 2 / (carried**2).sum() - 1
    p = 2 * stats.t.sf(abs(r) / error, df)
    numbers = {"estimate": r, "se": error, "statistic": r / error, "df": df, "p": p}
    return {**found, **numbers, "status": "ok"}


def rho(rated: pd.DataFrame) -> float:
    if min(rated["value"].nunique(), rated["metric"].nunique()) < 2:
        return np.nan
    return float(stats.spearmanr(rated["metric"], rated["value"]).statistic)


WAYS = {"mixed_model": compare_ratings, "spearman_clustered": correlate}


def analyse(primary: pd.Series) -> dict[str, object]:
    about = {name: primary[name] for name in ("condition_a", "condition_b", "metric", "test")}
    way = WAYS.get(primary["test"], compare_means)
    outcome = f"{primary['file']}.{primary['column']}"
    return {"outcome": outcome, **about, **way(primary, read_rows(primary))}


primary = read_table("primary")
if primary.empty:
    sys.exit("There are no two conditions to compare: primary.csv is empty.")
results = pd.DataFrame([analyse(one) for _, one in primary.iterrows()], columns=COLUMNS)
results.to_csv(sys.stdout, index=False)
