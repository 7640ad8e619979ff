"""The study's life: from draft to archive, and copying."""

from dataclasses import dataclass
from itertools import count

from django.conf import settings
from django.db import transaction
from django.db.models import DateTimeField, Value
from django.db.models.functions import Coalesce
from django.utils import timezone

from recommender.models import GenreModel, Track, TrackQuerySet
from recommender.services import active_model
from survey.models import (
    Instrument,
    Item,
    Participant,
    Study,
)
from survey.models.checks import problem_with_condition, problem_with_scores
from survey.recruiting.eligibility import problems_with_questions

from .places import all_completed
from .plans import problems_with_plan
from .refusal import NotAllowed


def obstacles_to_opening(study: Study) -> list[str]:
    """Everything that must be put right before people can take part in earnest."""
    found = obstacles_to_taking_part(study)
    if study.closes_at and study.closes_at <= timezone.now():
        found.append("Its last day is over: set another end, or none.")
    if all_completed(study):
        found.append(
            "As many have completed as are wanted: raise the number of participants, of the study "
            "or of a condition, first."
        )
    return found


def loudness_obstacles(study: Study) -> list[str]:
    """What a researcher may decide to open a study with all the same: songs that would play louder
    or softer than the others, or are not given to participants before they have a copy."""
    heard = Track.objects.available().indexed(model_of(study))
    waiting = heard.not_evened(settings.LOUDNESS_LUFS).count()
    failed = songs_of(study).filter(loudness_target=settings.LOUDNESS_LUFS)
    failed = failed.exclude(loudness_problem="")
    found = []
    if waiting:
        found.append(
            f"{_songs(waiting)} not as loud as the others yet, which can make one condition seem "
            "better than another: wait until the worker has evened them, or run manage.py "
            "even_loudness."
        )
    if n := failed.count():
        found.append(
            f"{_songs(n)} played at the file's own loudness, which can't be measured: take such "
            "songs out of the library (available: no)."
        )
    return found


def _songs(n: int) -> str:
    return "One song is" if n == 1 else f"{n} songs are"


def obstacles_to_taking_part(study: Study) -> list[str]:
    """Everything that must be put right before anybody can take part, a pilot participant too."""
    library = songs_of(study)
    found = []
    if not study.conditions.exists():
        found.append("It has no condition: add at least one way of making playlists.")
    if not Item.objects.placed(study, Instrument.Placement.TRACK).exists():
        found.append("It has no question for a track: add an instrument placed “for every track”.")
    if not study.genres:
        found.append("It offers no genre to pick a query song from.")
    found += [
        f"The library has no song labelled {genre}: import some, or take the genre out."
        for genre in study.genres
        if not library.filter(genre__iexact=genre).exists()
    ]
    for field in ("screen_out", "quotas"):
        found += problems_with_questions(study, field)
    longest = max([c.params.get("length", 10) for c in study.conditions.all()], default=10)
    if library.count() <= longest:
        found.append(
            f"The library has {library.count()} songs that the network has heard; a playlist of "
            f"{longest} needs more. Import music with manage.py import_tracks."
        )
    if study.own_songs and study.query == Study.Query.SAME:
        found.append(
            "An own song is the query of one playlist: let people choose a new query song for each "
            "playlist, or take own songs out."
        )
    found += _problems_with_questions(study) + _obstacles_in_the_design(study)
    return found + problems_with_plan(study)


def _problems_with_questions(study: Study) -> list[str]:
    """What was right when it was saved, and went wrong when something else was changed."""
    items = Item.objects.filter(instrument__study=study).select_related("instrument")
    ruled = (item for item in items if item.shown_if)
    asked = [(one.key_in_form, problem_with_condition(one, one.asked_before())) for one in ruled]
    scored = [(one.key, problem_with_scores(one)) for one in study.instruments.all()]
    return [f"“{key}”: {problem}" for key, problem in asked + scored if problem]


def _obstacles_in_the_design(study: Study) -> list[str]:
    caps = [condition.max_participants for condition in study.conditions.all()]
    given = [cap for cap in caps if cap is not None]
    if study.design == Study.Design.WITHIN:
        found = []
        if len(caps) == 1:
            found.append("Within subjects it needs at least two conditions: add one.")
        if caps and study.n_trials % len(caps):
            found.append(
                f"Within subjects, participants have each of the {len(caps)} conditions equally "
                f"often: make the playlists a participant a multiple of {len(caps)}."
            )
        if given:
            found.append(
                "Within subjects everybody has all conditions, so none can have participants at "
                "most: take the number out of the conditions."
            )
        return found
    if 0 in given:
        return ["A condition for no participant can't be compared: raise its number or delete it."]
    wanted, room = study.max_participants, sum(given)
    if caps and len(given) == len(caps) and wanted is not None and room < wanted:
        return [
            f"Its conditions take {room} participants at most, but {wanted} are wanted: raise "
            "the conditions' numbers, or lower the study's."
        ]
    return []


# The turns of its life


@dataclass(frozen=True, slots=True)
class Turn:
    """From which states a study can turn to another, and what a button for it says."""

    to: Study.State
    since: tuple[Study.State, ...]
    label: str
    refusal: str


_STATE = Study.State
TURNS = {
    "pilot": Turn(
        _STATE.PILOT,
        (_STATE.DRAFT,),
        "Start a pilot",
        "Only a draft can become a pilot. Copy the study, and pilot the copy.",
    ),
    "open": Turn(
        _STATE.OPEN,
        (_STATE.DRAFT, _STATE.PILOT, _STATE.PAUSED, _STATE.CLOSED),
        "Open the study",
        "An archived study can't be opened: bring it back from the archive first.",
    ),
    "pause": Turn(_STATE.PAUSED, (_STATE.OPEN,), "Pause", "Only an open study can be paused."),
    "close": Turn(
        _STATE.CLOSED,
        (_STATE.OPEN, _STATE.PAUSED, _STATE.ARCHIVED),
        "Close the study",
        "Nobody has taken part in earnest yet, so there is nothing to close: open the study, or "
        "go back to the draft.",
    ),
    "archive": Turn(
        _STATE.ARCHIVED,
        (_STATE.CLOSED,),
        "Archive",
        "Only a closed study can be archived: close it first, so that nobody is cut off unawares.",
    ),
    "draft": Turn(
        _STATE.DRAFT,
        (_STATE.PILOT, _STATE.OPEN, _STATE.PAUSED, _STATE.CLOSED),
        "Back to draft",
        "An archived study can't become a draft: bring it back from the archive first.",
    ),
}


def possible_turns(study: Study) -> dict[str, str]:
    """The turns that the study's state allows, by name, with what their buttons say."""
    labels = {name: turn.label for name, turn in TURNS.items() if study.state in turn.since}
    if study.state == _STATE.ARCHIVED:
        labels["close"] = "Bring back from the archive"
    return labels


def _turn(study: Study, name: str, **changes: object) -> None:
    """Change the state, if it still is one that allows it; there already, nothing happens."""
    turn = TURNS[name]
    with transaction.atomic():
        state = Study.objects.select_for_update().get(pk=study.pk).state
        if state == turn.to:
            return
        if state not in turn.since:
            raise NotAllowed(turn.refusal)
        Study.objects.filter(pk=study.pk).update(
            state=turn.to, paused_because="", updated_at=timezone.now(), **changes
        )


def start_pilot(study: Study) -> None:
    _refuse(obstacles_to_taking_part(study))
    _turn(study, "pilot", model=model_of(study))


def open_study(study: Study, *, uneven: bool = False) -> None:
    """uneven : whether it is opened although songs are not equally loud."""
    _refuse(obstacles_to_opening(study) + ([] if uneven else loudness_obstacles(study)))
    first = Coalesce("opened_at", Value(timezone.now()), output_field=DateTimeField())
    _turn(study, "open", model=model_of(study), opened_at=first)


def pause_study(study: Study) -> None:
    _turn(study, "pause")


def close_study(study: Study) -> None:
    _turn(study, "close")


def archive_study(study: Study) -> None:
    _turn(study, "archive")


def back_to_draft(study: Study) -> None:
    """Pilot participants don't stand against it: a pilot is there to find what must change."""
    if Participant.objects.of(study).exists():
        raise NotAllowed(
            "People have taken part already: changing the questions would make their answers "
            "mean something else. Copy the study instead."
        )
    _turn(study, "draft", model=None, opened_at=None)


def pause_if_full(study: Study) -> None:
    """Pause an open study once as many have completed as are wanted."""
    if study.state == _STATE.OPEN and all_completed(study):
        completed = Participant.objects.of(study).completed().count()
        Study.objects.filter(pk=study.pk, state=_STATE.OPEN).update(
            state=_STATE.PAUSED,
            paused_because=f"{completed} participants have completed, as many as were wanted.",
            updated_at=timezone.now(),
        )


def _refuse(obstacles: list[str]) -> None:
    if obstacles:
        raise NotAllowed(" ".join(obstacles))


def copy_study(study: Study) -> Study:
    """A draft with the same texts, conditions and questions, and none of the answers."""
    with transaction.atomic():
        conditions, instruments = list(study.conditions.all()), list(study.instruments.all())
        copy = Study.objects.get(pk=study.pk)
        copy.pk, copy.state, copy.title = None, Study.State.DRAFT, f"{study.title} (copy)"[:200]
        copy.model, copy.paused_because, copy.opened_at = None, "", None
        copy.slug = _free_slug(study.slug)
        copy.save(force_insert=True)
        for condition in conditions:
            condition.pk, condition.study = None, copy
            condition.save(force_insert=True)
        for instrument in instruments:
            items = list(instrument.items.all())
            instrument.pk, instrument.study = None, copy
            instrument.save(force_insert=True)
            for item in items:
                item.pk, item.instrument = None, instrument
                item.save(force_insert=True)
    return copy


def _free_slug(slug: str) -> str:
    candidates = (f"{slug[:40]}-{number}" for number in count(2))
    return next(c for c in candidates if not Study.objects.filter(slug=c).exists())


def model_of(study: Study) -> GenreModel:
    """The model that the study began with; a draft follows the active one."""
    return study.model or active_model()


def songs_of(study: Study) -> TrackQuerySet:
    """The songs that a participant can choose from and be given: those that its model has heard."""
    return Track.objects.offered().indexed(model_of(study))
