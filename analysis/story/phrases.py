"""The small words of sentences: people counted, p and intervals written, lists kept short."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from analysis.figures.words import counted, listed, span
from analysis.inference import Design

from .cells import level_of as level_of
from .cells import p_of

MOST_NAMED = 3
NOBODY_CAME = "Nobody has registered yet."
NOBODY = "Nobody has rated anything yet, so nothing can be estimated."
NO_SCALE = "The study asks for no rating on which conditions could be compared."
NO_PAIR = "There are no two conditions to compare."


def people(n: int) -> str:
    return "1 person" if n == 1 else f"{n:,} people"


def participants(n: float) -> str:
    return counted(int(n), "participant")


def is_or_are(n: int) -> str:
    return "is" if n == 1 else "are"


def p_value(p: float) -> str:
    if pd.isna(p):
        return "no p"
    return f"p {p_of(p)}" if p < 0.001 else f"p = {p_of(p)}"


def confidence(design: Design) -> str:
    return f"{100 * (1 - design.alpha):g} %"


def interval(row: Mapping[str, Any], of: str, low: str = "ci_low", high: str = "ci_high") -> str:
    """“95 % interval 0.08 to 0.35”."""
    ends = span(row[low], row[high])
    return f"{of} interval {ends}" if ends else "no interval"


def named(parts: Sequence[str], most: int = MOST_NAMED) -> str:
    """A list that says how many it leaves out, if they are many."""
    if len(parts) <= most:
        return listed(parts)
    return listed([*parts[:most], f"{len(parts) - most} more"])
