"""One trial after another: choosing, hearing, rating, finishing."""

from collections.abc import Mapping

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from recommender.models import Playlist, Track
from recommender.services import request_playlist
from survey.assignment import derive_seed
from survey.models import (
    Instrument,
    Item,
    Participant,
    TrackRating,
    Trial,
    TrialTrack,
)
from survey.rules import Given, shown

from .answers import known_answers, save_answers
from .refusal import NotAllowed
from .studies import model_of


def choose_genre(trial: Trial, genre: str) -> None:
    if genre not in trial.participant.study.genres:
        raise NotAllowed("This genre is not part of the study: please pick one of those shown.")
    Trial.objects.filter(pk=trial.pk, playlist=None).update(genre=genre)


def choose_query(trial: Trial, track: Track) -> Playlist:
    """Keep the choice and request its playlist; a second choice for the trial changes nothing."""
    with transaction.atomic():
        trial = Trial.objects.select_for_update(of=("self",)).get(pk=trial.pk)
        if trial.playlist:
            return trial.playlist
        if trial.condition is None:
            raise NotAllowed("Please pick a genre first.")
        trial.playlist = request_playlist(
            track,
            strategy=trial.condition.strategy,
            params=trial.condition.params,
            seed=derive_seed(trial.participant.seed, trial.number),
            model=model_of(trial.participant.study),
        )
        trial.chosen_at = timezone.now()
        trial.save(update_fields=["playlist", "chosen_at"])
        return trial.playlist


def choose_again(trial: Trial) -> None:
    """Let go of a song from which no playlist could be made; any other choice stays."""
    failed = Playlist.Status.FAILED
    Trial.objects.filter(pk=trial.pk, playlist__status=failed).update(playlist=None, chosen_at=None)


def present(trial: Trial) -> list[TrialTrack]:
    """What the trial's participant hears, in its order; laid out once, when it is first asked."""
    tracks = trial.tracks.select_related("track")
    if found := list(tracks.all()):
        return found
    with transaction.atomic():
        trial = Trial.objects.select_for_update(of=("self",)).get(pk=trial.pk)
        if trial.playlist and trial.playlist.is_ready and not trial.tracks.exists():
            trial.tracks.bulk_create(
                TrialTrack(trial=trial, position=e.position, track_id=e.track_id, entry=e)
                for e in trial.playlist.entries.all()
            )
    return list(tracks.all())


def rate(trial: Trial, track: TrialTrack, values: Mapping[Item, int | None]) -> None:
    """Keep ratings of one track; a changed mind is counted, the same value again is not."""
    if trial.finished_at:
        raise NotAllowed("You have finished this playlist; its ratings can't be changed any more.")
    now = timezone.now()
    with transaction.atomic():
        for item, value in values.items():
            rating, new = TrackRating.objects.get_or_create(
                track=track, item=item, defaults={"trial": trial, "value": value, "rated_at": now}
            )
            if not new and rating.value != value:
                rating.history.create(value=rating.value, rated_at=rating.rated_at)
                TrackRating.objects.filter(pk=rating.pk).update(
                    value=value, rated_at=now, changes=F("changes") + 1
                )


def finish_rating(trial: Trial) -> None:
    """Go on to the playlist's survey; every track has to be rated."""
    missing = unrated(trial)
    if missing:
        raise NotAllowed(f"{len(missing)} ratings are still missing.")
    for position, items in asked_of_tracks(trial).items():
        of_track = trial.ratings.filter(track__position=position)
        of_track.exclude(item__in=items).delete()  # rated before another answer hid the question
    Trial.objects.filter(pk=trial.pk, rated_at=None).update(rated_at=timezone.now())


def unrated(trial: Trial) -> set[tuple[int, int]]:
    """(position, item id) of every required rating not given yet; “don't know” is one."""
    asked = asked_of_tracks(trial)
    wanted = {(at, item.pk) for at, items in asked.items() for item in items if item.required}
    return wanted - set(trial.ratings.values_list("track__position", "item_id"))


def asked_of_tracks(trial: Trial) -> dict[int, list[Item]]:
    """By position, the questions that are asked about a track, as it has been rated so far."""
    items = list(Item.objects.placed(trial.participant.study, Instrument.Placement.TRACK))
    known = known_of_tracks(trial)
    return {track.position: shown(items, known[track.pk]) for track in present(trial)}


def known_of_tracks(trial: Trial) -> dict[int, dict[str, list[str]]]:
    """For each track, by its id, what questions about it can depend on."""
    before = known_answers(trial.participant)
    known = {track.pk: dict(before) for track in present(trial)}
    for rating in trial.ratings.select_related("item__instrument"):
        value = rating.item.value_of(rating.value)
        known[rating.track_id][rating.item.key_in_form] = [value]
    return known


def finish_trial(trial: Trial, answers: Mapping[Item, Given]) -> None:
    """Keep the playlist's survey; sent again, the first one stays."""
    with transaction.atomic():
        trial = Trial.objects.select_for_update().get(pk=trial.pk)
        if trial.finished_at:
            return
        save_answers(trial.participant, trial, answers)
        trial.finished_at = timezone.now()
        trial.save(update_fields=["finished_at"])


def complete(participant: Participant, answers: Mapping[Item, Given]) -> None:
    """Keep the last answers and note that the participant is through; only once."""
    with transaction.atomic():
        participant = Participant.objects.select_for_update().get(pk=participant.pk)
        if participant.completed_at:
            return
        if participant.trials.filter(finished_at=None).exists():
            raise NotAllowed("There is still a playlist to rate.")
        save_answers(participant, None, answers)
        participant.completed_at = timezone.now()
        participant.status = Participant.Status.COMPLETED
        participant.save(update_fields=["completed_at", "status"])
