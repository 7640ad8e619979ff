"""Every outcome of a study described: which groups, and in what order."""

from collections.abc import Iterable, Sequence

import pandas as pd

from analysis.stats.describe import DESCRIPTIVES, LIKERT, describe, likert_distribution

from .codebook import columns
from .column import Type
from .scales import Scale

LABEL_SOURCES = ("metadata", "cnn")
TRACK_GROUPS = ("condition", "track_id", "position")
PLAYLIST_GROUPS = ("condition", "period")


def descriptives(
    rated: pd.DataFrame,
    playlists: pd.DataFrame,
    measured: pd.DataFrame,
    *,
    track_outcomes: Sequence[str],
    playlist_outcomes: Sequence[str],
    conditions: Sequence[str],
    seed: int,
) -> pd.DataFrame:
    """Every outcome described for all, by condition, and by track, position or period."""
    parts = [_by_group(rated, "ratings", track_outcomes, TRACK_GROUPS, conditions, seed)]
    parts += [
        _by_group(
            playlists, "playlist_ratings", playlist_outcomes, PLAYLIST_GROUPS, conditions, seed
        )
    ]
    parts += [
        _by_group(
            measured[measured["label_source"] == source],
            "playlist_metrics",
            _metric_columns(),
            ("condition",),
            conditions,
            seed,
            suffix=f".{source}",
        )
        for source in LABEL_SOURCES
    ]
    return pd.concat([part for part in parts if len(part)], ignore_index=True)


def _metric_columns() -> list[str]:
    return [column.name for column in columns("playlist_metrics") if column.type == Type.NUMBER]


def _by_group(
    frame: pd.DataFrame,
    file: str,
    outcomes: Iterable[str],
    groups: Iterable[str],
    conditions: Sequence[str],
    seed: int,
    suffix: str = "",
) -> pd.DataFrame:
    parts = [
        describe(
            frame,
            outcome,
            name=f"{file}.{outcome}{suffix}",
            group_by=group,
            levels=conditions if group == "condition" else None,
            seed=seed,
        )
        for outcome in outcomes
        for group in (None, *groups)
    ]
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=DESCRIPTIVES)


def likert(
    frame: pd.DataFrame, file: str, scales: Iterable[Scale], conditions: Sequence[str]
) -> pd.DataFrame:
    """The distribution of each scale of a file, by condition."""
    parts = [
        likert_distribution(
            frame,
            scale.column.name,
            points=scale.points,
            name=f"{file}.{scale.column.name}",
            conditions=conditions,
        )
        for scale in scales
        if scale.points
    ]
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=LIKERT)
