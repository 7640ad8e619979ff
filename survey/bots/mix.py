"""Personalities, and how many of each come."""

import random
from collections.abc import Mapping

from .habits import DoubleClicking, Forgetting, Habit, Leaving, Returning, StraightLining

# What each is made of. A sceptic's habit is their liking, which the command gives them.
PERSONALITIES: Mapping[str, tuple[type[Habit], ...]] = {
    "steady": (),
    "dropout": (Leaving,),
    "returner": (Returning,),
    "double_clicker": (DoubleClicking,),
    "straight_liner": (StraightLining,),
    "sceptic": (),
    "forgetful": (Forgetting,),
}
DEFAULT_MIX = "steady=6,dropout=1,returner=1,double_clicker=1,forgetful=1"


def read_mix(text: str) -> dict[str, float]:
    """`steady=6,dropout=1`: parts of each; personalities are joined with `+`.

    Raises ValueError, in words for whoever typed it.
    """
    mix = {}
    for part in text.split(","):
        name, _, share = part.partition("=")
        for one in name.strip().split("+"):
            if one not in PERSONALITIES:
                known = ", ".join(PERSONALITIES)
                raise ValueError(f"There is no personality “{one}”. There are: {known}.")
        try:
            mix[name.strip()] = float(share or 1)
        except ValueError:
            raise ValueError(f"“{part}” needs a number, such as {name}=2.") from None
    if not all(0 <= share < float("inf") for share in mix.values()) or not sum(mix.values()):
        raise ValueError("The parts of a mix are numbers from 0, and one of them is above it.")
    return mix


def personalities(mix: Mapping[str, float], participants: int, seed: int) -> list[str]:
    """Who comes, in their order: as near to the mix as whole people allow, shuffled by the seed."""
    exact = {name: participants * share / sum(mix.values()) for name, share in mix.items()}
    counts = {name: int(number) for name, number in exact.items()}
    by_rest = sorted(exact, key=lambda name: counts[name] - exact[name])
    for name in by_rest[: participants - sum(counts.values())]:
        counts[name] += 1
    people = [name for name, count in counts.items() for _ in range(count)]
    random.Random(seed).shuffle(people)
    return people


def habits_of(personality: str, seed: int) -> list[Habit]:
    """The habits, each with chances of its own."""
    kinds = [kind for name in personality.split("+") for kind in PERSONALITIES[name]]
    return [kind(random.Random(f"{seed}-{kind.__name__}")) for kind in kinds]
