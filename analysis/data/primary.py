"""The result that a study is about: which outcome, and between which conditions or with which
metrics. Decided here alone."""

from collections.abc import Iterable
from dataclasses import dataclass

import pandas as pd

from analysis.stats.planned_test import CORRELATION, METRICS, confirmatory
from survey.models import Study

from .codebook import FILES
from .events import LIKING
from .scales import Scale
from .source import Source


@dataclass(frozen=True, slots=True)
class Primary:
    """`file` and `column` of the outcome, and the test that decides; conditions in pairs, each a
    first minus a second. Where there is one condition, `metrics` are set against the outcome."""

    file: str
    column: str
    test: str
    paired: bool
    pairs: tuple[tuple[str, str], ...]
    metrics: tuple[str, ...]
    alpha: float
    planned: bool

    @property
    def name(self) -> str:
        return f"{self.file}.{self.column}"


def primary(of: Source) -> Primary | None:
    """As the study's analysis plan says. Without a plan: liking, of playlists before tracks, else
    the first scale there is, and every pair of conditions. None where there is no scale to compare.
    """
    plan = of.study.plan
    scales = [("playlist_ratings", scale) for scale in of.playlist_scales]
    scales += [("ratings", scale) for scale in of.track_scales]
    found = _named(plan.outcome, scales) if plan else _usual(scales)
    if found is None:
        return None
    file, scale = found
    paired, single = of.study.design == Study.Design.WITHIN, len(of.conditions) == 1
    return Primary(
        file,
        scale.column.name,
        test=CORRELATION if single else confirmatory(file, paired=paired),
        paired=paired and not single,
        pairs=() if single else tuple(plan.pairs(of.conditions)),
        metrics=tuple(plan.metrics or METRICS) if single else (),
        alpha=plan.alpha,
        planned=bool(plan.metrics if single else plan),
    )


Found = tuple[str, Scale] | None


def _named(outcome: str, scales: Iterable[tuple[str, Scale]]) -> Found:
    return next((one for one in scales if one[1].name == outcome), None)


def _usual(scales: list[tuple[str, Scale]]) -> Found:
    liking = [one for one in scales if one[1].name.split(".")[1] == LIKING]
    return next(iter((*liking, *scales)), None)


def table(found: Primary | None) -> pd.DataFrame:
    """One row for each pair, or each metric: the file `primary`, for whoever computes it again."""
    rows = [
        (one.file, one.column, one.test, one.paired, a, b, metric, one.alpha, one.planned)
        for one in ([found] if found else [])
        for a, b, metric in (
            *((a, b, None) for a, b in one.pairs),
            *((None, None, metric) for metric in one.metrics),
        )
    ]
    return pd.DataFrame(rows, columns=[column.name for column in FILES["primary"]])
