"""A table's cells as people read them."""

import math
from dataclasses import dataclass
from typing import Any

import pandas as pd

from analysis.figures.words import number

MISSING = "–"


@dataclass(frozen=True, slots=True)
class Column:
    """Its heading, and how its values are written: text, count, number, share or p."""

    title: str
    kind: str = "text"


def cell(value: Any, column: Column) -> str:
    """What is missing is a dash, never a zero and never “nan”."""
    if value is None or value is pd.NA or (isinstance(value, float) and math.isnan(value)):
        return MISSING
    match column.kind:
        case "count":
            return f"{int(value):,}"
        case "number":
            return number(value)
        case "share":
            return f"{number(100 * value, 1)} %"
        case "p":
            return "< .001" if value < 0.001 else f"{value:.3f}".removeprefix("0")
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value) or MISSING
