"""Keeping what players report."""

from collections.abc import Iterable, Mapping
from typing import Any

from survey.models import (
    ListeningEvent,
    Trial,
)

from .trials import present


def record_listening(trial: Trial, reports: Iterable[Mapping[str, Any]]) -> int:
    """Keep what was heard; a report sent twice (the same key) counts once."""
    tracks = {track.position: track for track in present(trial)}
    events = [
        ListeningEvent(
            key=report["key"],
            track=tracks[report["position"]],
            start_s=report["start_s"],
            end_s=report["end_s"],
        )
        for report in reports
        if report["position"] in tracks
    ]
    ListeningEvent.objects.bulk_create(events, ignore_conflicts=True)
    return len(events)
