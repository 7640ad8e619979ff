"""Human ratings against the baselines: a playlist's rating, and what a metric says of it."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from scipy.stats import t

from analysis.metrics.circular import by_labels
from analysis.stats import correlate, exact
from analysis.stats.conclusions import DECIDED, DECISION, concluded
from analysis.stats.correlate import CORRELATIONS
from analysis.stats.kinds import OF_CORRELATIONS
from analysis.stats.planned_test import METRICS
from analysis.stats.positions import WITHIN_PLAYLISTS, by_position
from analysis.stats.verdicts import BETTER, VERDICTS, verdicts

from .comparing import confirmatory
from .design import EXPLORATORY, PLANNED, SENSITIVITY, TRACKS, Design, Outcome, rows_in

Tables = Mapping[str, pd.DataFrame]

# Whose genre labels verdicts on metrics take: the library's.
LABELS = "metadata"
COLUMNS = ["family", "metric", "label_source", "outcome", *CORRELATIONS]
COLUMNS[COLUMNS.index("p") + 1 : COLUMNS.index("p") + 1] = DECIDED
COLUMNS.insert(COLUMNS.index("status"), "analysis_set")
ALONG_COLUMNS = [
    *WITHIN_PLAYLISTS[:-1],
    *("p_holm", *DECISION, "conclusion"),
    *("analysis_set", "status"),
]
FAMILY = ["analysis_set", "outcome", "label_source", "level", "condition"]
DISTANCE = "distance"
ALONG = ("position", DISTANCE)


def metrics_of(design: Design) -> Sequence[str]:
    return design.plan.metrics or METRICS


def about_playlists(design: Design) -> list[Outcome]:
    """What of each playlist is set against its metrics: the primary outcome, and if that is not of
    tracks, the mean liking of its tracks."""
    first = [design.primary] if design.primary else []
    liked = [one for one in design.outcomes if one.of_tracks and one.column.endswith("liking")]
    return list(dict.fromkeys([*first, *liked]))


def rated_playlists(tables: Tables, outcome: Outcome, analysis_set: str) -> pd.DataFrame:
    """One row a playlist with a value: of an outcome of tracks, the mean of its tracks."""
    keys = ["participant_id", "condition", "playlist_id"]
    rows = rows_in(tables[outcome.file], analysis_set).dropna(subset=[outcome.column])
    playlists = rows.groupby(keys)
    groups = playlists.ngroup().to_numpy()
    found = playlists.size().index.to_frame(index=False)
    values = pd.to_numeric(rows[outcome.column]).to_numpy(dtype=np.float64)
    return found.assign(rating=exact.means(values, groups, len(found)))


def measured(tables: Tables, outcome: Outcome, analysis_set: str, source: str) -> pd.DataFrame:
    """The rated playlists with their metrics from one source of labels."""
    metrics = tables["playlist_metrics"]
    of_source = metrics[metrics["label_source"] == source]
    own = of_source.drop(columns=["participant_id", "condition"], errors="ignore")
    return rated_playlists(tables, outcome, analysis_set).merge(own, on="playlist_id")


def against_metrics(tables: Tables, design: Design) -> pd.DataFrame:
    """Each metric and outcome: pooled, within each condition, adjusted for it, and, where people
    rated several playlists, within participants and conditions.

    `p_holm` corrects over the metrics of an outcome, source of labels, level and condition. What is
    concluded, and by which intervals: `analysis.stats.conclusions`; only at `deciding_level`, and
    with the library's labels.
    """
    parts = list(_against(tables, design))
    if not parts:
        return pd.DataFrame(columns=COLUMNS)
    table = pd.concat(parts, ignore_index=True)
    decides = (table["label_source"] == LABELS) & (table["level"] == deciding_level(design))
    planned = decides & (table["outcome"] == _name(design.primary)) & bool(design.plan.metrics)
    family = table["analysis_set"].map(
        lambda one: PLANNED if one == design.sets[-1] else SENSITIVITY
    )
    table = table.assign(family=family.where(planned, EXPLORATORY))
    found = concluded(table, FAMILY, decides, design.alpha, OF_CORRELATIONS)
    ends = ["decision_ci_low", "decision_ci_high", "tost_ci_low", "tost_ci_high"]
    found[ends] = found[ends].clip(-1, 1)
    return found[COLUMNS]


def deciding_level(design: Design) -> str:
    """At which level a correlation is concluded: of one condition pooled, of several with the
    condition taken out."""
    return "adjusted" if len(design.conditions) > 1 else "pooled"


def _name(outcome: Outcome | None) -> str:
    return outcome.name if outcome else ""


def _against(tables: Tables, design: Design) -> Iterator[pd.DataFrame]:
    for analysis_set in design.sets:
        for outcome in about_playlists(design):
            for source in ("metadata", "cnn"):
                frame = measured(tables, outcome, analysis_set, source)
                for metric in metrics_of(design):
                    if source == "cnn" and not by_labels(metric):
                        continue
                    about = {"metric": metric, "label_source": source, "outcome": outcome.name}
                    for found in _levels(frame, metric, design):
                        yield found.assign(**about, analysis_set=analysis_set)


def _levels(frame: pd.DataFrame, metric: str, design: Design) -> Iterator[pd.DataFrame]:
    shared: dict[str, Any] = {
        "bound": design.plan.correlation_bound,
        "alpha": design.alpha,
        "seed": design.seed,
    }
    yield correlate.spearman_clustered(frame, metric, "rating", **shared)
    if len(design.conditions) > 1:
        yield correlate.within_conditions(
            frame, metric, "rating", conditions=design.conditions, **shared
        )
        yield correlate.adjusted(frame, metric, "rating", **shared)
    if design.paired or frame["participant_id"].duplicated().any():
        yield correlate.repeated_measures(
            frame, metric, "rating", bound=shared["bound"], alpha=design.alpha
        )


def metric_verdicts(tables: Tables, compared: pd.DataFrame, design: Design) -> pd.DataFrame:
    """What each metric says about each pair of conditions, beside what is concluded of people's
    ratings in `compared`, the rows of comparisons."""
    if design.primary is None:
        return pd.DataFrame(columns=VERDICTS)
    return verdicts(
        measured(tables, design.primary, design.sets[-1], LABELS),
        confirmatory(compared, design, design.primary),
        [metric for metric in metrics_of(design) if metric in BETTER],
        circular=lambda condition, metric: design.circular(condition, metric, LABELS),
        alpha=design.alpha,
    )


def _error(table: pd.DataFrame, alpha: float) -> pd.Series:
    """The standard error that t came of; where t is 0, by the interval, which may be cut at ±1."""
    half = (table["ci_high"] - table["ci_low"]).astype(float) / 2
    by_interval = half / t.ppf(1 - alpha / 2, table["df"].astype(float))
    statistic = table["statistic"].astype(float)
    return (table["estimate"] / statistic.mask(statistic == 0)).fillna(by_interval)


def along_playlists(tables: Tables, design: Design) -> pd.DataFrame:
    """How ratings go with the position in the playlist and the distance from the query song.

    `p_holm` corrects over outcomes, position and distance of one measure and analysis set. What is
    concluded is the rank correlation's alone, so that a slope can't say something else beside it.
    """
    of_tracks = [outcome for outcome in design.outcomes if outcome.of_tracks]
    parts = [
        by_position(rows, outcome.column, x, per_sd=x == DISTANCE, alpha=design.alpha).assign(
            outcome=outcome.name, analysis_set=analysis_set
        )
        for analysis_set in design.sets
        for rows in [rows_in(tables[TRACKS], analysis_set)]
        for outcome in of_tracks
        for x in ALONG
        if x in rows
    ]
    if not parts:
        return pd.DataFrame(columns=ALONG_COLUMNS)
    table = pd.concat(parts, ignore_index=True)
    found = concluded(
        table.assign(se=_error(table, design.alpha), tost_p=np.nan),
        ["analysis_set", "measure"],
        table["measure"] == "spearman",
        design.alpha,
        OF_CORRELATIONS,
    )
    return found[ALONG_COLUMNS]
