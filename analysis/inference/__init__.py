"""What a study's data say: the tests of a report. Tables in, tables out; no database.

The same functions judge real participants (`analysis.report.assembly`) and simulated listeners
(`analysis.planning`), so that what is planned is what is done.
"""

from collections.abc import Callable, Mapping

import pandas as pd

from .comparing import comparisons, power_reached
from .describing import missing, reliability
from .design import Design, Outcome
from .modelling import Fits, models
from .relating import against_metrics, along_playlists, metric_verdicts

__all__ = ["Design", "Outcome", "infer"]

Tables = Mapping[str, pd.DataFrame]
Tell = Callable[[str], None]


def infer(
    tables: Tables, design: Design, tell: Tell = lambda what: None
) -> dict[str, pd.DataFrame]:
    """Every table of results, by file; what can't be estimated says why in `status`.

    `tables` are those of a report: ratings, playlist_ratings, playlist_metrics, answers,
    hidden_tracks. `tell` is called with what is being computed.
    """
    fits = Fits(tables, design)
    tell("comparing the conditions")
    compared = comparisons(tables, design, fits)
    reached = power_reached(tables, design, fits)
    tell("fitting the mixed models")
    fitted, components = models(tables, design, fits)
    tell("setting ratings against the metrics")
    related = against_metrics(tables, design)
    tell("reliability and what is missing")
    return {
        "comparisons": compared,
        "models": fitted,
        "variance_components": components,
        "cohesion_vs_rating": related,
        "metric_verdicts": metric_verdicts(tables, compared, design),
        "along_playlists": along_playlists(tables, design),
        "reliability": reliability(tables, design, components),
        "missingness": missing(tables, design),
        "power": reached,
    }
