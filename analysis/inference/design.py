"""What of a study's design its analysis follows, and which rows an analysis takes."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations

import pandas as pd

from analysis.metrics.circular import circular
from analysis.stats.planned_test import TRACKS as TRACKS
from analysis.stats.planned_test import confirmatory
from survey.analysis_plan import Plan

ALL, AFTER_EXCLUSIONS = "all", "after_exclusions"
PLANNED, SENSITIVITY, EXPLORATORY = "planned", "sensitivity", "exploratory"
PLAYLISTS = "playlist_ratings"

Pair = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Outcome:
    """A scale that conditions are compared on: the file and column that hold it, how many points it
    has (None for a slider or yes/no), what it is called for people, and what its points are."""

    file: str
    column: str
    points: int | None = None
    label: str = ""
    labels: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        return f"{self.file}.{self.column}"

    @property
    def of_tracks(self) -> bool:
        return self.file == TRACKS


@dataclass(frozen=True, slots=True)
class Design:
    """`paired`: every participant has every condition. `primary` is the planned outcome; without a
    plan the one that the report leads with. `scored`: by questionnaire score, the columns `item` or
    `item.row` of its questions; `chosen_by`: what the songs of each condition are chosen by
    (`recommender.engine.strategies.chosen_by`)."""

    conditions: Sequence[str]
    paired: bool
    outcomes: Sequence[Outcome]
    primary: Outcome | None
    plan: Plan = field(default_factory=Plan)
    scored: Mapping[tuple[str, str], Sequence[str]] = field(default_factory=dict)
    seed: int = 1
    chosen_by: Mapping[str, Collection[str]] = field(default_factory=dict)

    @property
    def alpha(self) -> float:
        return self.plan.alpha

    @property
    def sets(self) -> list[str]:
        """The analysis sets, that of the planned analysis last."""
        return [ALL, AFTER_EXCLUSIONS] if self.plan.exclusions else [ALL]

    @property
    def planned_pairs(self) -> list[Pair]:
        return self.plan.pairs(self.conditions) if self.plan else []

    @property
    def pairs(self) -> list[Pair]:
        """Every pair of conditions; those of the plan the way round that it says."""
        turned = {frozenset(pair): pair for pair in self.planned_pairs}
        return [turned.get(frozenset(pair), pair) for pair in combinations(self.conditions, 2)]

    def confirmatory(self, outcome: Outcome) -> str:
        """The one test that decides what is concluded of a contrast on this outcome."""
        return confirmatory(outcome.file, paired=self.paired)

    def family(self, outcome: Outcome, pair: Pair, test: str, analysis_set: str) -> str:
        """Planned before the data, the same with other people in it, or exploratory."""
        planned = outcome == self.primary and pair in self.planned_pairs
        if not planned or test != self.confirmatory(outcome):
            return EXPLORATORY
        return PLANNED if analysis_set == self.sets[-1] else SENSITIVITY

    def bound(self, outcome: Outcome) -> float | None:
        """The smallest difference of interest, in points of this outcome's own scale."""
        return self.plan.equivalence_bound if outcome == self.primary else None

    def circular(self, condition: str, metric: str, label_source: str) -> bool:
        """Whether a condition chooses songs by what the metric is computed from."""
        return circular(metric, label_source, self.chosen_by.get(condition, ()))

    def each(self) -> Iterator[tuple[str, Outcome]]:
        for analysis_set in self.sets:
            for outcome in self.outcomes:
                yield analysis_set, outcome


def rows_in(table: pd.DataFrame, analysis_set: str) -> pd.DataFrame:
    """The rows that an analysis set takes."""
    if analysis_set == ALL or "excluded" not in table:
        return table
    return table[~table["excluded"].astype(bool)]
