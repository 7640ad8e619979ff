"""What is assumed and asked: a plan, and the listeners to try it with."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

from analysis.inference import Design
from analysis.inference.design import TRACKS, Pair
from analysis.stats.listeners import (
    Listeners,
    spread_of_differences,
    spread_of_means,
    spread_of_ratings,
)

# The tests of a report, by what they ask; in the order of their tables.
COMPARISONS, MODELS, CORRELATIONS = PARTS = ("comparisons", "models", "correlations")
EFFECT, NULL, BOUNDARY, EQUAL = "effect", "null", "boundary", "equal"
KINDS = (EFFECT, NULL, BOUNDARY, EQUAL)
# Tests of single ratings, by what their names begin with.
OF_RATINGS = ("mixed_model", "linear_mixed", "cumulative_link")


@dataclass(frozen=True, slots=True)
class Scenario:
    """One study to be simulated many times, and which of its tests to make.

    kind : EFFECT as assumed; NULL without any difference or correlation; BOUNDARY with the first
    planned pair exactly as far apart as its equivalence bound; EQUAL as NULL, for the power of
    equivalence alone.
    """

    kind: str
    listeners: Listeners
    design: Design
    parts: Sequence[str] = PARTS

    @property
    def key(self) -> tuple[int, int]:
        """Keeps its random numbers apart from those of the others."""
        return KINDS.index(self.kind), self.listeners.participants

    def difference(self, a: str, b: str) -> float:
        """How far the mean ratings of two conditions are truly apart, in points."""
        effects: Mapping[str, float] = self.listeners.effects
        return effects.get(a, 0.0) - effects.get(b, 0.0)

    def spread(self, a: str, b: str, outcome: str) -> float:
        """What a standardised effect of these two is counted in, in points: the SD of
        participants' differences, or the pooled one of participants' means."""
        of_tracks = outcome.startswith(f"{TRACKS}.")
        if self.design.paired:
            return spread_of_differences(self.listeners, a, b, of_tracks=of_tracks)
        one, other = (spread_of_means(self.listeners, c, of_tracks=of_tracks) for c in (a, b))
        return float(((one**2 + other**2) / 2) ** 0.5)

    def effect(self, a: str, b: str, outcome: str, test: str) -> float:
        """Their difference in what a test's effect is counted in: of a mixed model, SDs of a single
        rating."""
        if test.startswith(OF_RATINGS):
            return self.difference(a, b) / spread_of_ratings(self.listeners, a, b)
        return self.difference(a, b) / self.spread(a, b, outcome)

    @property
    def apart(self) -> list[Pair]:
        """The planned pairs with a true difference."""
        return [pair for pair in planned_pairs(self.design) if self.difference(*pair)]

    @property
    def test(self) -> str:
        """The test that decides on the planned outcome; empty without one."""
        return self.design.confirmatory(self.design.primary) if self.design.primary else ""

    @property
    def primary(self) -> str:
        """The name of the planned outcome; empty without one."""
        return self.design.primary.name if self.design.primary else ""

    @property
    def n(self) -> float:
        """What a comparison's n is: participants, or between them participants a condition."""
        whole = self.listeners.participants
        return whole if self.design.paired else whole / len(self.design.conditions)


def scenarios(
    listeners: Listeners,
    design: Design,
    sizes: Sequence[int],
    *,
    null: bool,
    parts: Sequence[str] = PARTS,
) -> list[Scenario]:
    """What is to be simulated, for each number of participants: the effects and correlation that
    are assumed, if any; with `null` none of them, and a pair at its equivalence bound. With a bound
    equivalence is tried without any difference, whatever is asked for."""
    return [
        scenario
        for size in sizes
        for scenario in _of_size(replace(listeners, participants=size), design, null, parts)
    ]


def _of_size(
    listeners: Listeners, design: Design, null: bool, parts: Sequence[str]
) -> Iterator[Scenario]:
    if any(listeners.effects.values()) or listeners.correlation:
        yield Scenario(EFFECT, listeners, design, parts)
    nothing = replace(listeners, effects={}, correlation=0.0)
    bound = design.plan.equivalence_bound if COMPARISONS in parts else None
    if not null:
        if bound:
            yield Scenario(EQUAL, nothing, design, (COMPARISONS,))
        return
    yield Scenario(NULL, nothing, design, parts)
    if bound:
        a, b = planned_pairs(design)[0]
        apart = replace(nothing, effects={a: bound / 2, b: -bound / 2})
        yield Scenario(BOUNDARY, apart, design, (COMPARISONS,))


def planned_pairs(design: Design) -> list[Pair]:
    """The pairs of the plan; without one all of them."""
    return design.planned_pairs or list(combinations(design.conditions, 2))
