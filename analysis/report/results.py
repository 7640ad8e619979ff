"""A report's results: the design as the analysis needs it, and the figures of its tables."""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any

import numpy as np
import pandas as pd

from analysis import figures
from analysis.data.primary import primary
from analysis.data.scales import FAMILIAR, Scale
from analysis.data.source import Source
from analysis.figures import Figure
from analysis.inference import Design, Outcome
from analysis.inference.design import PLANNED, PLAYLISTS, SENSITIVITY, TRACKS, rows_in
from analysis.inference.relating import about_playlists, measured, metrics_of
from analysis.story.rows import by_distance
from recommender.engine.params import StrategyError
from recommender.engine.strategies import chosen_by
from survey.models import Study

Tables = Mapping[str, pd.DataFrame]


def design_of(of: Source) -> Design:
    """What `inference` has to know of a study."""
    scales = [(PLAYLISTS, scale) for scale in of.playlist_scales]
    scales += [(TRACKS, one) for one in of.track_scales if one.column.name != FAMILIAR]
    outcomes = [_outcome(file, scale) for file, scale in scales]
    first = primary(of)
    return Design(
        of.conditions,
        of.study.design == Study.Design.WITHIN,
        outcomes,
        next((one for one in outcomes if first and one.name == first.name), None),
        of.study.plan,
        _scored(of.study),
        of.study.seed,
        _chosen_by(of.study),
    )


def _chosen_by(study: Study) -> dict[str, frozenset[str]]:
    """What each condition's songs are chosen by; one that can't be made has no playlists."""
    found = {}
    for name, strategy, params in study.conditions.values_list("name", "strategy", "params"):
        with suppress(StrategyError):
            found[name] = chosen_by(strategy, params)
    return found


def _outcome(file: str, scale: Scale) -> Outcome:
    question = scale.column.meaning.partition(" [")[0]
    return Outcome(file, scale.column.name, scale.points, question, scale.labels)


def _scored(study: Study) -> dict[tuple[str, str], list[str]]:
    """The questions of each score that is made of several."""
    found = {
        (instrument.key, score["scale"]): instrument.keys_of(score)
        for instrument in study.instruments.exclude(scoring=[]).order_by("position", "pk")
        for score in instrument.scoring
    }
    return {which: questions for which, questions in found.items() if len(questions) > 1}


# figures


def drawings(tables: Tables, design: Design) -> Iterator[Figure]:
    """Every figure that these tables are enough for, in the order of the report's sections."""
    return (figure for figure in _drawings(tables, design) if figure is not None)


def _drawings(tables: Tables, design: Design) -> Iterator[Figure | None]:
    yield figures.flow(tables["flow"])
    names = {outcome.name: outcome.label for outcome in design.outcomes}
    if design.primary:
        yield figures.by_condition(
            # Of everybody, as the table beside it.
            tables[design.primary.file],
            design.primary.column,
            conditions=design.conditions,
            said=design.primary.label,
            seed=design.seed,
        )
    for outcome in sorted(design.outcomes, key=lambda one: one != design.primary):
        yield _distribution(tables, outcome, design)
    compared = _primary_first(tables, design)
    main = compared["analysis_set"] == design.sets[-1]
    yield figures.forest(compared[main], names=names, alpha=design.alpha)
    if len(design.sets) > 1:
        both = compared[compared["family"].isin([PLANNED, SENSITIVITY])]
        yield figures.forest(both, names=names, name="exclusions", alpha=design.alpha)
    if design.primary and design.paired:
        for a, b in design.planned_pairs or design.pairs:
            yield figures.paired(
                rows_in(tables[design.primary.file], design.sets[-1]),
                design.primary.column,
                a,
                b,
                said=design.primary.label,
                seed=design.seed,
            )
    yield figures.genre_space(
        _analysed(tables["playlist_places"], tables, design),
        _of_metadata(tables["playlist_metrics"]),
        conditions=design.conditions,
        seed=design.seed,
    )
    yield from _against_metrics(tables, design)
    yield from _along(tables, design)


def _analysed(places: pd.DataFrame, tables: Tables, design: Design) -> pd.DataFrame:
    """The playlists of those who are analysed."""
    kept = [rows_in(tables[file], design.sets[-1])["playlist_id"] for file in (TRACKS, PLAYLISTS)]
    return places[places["playlist_id"].isin(pd.concat(kept))]


def _primary_first(tables: Tables, design: Design) -> pd.DataFrame:
    """Comparisons, those on the primary outcome first, and of each the planned set before all."""
    rows, first = tables["comparisons"], design.primary.name if design.primary else ""
    order = [rows["outcome"] != first, rows["analysis_set"] != design.sets[-1]]
    return rows.iloc[np.lexsort(order[::-1])]


def _of_metadata(measured: pd.DataFrame) -> pd.DataFrame:
    """One row a playlist: what is measured in the space does not hang on the source of labels."""
    one = measured[measured["label_source"] == "metadata"]
    return one[["playlist_id", "compactness", "query_distance"]]


def _distribution(tables: Tables, outcome: Outcome, design: Design) -> Figure | None:
    rows = tables[outcome.file].dropna(subset=[outcome.column])
    people = rows.groupby("condition")["participant_id"].nunique().to_dict()
    return figures.likert(
        tables["likert_distribution"],
        outcome.name,
        outcome.labels,
        said=outcome.label,
        people=people,
    )


def _against_metrics(tables: Tables, design: Design) -> Iterator[Figure | None]:
    related = tables["cohesion_vs_rating"]
    for outcome in about_playlists(design)[:1]:
        frame = measured(tables, outcome, design.sets[-1], "metadata")
        for metric in metrics_of(design):
            own = (related["metric"] == metric) & (related["outcome"] == outcome.name)
            of_set = (related["analysis_set"] == design.sets[-1]) & own
            yield figures.rating_against_metric(
                frame,
                metric,
                "rating",
                conditions=design.conditions,
                correlations=related[of_set & (related["label_source"] == "metadata")],
                said=outcome.label,
                alpha=design.alpha,
                seed=design.seed,
            )


def _along(tables: Tables, design: Design) -> Iterator[Figure | None]:
    liked = [one for one in design.outcomes if one.of_tracks][:1]
    for outcome in liked:
        rows = rows_in(tables[TRACKS], design.sets[-1])
        shared: dict[str, Any] = {
            "conditions": design.conditions,
            "said": outcome.label,
            "seed": design.seed,
        }
        yield figures.by_position(rows, outcome.column, **shared)
        if "distance" in rows and not by_distance(tables[TRACKS]):
            yield figures.by_distance(rows, outcome.column, **shared)
