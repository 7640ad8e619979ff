"""One trial after another: choosing, hearing, rating, finishing."""

import random
from collections.abc import Callable, Mapping

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from recommender import own_songs
from recommender.models import Playlist, QuerySong, Track
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
from survey.presentation import lay_out

from .answers import save_answers
from .quality import flag_answers, flag_trial
from .refusal import NotAllowed
from .studies import model_of, songs_of


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
        if trial.condition is None:
            raise NotAllowed("Please pick a genre first.")
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


def present(trial: Trial) -> list[TrialTrack]:
    """What the trial's participant hears, in its order; laid out once, when it is first asked."""
    tracks = trial.tracks.select_related("track")
    if found := list(tracks.all()):
        return found
    with transaction.atomic():
        trial = Trial.objects.select_for_update(of=("self",)).get(pk=trial.pk)
        if trial.playlist and trial.playlist.is_ready and not trial.tracks.exists():
            trial.tracks.bulk_create(_laid_out(trial, trial.playlist))
    return list(tracks.all())


def _laid_out(trial: Trial, playlist: Playlist) -> list[TrialTrack]:
    study = trial.participant.study
    seed = derive_seed(trial.participant.seed, trial.number, 1)
    heard = lay_out(
        list(playlist.entries.values_list("pk", "track_id")),
        shuffled=study.track_order == Study.TrackOrder.RANDOM,
        repeat=study.repeat_track,
        query=playlist.query_track_id if study.query_anchor else None,
        stranger=_stranger(study, playlist, seed) if study.random_anchor else None,
        seed=seed,
    )
    return [
        TrialTrack(
            trial=trial, position=place, track_id=one.track, entry_id=one.entry, role=one.role
        )
        for place, one in enumerate(heard, start=1)
    ]


def _stranger(study: Study, playlist: Playlist, seed: int) -> int | None:
    """A random track that is neither in the playlist nor the query song."""
    known = [*playlist.entries.values_list("track_id", flat=True), playlist.query_track_id]
    ids = songs_of(study).order_by("pk").values_list("pk", flat=True)
    others = [pk for pk in ids if pk not in known]
    return random.Random(seed).choice(others) if others else None


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


def named(trial: Trial) -> set[int]:
    """The positions whose title and artist the participant may see now."""
    titles = trial.participant.study.titles
    if titles == Study.Titles.HIDDEN:
        return set()
    positions = {track.position for track in present(trial)}
    if titles == Study.Titles.SHOWN:
        return positions
    return positions - {position for position, _item in unrated(trial)}


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
        flag_trial(trial)


def complete(participant: Participant, answers: Mapping[Item, str]) -> None:
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
        if participant.study.own_song_files == Study.OwnSongFiles.WHEN_FINISHED:
            own = QuerySong.objects.filter(playlist__trial__participant=participant)
            own_songs.delete_files(own)
        flag_answers(participant)
