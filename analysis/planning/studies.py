"""A study of the database as it is planned: its design, and listeners to try it with."""

from dataclasses import replace
from typing import Any

from analysis.data.source import Source, source
from analysis.inference import Design, Outcome
from analysis.report.results import design_of
from analysis.stats import listeners as assumed
from analysis.stats.listeners import Listeners
from analysis.stats.points import Scale
from recommender.engine.params import StrategyError
from recommender.engine.strategies import STRATEGIES, checked_params
from survey.analysis_plan import Plan
from survey.models import Item, Study

# All metrics are drawn alike, so that one stands for them.
METRIC = "diversity"
# Standard deviations are assumed for a scale of five points, four steps wide.
STEPS = 4
SPREADS = ("participant", "by_condition", "playlist", "track", "residual")


class NothingToPlan(ValueError):
    """The study can't be planned; the message says why and what to do."""


def of_study(study: Study, **assumptions: Any) -> tuple[Listeners, Design]:
    """Listeners for a study, with the usual spreads for its scale's width, and its design.

    It is compared as its report will compare it: by its analysis plan, or without one every pair of
    conditions on its leading scale. Only that scale is simulated. Raises NothingToPlan, and
    ValueError for assumptions that can't be.
    """
    of = source(study)
    design = design_of(of)
    if len(of.conditions) < 2:
        raise NothingToPlan(f"“{study}” has {len(of.conditions)} conditions: it compares nothing.")
    if design.primary is None:
        raise NothingToPlan(f"“{study}” rates nothing on a scale. Give it one, then plan.")
    item, scale = _rated(of, design.primary)
    wide = (scale.high - scale.low) / STEPS
    found = {
        "conditions": of.conditions,
        "paired": design.paired,
        "playlists": study.n_trials,
        "tracks": _length(study),
        "library": len(of.library.genres),
        "exclusions": design.plan.exclusions,
        "scale": scale,
        "metrics": [METRIC],
        f"{'track' if design.primary.of_tracks else 'playlist'}_scale": design.primary.column,
        **{name: getattr(assumed, name.upper()) * wide for name in SPREADS},
    }
    people = Listeners(**found | assumptions)
    plan = design.plan or Plan(outcome=item)
    return people, tried_by(people, [design.primary], plan)


def tried_by(people: Listeners, outcomes: list[Outcome], plan: Plan) -> Design:
    """The design by which simulated listeners are analysed; where the plan can leave out none of
    them, both its analysis sets are the same and one is analysed."""
    careful = not (people.stopping or people.straight or people.careless)
    exclusions = () if careful else plan.exclusions
    plan = replace(plan, metrics=tuple(people.metrics), exclusions=exclusions)
    return Design(people.conditions, people.paired, outcomes, outcomes[0], plan)


def _rated(of: Source, outcome: Outcome) -> tuple[str, Scale]:
    """An outcome's name in a plan, and its scale."""
    (one,) = [one for one in of.scales[outcome.file] if one.column.name == outcome.column]
    return one.name, Scale(*Item.objects.get(pk=one.item).ends)


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
