"""The table of an evaluation: every metric of every condition, beside chance and the reference."""

import json
from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import pandas as pd

from analysis.stats.offline import COVERAGE, query_coverage, query_means

from .chance import Chance, chance
from .columns import METRICS, OFFLINE
from .design import Design

ALL = "all"
LABEL_SOURCES = ("metadata", "cnn")
ENTROPIES = ["entropy_bits", "entropy_normalised"]
UNITS = {metric.name: metric.unit for metric in METRICS} | {COVERAGE: ""}


def offline(of: Design, playlists: pd.DataFrame) -> pd.DataFrame:
    """One row for each group of query songs, metric, label source and condition."""
    values = playlists.copy()
    # 0 by convention where no two labels are known: nothing to average.
    values.loc[~(values["n_known"] >= 2), ENTROPIES] = np.nan
    level = chance(of)
    parts = [
        _of_group(of, group, level).assign(group_by=group_by, query_genre=genre)
        for group_by, genre, group in _groups(values)
    ]
    return pd.concat(parts, ignore_index=True)[[column.name for column in OFFLINE]]


def _groups(values: pd.DataFrame) -> Iterator[tuple[str, str | None, pd.DataFrame]]:
    yield ALL, ALL, values
    for genre in sorted(values["query_genre"].dropna().unique()):
        yield "query_genre", genre, values[values["query_genre"] == genre]
    unknown = values[values["query_genre"].isna()]
    if len(unknown):
        yield "query_genre", None, unknown


def _of_group(of: Design, group: pd.DataFrame, level: Chance) -> pd.DataFrame:
    names = [condition.name for condition in of.conditions]
    made, artists = _made(group), of.labelled().artists
    parts = [
        query_means(
            group[group["label_source"] == source],
            [metric.name for metric in METRICS if source in metric.label_sources],
            names,
            reference=of.reference,
            artists=artists,
            seed=of.seed,
        ).assign(label_source=source)
        for source in LABEL_SOURCES
    ]
    reached = query_coverage(
        _shown(made), names, len(of.library), reference=of.reference, artists=artists
    )
    table = pd.concat([*parts, reached.assign(label_source="")], ignore_index=True)
    empty = (table["n_queries"] == 0) & (table["outcome"] != COVERAGE)
    table.loc[empty, "status"] = [
        f"not_estimable: {_no_value(name, metric, source, made, level)}"
        for name, metric, source in zip(
            *(table.loc[empty, c] for c in ("condition", "outcome", "label_source")), strict=True
        )
    ]
    queries = group["query"].unique().tolist()
    failed = len(queries) - made.groupby("condition").size().reindex(names, fill_value=0)
    shares = (made.groupby("condition")["n_learned"].sum(min_count=1)) / (
        made.groupby("condition")["n_tracks"].sum()
    )
    renamed = table.rename(columns={"outcome": "metric"})
    return _described(of, renamed, level, queries, shares.to_dict()).assign(
        n_failed=table["condition"].map(failed), reference=of.reference
    )


def _no_value(condition: str, metric: str, source: str, made: pd.DataFrame, level: Chance) -> str:
    """Why a metric has no value for any query song."""
    if condition not in made["condition"].values:
        return "no playlist could be made"
    if metric == "entropy_normalised" and level.labelled[source].n_labels < 2:
        return "fewer than two genres in the library"
    if metric == "cohesion_genre_query":
        return "no query song with a known genre, or no playlist with two songs that have one"
    if metric.startswith(("cohesion", "entropy")):
        return "no playlist with two songs that have a known label"
    return "no playlist with two songs"


def _made(group: pd.DataFrame) -> pd.DataFrame:
    return group[group["status"] == "ok"].drop_duplicates(["condition", "query"])


def _shown(made: pd.DataFrame) -> pd.DataFrame:
    """One row for each track of each playlist."""
    tracks = made.assign(track_id=made["tracks"].str.split()).explode("track_id")
    return tracks[["condition", "query", "track_id"]].astype({"track_id": int})


def _described(
    of: Design,
    table: pd.DataFrame,
    level: Chance,
    queries: Sequence[int],
    shares: Mapping[str, float],
) -> pd.DataFrame:
    """What a row is about, which follows from metric, label source and condition; `shares` of each
    condition's tracks that the model learned from."""
    conditions = {condition.name: condition for condition in of.conditions}
    about = [
        {
            "strategy": condition.strategy,
            "params": json.dumps(dict(condition.params), sort_keys=True),
            "unit": UNITS[metric],
            "circular": condition.circular(metric, source),
            "learned_share": shares.get(name)
            if of.involves_network(condition, metric, source)
            else None,
            "chance": level.level(metric, source, condition.params["length"], queries),
        }
        for name, metric, source in table[["condition", "metric", "label_source"]].itertuples(
            index=False
        )
        for condition in [conditions[name]]
    ]
    found = pd.concat([table, pd.DataFrame(about, index=table.index)], axis=1)
    return found.replace({"label_source": "", "unit": ""}, None)
