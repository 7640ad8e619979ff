"""Which participant gets which condition: pure and seeded, so that it can be repeated."""

import random
from collections.abc import Mapping, Sequence


def assign(
    conditions: Sequence[int], used: Mapping[int, int], n_trials: int, seed: int
) -> list[int]:
    """The condition of each of a participant's trials.

    The first trial gets the condition used least so far (ties drawn by ``seed``);
    further trials go on through the conditions in turn, so that within one
    participant no condition is repeated before all have been used.

    Parameters
    ----------
    conditions : the study's condition ids, at least one
    used : how many participants began with each condition so far
    n_trials : 1 or more
    seed : the participant's own

    Returns
    -------
    ``n_trials`` condition ids.

    Raises
    ------
    ValueError
        Without a condition or a trial.

    Notes
    -----
    Drawing among the least used is minimisation (Pocock & Simon, 1975): group
    sizes never differ by more than one among those who began.
    """
    if not conditions or n_trials < 1:
        raise ValueError("An assignment needs a condition and a trial.")
    least = min(used.get(condition, 0) for condition in conditions)
    candidates = [condition for condition in conditions if used.get(condition, 0) == least]
    start = conditions.index(random.Random(seed).choice(candidates))
    return [conditions[(start + step) % len(conditions)] for step in range(n_trials)]


def derive_seed(*parts: int) -> int:
    """One reproducible 31-bit seed from several numbers (study, participant, trial)."""
    return random.Random(repr(parts)).getrandbits(31)
