"""Keeping what players report, and what a study's rule of listening makes of it."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from math import ceil
from typing import Any
from uuid import uuid4

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from survey.listening.ranges import Range, heard_seconds, needed_seconds, union
from survey.models import (
    ListeningEvent,
    Participant,
    Study,
    Trial,
    TrialTrack,
)

from .refusal import NotAllowed
from .trials import present, unheard

# Two decoders don't always agree on how long a compressed file is.
BEYOND_THE_END_S = 2.0
# Nobody hears so much of one playlist; it keeps a broken or spiteful browser from filling the disk.
MOST_EVENTS = 10_000
LATE = timedelta(days=1)


class TooEarly(NotAllowed):
    """Too little of the track was heard for a rating of it."""


@dataclass(frozen=True, slots=True)
class Hearing:
    """How far somebody has come with one track."""

    length: float
    ranges: list[Range]
    needed_s: float

    @property
    def missing_s(self) -> float:
        return max(0.0, self.needed_s - heard_seconds(self.ranges, self.length))


def record_listening(trial: Trial, reports: Iterable[Mapping[str, Any]]) -> int:
    """Keep what was reported, and return how much of it; sent twice (the same key), counted once.

    Late is fine, also after the trial is finished. From people who have withdrawn nothing is kept.
    """
    with transaction.atomic():
        # Locked, so that an erasure at the same moment leaves nothing behind.
        found = Trial.objects.select_for_update(of=("self",)).filter(pk=trial.pk)
        locked = found.select_related("participant__study", "playlist").first()
        if locked is None or not _takes_reports(locked.participant):
            return 0
        tracks = {track.position: track for track in present(locked)}
        possible = [r for r in reports if _is_possible(r, tracks.get(r["position"]))]
        room = MOST_EVENTS - ListeningEvent.objects.filter(track__trial=trial).count()
        events = [_event(report, tracks[report["position"]]) for report in possible[: max(room, 0)]]
        ListeningEvent.objects.bulk_create(events, ignore_conflicts=True)
    return len(events)


def _takes_reports(participant: Participant) -> bool:
    """A batch may come a while after the study was put away: it was heard before."""
    study = participant.study
    put_away = study.state == Study.State.ARCHIVED and study.updated_at < timezone.now() - LATE
    return participant.status != Participant.Status.WITHDRAWN and not put_away


def _is_possible(report: Mapping[str, Any], track: TrialTrack | None) -> bool:
    if track is None:
        return False
    places = [report.get("start_s"), report.get("end_s")]
    longest = track.track.duration_s + BEYOND_THE_END_S
    return all(place is None or place <= longest for place in places)


def _event(report: Mapping[str, Any], track: TrialTrack) -> ListeningEvent:
    return ListeningEvent(
        key=report["key"],
        track=track,
        kind=report.get("kind") or ListeningEvent.Kind.HEARD,
        start_s=report.get("start_s"),
        end_s=report.get("end_s"),
        value=report.get("value"),
    )


def hearing(trial: Trial) -> dict[int, Hearing]:
    """By position, what was heard of each track and what the study's rule still asks for."""
    study = trial.participant.study
    heard: dict[int, list[Range]] = defaultdict(list)
    events = ListeningEvent.objects.filter(track__trial=trial, kind=ListeningEvent.Kind.HEARD)
    for position, start, end in events.values_list("track__position", "start_s", "end_s"):
        heard[position].append((start or 0.0, end or 0.0))
    share = study.heard_share if study.listening == Study.Listening.SHARE else 0.0
    return {
        track.position: Hearing(
            length := track.track.duration_s,
            union(heard[track.position], length),
            needed_seconds(share, length),
        )
        for track in present(trial)
    }


def refuse_too_early(trial: Trial, track: TrialTrack, *, measured: bool) -> None:
    """Say no to a rating of a track of which too little was heard.

    Without JavaScript nothing can be measured: then there is nothing to go by, and the data
    show it by having no report for the trial at all.
    """
    if trial.participant.study.listening != Study.Listening.SHARE:
        return
    anything = ListeningEvent.objects.filter(track__trial=trial)
    if not measured and not anything.exclude(kind=ListeningEvent.Kind.UNHEARD).exists():
        return
    missing = hearing(trial)[track.position].missing_s
    if missing > 0:
        raise TooEarly(
            _("Please listen to this song for another %(n)s s before you rate it.")
            % {"n": ceil(missing)}
        )


def cannot_hear(trial: Trial, position: int, cannot: bool) -> None:
    """Keep that somebody can't hear a track, or that they can after all."""
    with transaction.atomic():
        if Trial.objects.select_for_update(of=("self",)).get(pk=trial.pk).finished_at:
            raise NotAllowed(_("You have finished this playlist."))
        said = position in unheard(trial)
        track = next((t for t in present(trial) if t.position == position), None)
        if track is None or said == cannot:
            return
        if cannot:
            track.listening.create(key=uuid4(), kind=ListeningEvent.Kind.UNHEARD)
        else:
            track.listening.filter(kind=ListeningEvent.Kind.UNHEARD).delete()
