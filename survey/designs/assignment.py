"""Which participant gets which condition: pure and seeded, so that it can be repeated.

Conditions are balanced by completions rather than starts. The **load** of a condition (of an
order, within subjects) is how many have completed it plus how many are still at it; whoever
gives up, is screened out or withdraws no longer counts. Each newcomer gets one of the least
loaded, ties drawn by seed: minimisation (Taves 1974; Pocock & Simon 1975) with one factor, or
with the genre as a second one where loads are counted within the genre.

What that guarantees, whatever the interleaving of starts, completions and drop-outs:

- Nobody is given a condition while another that is not full has a smaller load.
- An assignment never widens the spread of the loads (largest − smallest) beyond
  max(1, the spread before it). Only a drop-out or a return widens it, by at most 1 each. So the
  spread is at most 1 + drop-outs + returns, and each newcomer after them narrows the gap.
- Where each newcomer comes after the fate of all earlier ones is known, completions differ by
  at most 1 at any time, however many drop out.
- A full condition (load ≥ cap) is given to nobody. Completions exceed a cap by no more than
  those who had given their place back, and then returned and finished.

The first three hold among conditions that have no cap.
"""

import random
from collections.abc import Collection, Hashable, Mapping, Sequence
from typing import TypeVar

Choice = TypeVar("Choice", bound=Hashable)
Order = tuple[int, ...]


class NoPlaceLeft(Exception):
    """Every condition is full."""


def least_loaded(choices: Sequence[Choice], loads: Mapping[Choice, int], seed: int) -> Choice:
    """One of the choices with the smallest load; ties are drawn by ``seed``.

    A choice that ``loads`` does not name has load 0; loads of what is no choice don't matter.
    Raises ValueError without a choice.
    """
    if not choices:
        raise ValueError("An assignment needs a condition.")
    least = min(loads.get(choice, 0) for choice in choices)
    return random.Random(seed).choice([c for c in choices if loads.get(c, 0) == least])


def between(
    conditions: Sequence[int],
    loads: Mapping[int, int],
    n_trials: int,
    seed: int,
    full: Collection[int] = (),
) -> list[int]:
    """Between subjects: one condition for all of a participant's trials.

    Parameters
    ----------
    conditions : the study's condition ids, at least one
    loads : completed + active participants of each condition
    n_trials : 1 or more
    seed : the participant's own
    full : conditions that take nobody any more

    Returns
    -------
    The same condition id, ``n_trials`` times.

    Raises
    ------
    ValueError
        Without a condition or a trial.
    NoPlaceLeft
        When every condition is full.
    """
    _check(conditions, n_trials)
    open_ones = [condition for condition in conditions if condition not in full]
    if not open_ones:
        raise NoPlaceLeft
    return [least_loaded(open_ones, loads, seed)] * n_trials


def within(
    conditions: Sequence[int], loads: Mapping[Order, int], n_trials: int, seed: int
) -> list[int]:
    """Within subjects: every condition once a block, in an order of Williams' design.

    The first block is the least loaded order; each further block has the order that comes after
    it in the design. That is a shift of the design onto itself, so later blocks are balanced
    exactly as the first. The last condition of a block may be the first of the next one.

    Parameters
    ----------
    conditions : the study's k condition ids, at least one
    loads : completed + active participants by the order (k ids) of their first block
    n_trials : r · k for r whole blocks; a last block that is cut short is not balanced
    seed : the participant's own

    Returns
    -------
    ``n_trials`` condition ids.

    Raises
    ------
    ValueError
        Without a condition or a trial.
    """
    _check(conditions, n_trials)
    orders = [tuple(conditions[place] for place in row) for row in williams(len(conditions))]
    first = orders.index(least_loaded(orders, loads, seed))
    blocks = -(-n_trials // len(conditions))
    plan = [c for block in range(blocks) for c in orders[(first + block) % len(orders)]]
    return plan[:n_trials]


def williams(k: int) -> list[Order]:
    """Orders of 0 … k−1 balanced for position and for what comes right before.

    Returns k orders for an even k and 2k (a square and its mirror) for an odd k ≥ 3. Over all of
    them each condition is equally often in each position, and each ordered pair of different
    conditions is adjacent equally often: once for an even k, twice for an odd one.

    Source: Williams (1949), Australian Journal of Scientific Research A 2, 149–168. The first
    order is the zigzag 0, 1, k−1, 2, k−2, …; the others add 1, 2, … modulo k.

    Raises ValueError for k < 1.
    """
    if k < 1:
        raise ValueError("An assignment needs a condition.")
    zigzag = [(step + 1) // 2 if step % 2 else (k - step // 2) % k for step in range(k)]
    square = [tuple((place + shift) % k for place in zigzag) for shift in range(k)]
    return square if k % 2 == 0 or k == 1 else square + [row[::-1] for row in square]


def derive_seed(*parts: int) -> int:
    """One reproducible 31-bit seed from several numbers (study, participant, trial)."""
    return random.Random(repr(parts)).getrandbits(31)


def _check(conditions: Sequence[int], n_trials: int) -> None:
    if not conditions or n_trials < 1:
        raise ValueError("An assignment needs a condition and a trial.")
