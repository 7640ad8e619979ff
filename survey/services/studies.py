"""The study's life: opening, closing, copying."""

from itertools import count

from django.db import transaction
from django.utils import timezone

from recommender.models import GenreModel, Track, TrackQuerySet
from recommender.services import active_model
from survey.models import (
    Instrument,
    Item,
    Study,
)
from survey.models.checks import problem_with_condition, problem_with_scores

from .refusal import NotAllowed


def obstacles_to_opening(study: Study) -> list[str]:
    """Everything that must be put right before anybody can take part."""
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
    longest = max([c.params.get("length", 10) for c in study.conditions.all()], default=10)
    if library.count() <= longest:
        found.append(
            f"The library has {library.count()} songs that the network has heard; a playlist of "
            f"{longest} needs more. Import music with manage.py import_tracks."
        )
    return found + _problems_with_questions(study)


def _problems_with_questions(study: Study) -> list[str]:
    """What was right when it was saved, and went wrong when something else was changed."""
    items = Item.objects.filter(instrument__study=study).select_related("instrument")
    asked = [(item.key_in_form, problem_with_condition(item)) for item in items]
    scored = [(one.key, problem_with_scores(one)) for one in study.instruments.all()]
    return [f"“{key}”: {problem}" for key, problem in asked + scored if problem]


def open_study(study: Study) -> None:
    obstacles = obstacles_to_opening(study)
    if obstacles:
        raise NotAllowed(" ".join(obstacles))
    Study.objects.filter(pk=study.pk).update(
        state=Study.State.OPEN, model=model_of(study), updated_at=timezone.now()
    )


def close_study(study: Study) -> None:
    Study.objects.filter(pk=study.pk).update(state=Study.State.CLOSED, updated_at=timezone.now())


def back_to_draft(study: Study) -> None:
    if study.participants.exists():
        raise NotAllowed(
            "People have taken part already: changing the questions would make their answers "
            "mean something else. Copy the study instead."
        )
    Study.objects.filter(pk=study.pk).update(
        state=Study.State.DRAFT, model=None, updated_at=timezone.now()
    )


def copy_study(study: Study) -> Study:
    """A draft with the same texts, conditions and questions, and none of the answers."""
    with transaction.atomic():
        conditions, instruments = list(study.conditions.all()), list(study.instruments.all())
        copy = Study.objects.get(pk=study.pk)
        copy.pk, copy.state, copy.title = None, Study.State.DRAFT, f"{study.title} (copy)"[:200]
        copy.model = None
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
    return Track.objects.available().indexed(model_of(study))
