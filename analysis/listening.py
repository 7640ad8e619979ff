"""What a listener heard of a track and did with the player, from the player's reports in order."""

from collections.abc import Iterable
from dataclasses import dataclass

from survey.ranges import heard_seconds

# A play that begins later goes on after a pause, or from a place that was sought.
START_S = 1.0


@dataclass(frozen=True, slots=True)
class Event:
    """One report: its kind, and those of its numbers that the kind has."""

    kind: str
    start: float | None = None
    end: float | None = None
    value: float | None = None


@dataclass(frozen=True, slots=True)
class Listened:
    """One track as one participant heard it."""

    plays: int = 0
    heard_s: float = 0.0
    heard_share: float = 0.0
    seeks: int = 0
    volume_changes: int = 0
    hidden_s: float = 0.0
    could_not_hear: bool = False


def listened(events: Iterable[Event], duration: float) -> Listened:
    """What the reports come to: heard twice counts once, and nothing beyond the track's end."""
    found = list(events)
    of = {kind: [event for event in found if event.kind == kind] for kind in KINDS}
    seconds = heard_seconds([(e.start or 0.0, e.end or 0.0) for e in of["heard"]], duration)
    hidden = sum(event.value or 0.0 for event in of["hidden"])
    return Listened(
        plays=_plays(of["play"], bool(of["heard"])),
        heard_s=round(seconds, 3),
        heard_share=round(seconds / duration, 6),
        seeks=len(of["seek"]),
        volume_changes=len(of["volume"]),
        hidden_s=round(hidden, 3),
        could_not_hear=bool(of["unheard"]),
    )


KINDS = ("heard", "play", "seek", "volume", "hidden", "unheard")


def _plays(pressed: list[Event], anything: bool) -> int:
    """How often playing began within the first second; at least once if anything was played."""
    begun = sum((event.start or 0.0) <= START_S for event in pressed)
    return max(begun, int(bool(pressed) or anything))
