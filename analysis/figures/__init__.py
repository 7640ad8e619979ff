"""Figures of a report, drawn from its tables: tables in, a `Figure` with its description out.

A figure that can't be estimated is not drawn: the function returns None. matplotlib is imported in
the functions that draw, and the web process calls none of them.
"""

from .consort import flow
from .effects import forest
from .metric import rating_against_metric
from .pairs import paired
from .paper import Figure, save
from .points import likert
from .positions import by_distance, by_position
from .power import false_positives, power_curve
from .ratings import by_condition
from .saving import saving
from .space import genre_space

__all__ = [
    "Figure",
    "by_condition",
    "by_distance",
    "by_position",
    "false_positives",
    "flow",
    "forest",
    "genre_space",
    "likert",
    "paired",
    "power_curve",
    "rating_against_metric",
    "save",
    "saving",
]
