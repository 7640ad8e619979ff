"""All ratings at once: linear mixed and cumulative-link models of every outcome."""

from collections.abc import Iterator, Mapping

import pandas as pd

from analysis.stats.mixed import COMPONENTS, TERMS, MixedFit, crossed

from .design import Design, Outcome, rows_in

LINEAR = "linear_mixed"
OF_TRACKS = ("participant_id", "track_id", "playlist_id")
OF_PLAYLISTS = ("participant_id",)


def models(tables: Mapping[str, pd.DataFrame], design: Design) -> tuple[pd.DataFrame, pd.DataFrame]:
    """(terms, variance components) of each model, outcome and analysis set.

    Ratings of tracks: participants and tracks crossed, playlists within participants. Of
    playlists: participants alone, where they rated several.
    """
    terms, components = [], []
    for analysis_set, outcome in design.each():
        rows = rows_in(tables[outcome.file], analysis_set)
        for model, fitted in _fits(rows, outcome, design):
            about = {"model": model, "outcome": outcome.name, "analysis_set": analysis_set}
            terms.append(fitted.terms.assign(**about))
            components.append(fitted.components.assign(**about))
    return _table(terms, TERMS), _table(components, COMPONENTS)


def _fits(rows: pd.DataFrame, outcome: Outcome, design: Design) -> Iterator[tuple[str, MixedFit]]:
    groups = OF_TRACKS if outcome.of_tracks else OF_PLAYLISTS
    yield (
        LINEAR,
        crossed(
            rows,
            outcome.column,
            conditions=design.conditions,
            groups=groups,
            alpha=design.alpha,
        ),
    )


def _table(parts: list[pd.DataFrame], columns: list[str]) -> pd.DataFrame:
    ordered = ["model", "outcome", *columns]
    ordered.insert(ordered.index("status"), "analysis_set")
    table = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame()
    return table.reindex(columns=ordered)
