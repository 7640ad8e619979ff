"""What there is to know of a report before reading it."""

from collections.abc import Mapping

import pandas as pd

from analysis.inference import Design

from .conclusions import comparisons, verdicts
from .leads import flow
from .phrases import NOBODY_CAME


def brief(tables: Mapping[str, pd.DataFrame], design: Design) -> list[str]:
    """The main result, what the baselines would have concluded, and how many are analysed."""
    who = flow(tables, design)
    if who == NOBODY_CAME:
        return [who]
    told = (comparisons(tables, design), verdicts(tables, design), who)
    return [str(one) for one in told if one]
