"""How a study is going: who began, who is at it, who completed, and what place is left."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from survey import services
from survey.models import Condition, Participant, ParticipantQuerySet, Study, Trial

from .steps import where

SHOWN_AT_MOST = 200
WAITING = "no genre picked yet"


@dataclass(frozen=True, slots=True)
class Line:
    """One condition (within subjects: one order of them), with its genre if that is balanced."""

    condition: str
    genre: str
    counts: tuple[int, ...]
    place_left: int | None

    @property
    def begun(self) -> int:
        return sum(self.counts)


@dataclass(frozen=True, slots=True)
class Monitor:
    """Counts are by status, in the order of ``statuses``."""

    pilot: bool
    others: int
    statuses: Sequence[str]
    lines: Sequence[Line]
    total: Line
    by_genre: bool
    steps: Sequence[tuple[str, int]]
    n_at_it: int


STATUSES = ("active", "abandoned", "completed", "screened_out", "withdrawn")


def monitor(study: Study) -> Monitor:
    """Of the pilot while there is one, afterwards of those who take part in earnest."""
    pilot = study.state in (Study.State.DRAFT, Study.State.PILOT)
    people = Participant.objects.of(study, pilot=pilot)
    at_it = people.active().seen_since(study.abandoned_before())
    counts = _counts(people, set(at_it.values_list("pk", flat=True)), study)
    caps = {} if pilot else _caps(study)
    lines = [
        Line(condition, genre, _by_status(found), _left(condition, caps, counts))
        for (condition, genre), found in sorted(counts.items())
    ]
    together = sum(counts.values(), Counter[str]())
    left = None if pilot else services.places_left(study, people.holding_places(study))
    return Monitor(
        pilot=pilot,
        others=study.participants.exclude(pilot=pilot).count(),
        statuses=[status.replace("_", " ") for status in STATUSES],
        lines=lines,
        total=Line("all", "", _by_status(together), left),
        by_genre=study.balance_genres,
        steps=_steps(at_it),
        n_at_it=at_it.count(),
    )


Counts = dict[tuple[str, str], Counter[str]]


def _counts(people: ParticipantQuerySet, at_it: set[int], study: Study) -> Counts:
    """How many of each status, by condition and genre; conditions without anybody, too."""
    counts: Counts = defaultdict(Counter)
    if study.design == Study.Design.BETWEEN and not study.balance_genres:
        counts |= {(condition.name, ""): Counter() for condition in study.conditions.all()}
    groups = _groups(people, study)
    for pk, status in people.values_list("pk", "status"):
        abandoned = status == Participant.Status.ACTIVE and pk not in at_it
        counts[groups.get(pk, (WAITING, ""))]["abandoned" if abandoned else status] += 1
    return counts


def _groups(people: ParticipantQuerySet, study: Study) -> dict[int, tuple[str, str]]:
    """The condition or order of each participant, and the genre if that is balanced."""
    block = study.conditions.count() if study.design == Study.Design.WITHIN else 1
    trials = Trial.objects.filter(
        participant__in=people, number__lte=block, condition__isnull=False
    ).order_by("number")
    names: dict[int, list[str]] = defaultdict(list)
    genres: dict[int, str] = {}
    for pk, name, genre in trials.values_list("participant_id", "condition__name", "genre"):
        names[pk].append(name)
        genres.setdefault(pk, genre if study.balance_genres else "")
    return {pk: (" → ".join(found), genres[pk]) for pk, found in names.items()}


def _by_status(found: Counter[str]) -> tuple[int, ...]:
    return tuple(found[status] for status in STATUSES)


def _caps(study: Study) -> dict[str, int]:
    capped: Iterable[Condition] = study.conditions.exclude(max_participants=None)
    return {c.name: c.max_participants for c in capped if c.max_participants is not None}


def _left(condition: str, caps: dict[str, int], counts: Counts) -> int | None:
    """How many more the condition takes, over all genres."""
    if condition not in caps:
        return None
    held = [n["active"] + n["completed"] for (name, _), n in counts.items() if name == condition]
    return max(0, caps[condition] - sum(held))


def _steps(at_it: ParticipantQuerySet) -> list[tuple[str, int]]:
    """Where those are who are at it, the latest seen first if they are many."""
    seen = at_it.order_by("-last_seen_at").select_related("study")[:SHOWN_AT_MOST]
    places = [where(participant) for participant in seen]
    named = [
        f"{place.step} {place.trial.number}" if place.trial else place.step for place in places
    ]
    return sorted(Counter(map(str, named)).items())
