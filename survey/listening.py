"""What a listener heard of a track, from the ranges that the player reported in order."""

from collections.abc import Sequence

Range = tuple[float, float]

# Shorter gaps between two reports are the player's rounding, not a jump.
JUMP_S = 1.0


def heard_seconds(ranges: Sequence[Range], duration: float) -> float:
    """Length of the union of the ranges within 0–duration: heard twice counts once."""
    total, reached = 0.0, 0.0
    for start, end in sorted(ranges):
        start, end = max(start, reached), min(end, duration)
        if end > start:
            total, reached = total + end - start, end
    return total


def plays_and_seeks(ranges: Sequence[Range]) -> tuple[int, int]:
    """How often playing began from the start, and how often it jumped otherwise.

    A range that does not go on where the one before ended (within `JUMP_S`) is a jump; a
    jump to the first second is a new play. The first range is the first play, and a jump
    too where it begins later. (0, 0) without a range.
    """
    if not ranges:
        return 0, 0
    jumps = [
        start
        for (start, _), (_, before) in zip(ranges, [(0.0, 0.0), *ranges], strict=False)
        if abs(start - before) > JUMP_S
    ]
    replays = sum(start <= JUMP_S for start in jumps)
    return 1 + replays, len(jumps) - replays
