"""One trial after another: choosing, hearing, rating, finishing."""

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from recommender import own_songs
from recommender.models import Playlist, QuerySong, Track
from recommender.services import discard_playlists, request_playlist
from survey.designs.assignment import derive_seed
from survey.designs.presentation import lay_out
from survey.models import (
    Instrument,
    Item,
    ListeningEvent,
    Participant,
    Study,
    TrackRating,
    Trial,
    TrialTrack,
)
from survey.questions.rules import Given, shown

from .answers import known_answers, save_answers
from .places import plan
from .quality import flag_answers, flag_trial
from .refusal import NotAllowed
from .studies import model_of, pause_if_full, songs_of

# How long a playlist takes at most, as long as somebody makes it.
USUAL = timedelta(seconds=10)

Choice = Track | Callable[[Trial], QuerySong]


def choose_genre(trial: Trial, genre: str) -> None:
    """Keep the genre until a song is chosen; where genres are balanced, it leads to conditions."""
    study = trial.participant.study
    if genre not in study.genres:
        raise NotAllowed(_("This genre is not part of the study: please pick one of those shown."))
    with transaction.atomic():
        # Locked, so that two people at once don't get the same place in the assignment.
        participant = trial.participant
        participant.study = Study.objects.select_for_update().get(pk=study.pk)
        trial = _locked(trial)
        if not _can_choose(trial):
            return
        changed = trial.genre != genre or trial.condition_id is None
        Trial.objects.filter(pk=trial.pk).update(genre=genre)
        if study.balance_genres and trial.number == 1 and changed:
            for number, condition in enumerate(plan(participant, genre), start=1):
                participant.trials.filter(number=number).update(condition=condition)


def choose_query(trial: Trial, choice: Choice) -> Playlist:
    """Keep the choice and request its playlist; a second choice for the trial changes nothing.

    A participant's own song is taken by calling `choice`, and only if it counts. Where one query
    song is for all playlists, all of them are requested.
    """
    with transaction.atomic():
        trial = _locked(trial)
        if trial.playlist and not _can_choose(trial):
            return trial.playlist
        trials = [trial, *_with_the_same_query(trial)]
        if not all(one.condition for one in trials):
            raise NotAllowed(_("Please pick a genre first."))
        query = choice if isinstance(choice, Track) else choice(trial)
        for one in trials:
            one.genre, one.chosen_at = trial.genre, timezone.now()
            one.playlist = _request(one, query)
            one.save(update_fields=["genre", "playlist", "chosen_at"])
    assert trial.playlist is not None  # noqa: S101  requested just now
    return trial.playlist


def _with_the_same_query(trial: Trial) -> list[Trial]:
    """The later trials, where one query song is for all of them."""
    if trial.participant.study.query != Study.Query.SAME:
        return []
    later = trial.participant.trials.filter(number__gt=trial.number)
    return list(later.select_for_update(of=("self",)).order_by("number"))


def _request(trial: Trial, query: Track | QuerySong) -> Playlist:
    assert trial.condition is not None  # noqa: S101  asked before
    return request_playlist(
        query,
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


def _locked(trial: Trial) -> Trial:
    return Trial.objects.select_for_update(of=("self",)).get(pk=trial.pk)


def _can_choose(trial: Trial) -> bool:
    return trial.playlist is None or trial.playlist.wants_another_song


def is_late(trial: Trial) -> bool:
    """Whether its playlist takes longer than any does while a worker is there."""
    playlist, chosen = trial.playlist, trial.chosen_at
    unfinished = playlist and playlist.status in (Playlist.Status.QUEUED, Playlist.Status.RUNNING)
    return bool(unfinished and chosen and timezone.now() - chosen > USUAL)


def choose_again(trial: Trial) -> None:
    """Let go of a song from which no playlist could be made or is late, or of one's own song before
    there is a playlist, which is then forgotten; any other choice stays."""
    if not may_choose_again(trial):
        raise NotAllowed(_("All your playlists start from the same song: please try again."))
    with transaction.atomic():
        trial = _locked(trial)
        playlist = trial.playlist
        if playlist is None or playlist.is_ready:
            return
        own, failed = playlist.query_song, playlist.status == Playlist.Status.FAILED
        late = is_late(trial)
        if own or failed or late:
            let_go = [trial, *_with_the_same_query(trial)]
            Trial.objects.filter(pk__in=[one.pk for one in let_go]).update(
                playlist=None, chosen_at=None
            )
        if own:
            own_songs.forget(own)
        elif late:  # who makes it nevertheless finds that nobody wants it any more
            discard_playlists([one.playlist_id for one in let_go if one.playlist_id])


def present(trial: Trial) -> list[TrialTrack]:
    """What the trial's participant hears, in its order; laid out once, when it is first asked."""
    tracks = trial.tracks.select_related("track")
    if found := list(tracks.all()):
        return found
    with transaction.atomic():
        trial = _locked(trial)
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


def rate(trial: Trial, track: TrialTrack, values: Mapping[Item, int | None]) -> None:
    """Keep ratings of one track; a changed mind is counted, the same value again is not."""
    now = timezone.now()
    with transaction.atomic():
        # Locked, so that another tab can't finish the playlist in between.
        if _locked(trial).finished_at:
            raise NotAllowed(
                _("You have finished this playlist; its ratings can't be changed any more.")
            )
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


@dataclass(frozen=True, slots=True)
class Progress:
    """How far somebody is with a playlist. rated, named : positions of the tracks that need no
    rating any more, and of those whose title and artist may be told."""

    total: int
    rated: set[int]
    named: set[int]


def progress(trial: Trial) -> Progress:
    positions = {track.position for track in present(trial)}
    rated = positions - {position for position, _item in unrated(trial)}
    named = {
        Study.Titles.SHOWN: positions,
        Study.Titles.REVEALED: rated,
        Study.Titles.HIDDEN: set[int](),
    }
    return Progress(len(positions), rated, named[Study.Titles(trial.participant.study.titles)])


def unrated(trial: Trial) -> set[tuple[int, int]]:
    """(position, item id) of every required rating not given yet, of tracks that can be heard.

    “Don't know” is a rating.
    """
    asked, deaf = asked_of_tracks(trial), unheard(trial)
    wanted = {
        (position, item.pk)
        for position, items in asked.items()
        for item in items
        if item.required and position not in deaf
    }
    return wanted - set(trial.ratings.values_list("track__position", "item_id"))


def unheard(trial: Trial) -> set[int]:
    """Positions of the tracks that the participant says they can't hear; they need no rating."""
    said = trial.tracks.filter(listening__kind=ListeningEvent.Kind.UNHEARD)
    return set(said.values_list("position", flat=True))


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
        flag_trial(trial)


def complete(participant: Participant, answers: Mapping[Item, Given]) -> Participant:
    """Keep the last answers and note that the participant is through; only once. Returns who it
    is, as they are now."""
    with transaction.atomic():
        # Locked first, as in registering: of two who complete at once, one sees that it is full.
        study = Study.objects.select_for_update().get(pk=participant.study_id)
        found = Participant.objects.select_for_update(of=("self",))
        participant = found.get(pk=participant.pk)
        participant.study = study
        if participant.completed_at or participant.has_left:
            return participant
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
        pause_if_full(study)
    return participant
