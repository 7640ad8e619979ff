"""One function for each thing that happens in a study. Nothing here enqueues: callers do."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import count
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from recommender import own_songs
from recommender.models import (
    GenreModel,
    Playlist,
    PlaylistTrack,
    QuerySong,
    Track,
    TrackQuerySet,
)
from recommender.services import active_model, request_playlist

from .assignment import assign, derive_seed
from .models import (
    Answer,
    Instrument,
    Item,
    ListeningEvent,
    Participant,
    Study,
    TrackRating,
    Trial,
)


class NotAllowed(Exception):
    """What was asked can't be done now; the message says why, to the person who asked."""


# The study's life


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
    return found


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


# Taking part


@dataclass(frozen=True, slots=True)
class Consent:
    text: str
    given_at: datetime


def enrol(
    study: Study,
    registration_key: UUID,
    consent: Consent,
    answers: Mapping[Item, str],
    *,
    simulated: bool = False,
) -> Participant:
    """Register somebody who consented. The same form sent again is the same participant."""
    with transaction.atomic():
        # Locked, so that two people at once don't get the same place in the assignment.
        study = Study.objects.select_for_update().get(pk=study.pk)
        known = study.participants.filter(registration_key=registration_key).first()
        if known:
            return known
        if not study.is_open:
            raise NotAllowed("This study is not taking new participants at the moment.")
        participant = study.participants.create(
            registration_key=registration_key,
            seed=derive_seed(study.seed, study.participants.count()),
            consent_text=consent.text,
            consented_at=consent.given_at,
            simulated=simulated,
        )
        _plan_trials(participant)
        _save_answers(participant, None, answers)
    return participant


def _plan_trials(participant: Participant) -> None:
    study = participant.study
    conditions = list(study.conditions.values_list("pk", flat=True))
    begun = Trial.objects.filter(participant__study=study, number=1)
    used = Counter(begun.values_list("condition_id", flat=True))
    plan = assign(conditions, used, study.n_trials, participant.seed)
    participant.trials.bulk_create(
        Trial(participant=participant, number=number, condition_id=condition)
        for number, condition in enumerate(plan, start=1)
    )


def model_of(study: Study) -> GenreModel:
    """The model that the study began with; a draft follows the active one."""
    return study.model or active_model()


def songs_of(study: Study) -> TrackQuerySet:
    """The songs that a participant can choose from and be given: those that its model has heard."""
    return Track.objects.available().indexed(model_of(study))


def choose_genre(trial: Trial, genre: str) -> None:
    if genre not in trial.participant.study.genres:
        raise NotAllowed("This genre is not part of the study: please pick one of those shown.")
    with transaction.atomic():
        trial = _locked(trial)
        if _can_choose(trial):
            trial.genre = genre
            trial.save(update_fields=["genre"])


def choose_query(trial: Trial, choice: Track | Callable[[Trial], QuerySong]) -> Playlist:
    """Keep the choice and request its playlist; a second choice for the trial changes nothing.

    A participant's own song is taken by calling `choice`, and only if it counts.
    """
    with transaction.atomic():
        trial = _locked(trial)
        if trial.playlist and not _can_choose(trial):
            return trial.playlist
        trial.playlist = request_playlist(
            choice if isinstance(choice, Track) else choice(trial),
            strategy=trial.condition.strategy,
            params=trial.condition.params,
            seed=derive_seed(trial.participant.seed, trial.number),
            model=model_of(trial.participant.study),
        )
        trial.chosen_at = timezone.now()
        trial.save(update_fields=["playlist", "chosen_at"])
        return trial.playlist


def _locked(trial: Trial) -> Trial:
    return Trial.objects.select_for_update(of=("self",)).get(pk=trial.pk)


def _can_choose(trial: Trial) -> bool:
    return trial.playlist is None or trial.playlist.wants_another_song


def choose_again(trial: Trial) -> None:
    """Let go of a song from which no playlist could be made, or of one's own song before there is
    a playlist, which is then forgotten; any other choice stays."""
    with transaction.atomic():
        trial = _locked(trial)
        playlist = trial.playlist
        if playlist is None or playlist.is_ready:
            return
        own, failed = playlist.query_song, playlist.status == Playlist.Status.FAILED
        if own or failed:
            trial.playlist = trial.chosen_at = None
            trial.save(update_fields=["playlist", "chosen_at"])
        if own:
            own_songs.forget(own)


def rate(trial: Trial, entry: PlaylistTrack, values: Mapping[Item, int]) -> None:
    """Keep ratings of one track; a changed mind is counted, the same value again is not."""
    if trial.finished_at:
        raise NotAllowed("You have finished this playlist; its ratings can't be changed any more.")
    now = timezone.now()
    with transaction.atomic():
        for item, value in values.items():
            rating, new = TrackRating.objects.get_or_create(
                entry=entry, item=item, defaults={"trial": trial, "value": value, "rated_at": now}
            )
            if not new and rating.value != value:
                TrackRating.objects.filter(pk=rating.pk).update(
                    value=value, rated_at=now, changes=F("changes") + 1
                )


def finish_rating(trial: Trial) -> None:
    """Go on to the playlist's survey; every track has to be rated."""
    missing = unrated(trial)
    if missing:
        raise NotAllowed(f"{len(missing)} ratings are still missing.")
    Trial.objects.filter(pk=trial.pk, rated_at=None).update(rated_at=timezone.now())


def unrated(trial: Trial) -> set[tuple[int, int]]:
    """(position, item id) of every required rating not given yet."""
    study = trial.participant.study
    items = Item.objects.placed(study, Instrument.Placement.TRACK).filter(required=True)
    positions = PlaylistTrack.objects.filter(playlist__trial=trial).values_list(
        "position", flat=True
    )
    wanted = {
        (position, item) for position in positions for item in items.values_list("pk", flat=True)
    }
    return wanted - set(trial.ratings.values_list("entry__position", "item_id"))


def finish_trial(trial: Trial, answers: Mapping[Item, str]) -> None:
    """Keep the playlist's survey; sent again, the first one stays."""
    with transaction.atomic():
        trial = Trial.objects.select_for_update().get(pk=trial.pk)
        if trial.finished_at:
            return
        _save_answers(trial.participant, trial, answers)
        trial.finished_at = timezone.now()
        trial.save(update_fields=["finished_at"])


def complete(participant: Participant, answers: Mapping[Item, str]) -> None:
    """Keep the last answers and note that the participant is through; only once."""
    with transaction.atomic():
        participant = Participant.objects.select_for_update().get(pk=participant.pk)
        if participant.completed_at:
            return
        if participant.trials.filter(finished_at=None).exists():
            raise NotAllowed("There is still a playlist to rate.")
        _save_answers(participant, None, answers)
        participant.completed_at = timezone.now()
        participant.save(update_fields=["completed_at"])
        if participant.study.own_song_files == Study.OwnSongFiles.WHEN_FINISHED:
            own = QuerySong.objects.filter(playlist__trial__participant=participant)
            own_songs.delete_files(own)


def _save_answers(
    participant: Participant, trial: Trial | None, answers: Mapping[Item, str]
) -> None:
    now = timezone.now()
    for item, value in answers.items():
        Answer.objects.update_or_create(
            participant=participant,
            trial=trial,
            item=item,
            defaults={"value": value, "answered_at": now},
        )


def record_listening(trial: Trial, reports: Iterable[Mapping[str, Any]]) -> int:
    """Keep what was heard; a report sent twice (the same key) counts once."""
    entries = (
        {entry.position: entry for entry in trial.playlist.entries.all()} if trial.playlist else {}
    )
    events = [
        ListeningEvent(
            key=report["key"],
            entry=entries[report["position"]],
            start_s=report["start_s"],
            end_s=report["end_s"],
        )
        for report in reports
        if report["position"] in entries
    ]
    ListeningEvent.objects.bulk_create(events, ignore_conflicts=True)
    return len(events)
