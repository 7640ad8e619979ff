"""A study of the database as it is planned: its design, and listeners to try it with."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from analysis.inference import Design, Outcome
from analysis.inference.design import PLAYLISTS, TRACKS
from analysis.scales import scales
from analysis.stats import listeners as assumed
from analysis.stats.listeners import Listeners
from analysis.stats.points import Scale
from recommender.engine.params import StrategyError
from recommender.engine.strategies import STRATEGIES, checked_params
from recommender.models import Track
from survey.analysis_plan import Plan
from survey.models import Instrument, Item, Study

# All metrics are drawn alike, so that one stands for them.
METRIC = "diversity"
LIKING = "liking"
# Standard deviations are assumed for a scale of five points, four steps wide.
STEPS = 4
SPREADS = ("participant", "by_condition", "playlist", "track", "residual")


class NothingToPlan(ValueError):
    """The study can't be planned; the message says why and what to do."""


def of_study(study: Study, **assumptions: Any) -> tuple[Listeners, Design]:
    """Listeners for a study with the defaults of its scale's width, and its design.

    Without an analysis plan, every pair of conditions on the liking of playlists, or else of
    tracks, or else the first scale. Raises NothingToPlan, and ValueError for assumptions that
    can't be.
    """
    names = list(study.conditions.order_by("pk").values_list("name", flat=True))
    if len(names) < 2:
        raise NothingToPlan(f"“{study}” compares no conditions: it has {len(names)}. Add some.")
    known = dict(_outcomes(study))
    plan = study.plan or Plan(outcome=_usual(study, known))
    if plan.outcome not in known:
        raise NothingToPlan(f"“{study}” has no scale “{plan.outcome}”, which its plan is about.")
    outcome, scale = known[plan.outcome]
    wide = (scale.high - scale.low) / STEPS
    spreads = {name: getattr(assumed, name.upper()) * wide for name in SPREADS}
    found = {
        "playlists": study.n_trials,
        "tracks": _length(study),
        "library": Track.objects.filter(available=True).count(),
        "exclusions": plan.exclusions,
        "scale": scale,
        f"{'track' if outcome.of_tracks else 'playlist'}_scale": outcome.column,
        **spreads,
    }
    paired = study.design == Study.Design.WITHIN
    people = Listeners(conditions=names, paired=paired, metrics=[METRIC], **found | assumptions)
    return people, design_of(people, [outcome], plan)


def design_of(people: Listeners, outcomes: list[Outcome], plan: Plan) -> Design:
    """The design that simulated listeners are analysed by; where the plan can leave out nobody of
    them, both its analysis sets are the same and one is analysed."""
    careful = not (people.stopping or people.straight or people.careless)
    exclusions = () if careful else plan.exclusions
    plan = replace(plan, metrics=tuple(people.metrics), exclusions=exclusions)
    return Design(people.conditions, people.paired, outcomes, outcomes[0], plan)


def _outcomes(study: Study) -> Iterator[tuple[str, tuple[Outcome, Scale]]]:
    """What a plan can be about, playlists first, by the name it has there."""
    placements = {PLAYLISTS: Instrument.Placement.PLAYLIST, TRACKS: Instrument.Placement.TRACK}
    for file, placement in placements.items():
        for one in scales(study, placement):
            item = Item.objects.select_related("instrument").get(pk=one.item)
            name = f"{item.key_in_form}.{one.row}" if one.row else item.key_in_form
            yield name, (Outcome(file, one.column.name, one.points), Scale(*item.ends))


def _usual(study: Study, known: dict[str, tuple[Outcome, Scale]]) -> str:
    if not known:
        raise NothingToPlan(f"“{study}” rates nothing on a scale. Give it one, then plan.")
    liking = [name for name in known if name.split(".")[1] == LIKING]
    return next(iter([*liking, *known]))


def _length(study: Study) -> int:
    """Tracks of a playlist; of the shortest where conditions differ."""
    try:
        found = [
            checked_params(STRATEGIES[one.strategy], one.params)["length"]
            for one in study.conditions.all()
        ]
    except (KeyError, StrategyError) as problem:
        raise NothingToPlan(f"A condition of “{study}” can't make playlists: {problem}") from None
    return int(min(found))
