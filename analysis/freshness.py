"""Whether a report still says what the database says: a cheap hash of the data's state."""

import hashlib
import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db.models import Count, Max, Sum
from django.db.models.aggregates import Aggregate

from survey.models import (
    Answer,
    Flag,
    ListeningEvent,
    Participant,
    SoundCheck,
    Study,
    TrackRating,
    Trial,
)


def fingerprint(study: Study) -> str:
    """SHA-256 of how much there is of everything, when it last changed, and by which version of the
    study, plan and software it is analysed. The same state gives the same hash."""
    state = {name: _plain(values) for name, values in _state(study)}
    return hashlib.sha256(json.dumps(state, sort_keys=True).encode()).hexdigest()


def _state(study: Study) -> Iterator[tuple[str, dict[str, Any]]]:
    latest = study.versions.order_by("-number").first()
    yield (
        "study",
        {
            "version": latest.sha256 if latest else "",
            "plan": study.plan.sha256,
            "state": study.state,
            "software": settings.SPECTACULAR_SETTINGS["VERSION"],
            "erasures": study.erasures.count(),
        },
    )
    of_people: dict[Any, tuple[str, dict[str, Aggregate]]] = {
        Participant: ("", {"seen": Max("last_seen_at"), "left": Max("left_at")}),
        Answer: ("participant__", {"at": Max("answered_at")}),
        Flag: ("participant__", {"at": Max("noted_at")}),
        SoundCheck: ("participant__", {"at": Max("finished_at")}),
        Trial: ("participant__", {"at": Max("finished_at"), "ready": Max("playlist__finished_at")}),
        TrackRating: ("trial__participant__", {"at": Max("rated_at"), "changes": Sum("changes")}),
        ListeningEvent: ("track__trial__participant__", {"at": Max("received_at")}),
    }
    for model, (way, last) in of_people.items():
        rows = model.objects.filter(**{f"{way}study": study})
        yield model.__name__, rows.aggregate(n=Count("pk"), **last)


def _plain(values: dict[str, Any]) -> dict[str, Any]:
    return {
        name: value.isoformat() if isinstance(value, datetime) else value
        for name, value in values.items()
    }
