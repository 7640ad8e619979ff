"""What was heard of a track, as ranges of it in seconds. No clock takes part."""

from collections.abc import Iterable

Range = tuple[float, float]

# A player stops a moment before the end of a file, and times are rounded on the way.
TOLERANCE_S = 0.5


def union(ranges: Iterable[Range], length: float) -> list[Range]:
    """The ranges within 0–length, in order, those that touch or overlap made one."""
    found: list[Range] = []
    for start, end in sorted((max(start, 0.0), min(end, length)) for start, end in ranges):
        if end <= start:
            continue
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((start, end))
    return found


def heard_seconds(ranges: Iterable[Range], length: float) -> float:
    """Length of the union of the ranges within 0–length: heard twice counts once."""
    return sum(end - start for start, end in union(ranges, length))


def needed_seconds(share: float, length: float) -> float:
    """How much has to be heard for a share of a track; never the very last moment of it."""
    return max(0.0, share * length - TOLERANCE_S)
