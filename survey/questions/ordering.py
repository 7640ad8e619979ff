"""The order in which a participant is asked: drawn from a seed, the same on every page view."""

import random
from collections.abc import Iterable, Sequence
from itertools import groupby

from survey.models import Instrument, Item


def in_order(items: Iterable[Item], seed: object) -> list[Item]:
    """The questions as asked: those of a randomised questionnaire shuffled among themselves."""
    found: list[Item] = []
    for instrument, group in groupby(items, key=lambda item: item.instrument):
        own = list(group)
        found += shuffled(own, instrument, seed) if instrument.randomised else own
    return found


def shuffled(items: Sequence[Item], instrument: Instrument, seed: object) -> list[Item]:
    """Texts stay in place, and so do questions that hang together by `shown_if`."""
    decisive = {item.shown_if["item"] for item in items if item.shown_if}
    moving = [item for item in items if _may_move(item, decisive)]
    drawn = random.Random(f"{seed}-{instrument.key}").sample(moving, len(moving))
    following = iter(drawn)
    return [next(following) if _may_move(item, decisive) else item for item in items]


def _may_move(item: Item, decisive: set[str]) -> bool:
    tied = item.shown_if or item.key_in_form in decisive
    return item.question_kind.is_asked and not tied
