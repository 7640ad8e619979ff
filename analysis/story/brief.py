"""What there is to know of a report before reading it: the plan, then people, then the rest."""

from collections.abc import Iterator, Mapping

import pandas as pd

from analysis.inference import Design

from .conclusions import comparisons, correlations, verdicts
from .leads import flow, nobody_left
from .phrases import NOBODY_CAME
from .told import Told

Tables = Mapping[str, pd.DataFrame]


def brief(tables: Tables, design: Design) -> list[str]:
    """The hypothesis as it was planned; each planned result with what is concluded of it, or the
    main one where nothing was planned; how many came and are analysed; and at the end what the
    metrics would have concluded. Each but the hypothesis is told in a section below, too."""
    return [str(one) for one in _told(tables, design) if one]


def _told(tables: Tables, design: Design) -> Iterator[str | Told]:
    yield hypothesis(design)
    who, nobody = flow(tables, design), nobody_left(tables, design)
    if who.text == NOBODY_CAME or nobody:
        yield from (nobody, who)
        return
    several = len(design.conditions) > 1
    if several:
        yield comparisons(tables, design)
    if design.plan.metrics or not several:
        yield correlations(tables, design)
    yield who
    yield verdicts(tables, design)


def hypothesis(design: Design) -> str:
    """In its own words, none left out."""
    said = " ".join(design.plan.hypothesis.split())
    return f"The hypothesis: “{said}”" if said else ""
