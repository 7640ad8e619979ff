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
    Study,
    TrackRating,
    Trial,
    TrialTrack,
)

from .answers import save_answers
from .places import plan
from .refusal import NotAllowed
from .studies import model_of, pause_if_full


def choose_genre(trial: Trial, genre: str) -> None:
    """Keep the genre until a song is chosen; where genres are balanced, it leads to conditions."""
    study = trial.participant.study
    if genre not in study.genres:
        raise NotAllowed("This genre is not part of the study: please pick one of those shown.")
    if not study.balance_genres or trial.number > 1:
        Trial.objects.filter(pk=trial.pk, playlist=None).update(genre=genre)
        return
    with transaction.atomic():
        # Locked, so that two people at once don't get the same place in the assignment.
        participant = trial.participant
        participant.study = Study.objects.select_for_update().get(pk=study.pk)
        trial = Trial.objects.select_for_update(of=("self",)).get(pk=trial.pk)
        if trial.playlist_id is None and (trial.genre != genre or trial.condition_id is None):
            Trial.objects.filter(pk=trial.pk).update(genre=genre)
            for number, condition in enumerate(plan(participant, genre), start=1):
                participant.trials.filter(number=number).update(condition=condition)


def choose_query(trial: Trial, track: Track) -> Playlist:
    """Keep the choice and request its playlist; a second choice for the trial changes nothing.

    Where one query song is for all playlists, all of them are requested.
    """
    with transaction.atomic():
        trial = Trial.objects.select_for_update(of=("self",)).get(pk=trial.pk)
        if trial.playlist:
            return trial.playlist
        trials = [trial, *_with_the_same_query(trial)]
        if not all(one.condition for one in trials):
            raise NotAllowed("Please pick a genre first.")
        for one in trials:
            one.genre, one.chosen_at = trial.genre, timezone.now()
            one.playlist = _request(one, track)
            one.save(update_fields=["genre", "playlist", "chosen_at"])
    assert trial.playlist is not None  # noqa: S101  requested just now
    return trial.playlist


def _with_the_same_query(trial: Trial) -> list[Trial]:
    """The later trials, where one query song is for all of them."""
    if trial.participant.study.query != Study.Query.SAME:
        return []
    later = trial.participant.trials.filter(number__gt=trial.number)
    return list(later.select_for_update(of=("self",)).order_by("number"))


def _request(trial: Trial, track: Track) -> Playlist:
    assert trial.condition is not None  # noqa: S101  asked before
    return request_playlist(
        track,
        strategy=trial.condition.strategy,
        params=trial.condition.params,
        seed=derive_seed(trial.participant.seed, trial.number),
        model=model_of(trial.participant.study),
    )


def unsent_playlists(participant: Participant) -> list[int]:
    """Playlists of the participant that no worker has been told of yet, the next one first."""
    waiting = participant.trials.filter(
        playlist__status=Playlist.Status.QUEUED, playlist__enqueued_at=None
    )
    return [pk for pk in waiting.order_by("number").values_list("playlist_id", flat=True) if pk]


def may_choose_again(trial: Trial) -> bool:
    """Whether another song can be chosen instead: not once other playlists hang on this one."""
    return trial.number == 1 or trial.participant.study.query != Study.Query.SAME


def choose_again(trial: Trial) -> None:
    """Let go of a song from which no playlist could be made; any other choice stays."""
    if not may_choose_again(trial):
        raise NotAllowed("All your playlists start from the same song: please try again.")
    let_go = {"playlist": None, "chosen_at": None}
    failed = Playlist.Status.FAILED
    with transaction.atomic():
        if Trial.objects.filter(pk=trial.pk, playlist__status=failed).update(**let_go):
            later = [one.pk for one in _with_the_same_query(trial)]
            Trial.objects.filter(pk__in=later).update(**let_go)


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


def rate(trial: Trial, track: TrialTrack, values: Mapping[Item, int]) -> None:
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
    Trial.objects.filter(pk=trial.pk, rated_at=None).update(rated_at=timezone.now())


def unrated(trial: Trial) -> set[tuple[int, int]]:
    """(position, item id) of every required rating not given yet."""
    study = trial.participant.study
    items = Item.objects.placed(study, Instrument.Placement.TRACK).filter(required=True)
    positions = [track.position for track in present(trial)]
    wanted = {
        (position, item) for position in positions for item in items.values_list("pk", flat=True)
    }
    return wanted - set(trial.ratings.values_list("track__position", "item_id"))


def finish_trial(trial: Trial, answers: Mapping[Item, str]) -> None:
    """Keep the playlist's survey; sent again, the first one stays."""
    with transaction.atomic():
        trial = Trial.objects.select_for_update().get(pk=trial.pk)
        if trial.finished_at:
            return
        save_answers(trial.participant, trial, answers)
        trial.finished_at = timezone.now()
        trial.save(update_fields=["finished_at"])


def complete(participant: Participant, answers: Mapping[Item, str]) -> None:
    """Keep the last answers and note that the participant is through; only once."""
    with transaction.atomic():
        # Locked first, as in registering: of two who complete at once, one sees that it is full.
        study = Study.objects.select_for_update().get(pk=participant.study_id)
        participant = Participant.objects.select_for_update().get(pk=participant.pk)
        if participant.completed_at:
            return
        if participant.trials.filter(finished_at=None).exists():
            raise NotAllowed("There is still a playlist to rate.")
        save_answers(participant, None, answers)
        participant.completed_at = timezone.now()
        participant.status = Participant.Status.COMPLETED
        participant.save(update_fields=["completed_at", "status"])
        pause_if_full(study)
