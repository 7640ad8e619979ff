"""Everything that writes to the library and to playlists. Nothing here enqueues: callers do."""

import time
from collections import Counter
from contextlib import suppress
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.core.files import File
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import DatabaseError, transaction
from django.db.models import F, Q
from django.utils import timezone

from . import disk, own_songs
from .models import (
    GenreModel,
    Playlist,
    PlaylistTrack,
    QuerySong,
    Track,
    TrackFeatures,
    picture_path,
    track_path,
)

if TYPE_CHECKING:
    from .engine.audio import Recording
    from .engine.cnn import GenreClassifier
    from .engine.hearing import Heard
    from .engine.mel import Floats
    from .engine.strategies import Query

# A playlist that nobody took up, or that stopped half-way, for this long is lost.
LOST_AFTER = timedelta(seconds=35)
MOST_ATTEMPTS = 5


def active_model() -> GenreModel:
    """The model for new playlists; the shipped one until a researcher chooses another."""
    found = GenreModel.objects.filter(active=True).first()
    return found or register_model(shipped_directory(), activate=True)


def shipped_directory() -> Path:
    from .engine.cnn import SHIPPED

    return SHIPPED


def register_model(directory: Path, *, activate: bool = False) -> GenreModel:
    """Make a trained model known by its version; the same weights twice are one model."""
    from .engine.cnn import read_card

    card = read_card(directory)
    shipped = shipped_directory()
    about = {
        "name": card["name"],
        # The shipped weights move with the code; only others have a fixed place.
        "directory": "" if directory == shipped else str(directory.resolve()),
        "genres": list(card["genres"]),
        "card": card,
    }
    with transaction.atomic():
        if activate:
            GenreModel.objects.filter(active=True).update(active=False)
            about["active"] = True
        model, _ = GenreModel.objects.update_or_create(version=card["version"], defaults=about)
    return model


def load_classifier(model: GenreModel) -> "GenreClassifier":
    """The network itself. On its first prediction it starts its runtime, where there is no light
    one TensorFlow: never in the web process.

    Raises ModelError if its weights are gone, or are another version's by now.
    """
    from .engine.cnn import GenreClassifier, ModelError

    try:
        classifier = GenreClassifier.load(model.folder)
    except ModelError as error:
        raise ModelError(
            f"{model} can't hear anything, because its weights are gone. {error} Put the folder "
            "back, or add it again with manage.py add_model."
        ) from None
    if classifier.version != model.version:
        raise ModelError(
            f"{model} can't hear anything: its folder {model.folder} holds another version by now "
            f"({classifier.version[:8]}). Add that one with manage.py add_model, let it hear the "
            "library, and make it active."
        )
    return classifier


# The library


def add_track(
    recording: "Recording", picture: bytes, path: Path, about: dict[str, Any]
) -> tuple[Track, bool]:
    """Keep the file, its picture and its row, or find the track with the same audio."""
    known = Track.objects.filter(audio_sha256=recording.sha256).first()
    if known:
        return known, False
    track = Track(
        audio_sha256=recording.sha256,
        duration_s=recording.duration_s,
        sample_rate=recording.sample_rate,
        channels=recording.channels,
        playable=recording.playable,
        **about,
    )
    track.file.name = _keep_file(track, path, recording.container)
    track.spectrogram.name = _keep_picture(track, picture)
    track.save()
    return track, True


def import_track(
    recording: "Recording", heard: "Heard", path: Path, about: dict[str, Any], model: GenreModel
) -> tuple[Track, bool]:
    """Keep a recording with what a model heard in it, all of it or nothing; whether it is new.

    Raises StorageError.
    """
    try:
        with transaction.atomic():
            track, added = add_track(recording, heard.picture, path, about)
            keep_heard(track, heard, model)
    except BaseException:
        _discard_files(recording)
        raise
    return track, added


def _discard_files(recording: "Recording") -> None:
    """Delete the files of a recording that came to nothing, as far as that is possible."""
    track = Track(audio_sha256=recording.sha256)
    with suppress(OSError, DatabaseError):
        if not Track.objects.filter(audio_sha256=recording.sha256).exists():
            for name in (track_path(track, f"x.{recording.container}"), picture_path(track, "")):
                default_storage.delete(name)


def _keep_file(track: Track, path: Path, container: str) -> str:
    # By what it is, not by what its name says: the browser is told the type from it.
    name = track_path(track, f"x.{container}")
    # Named by content: a file left by an import that was cut off is complete or replaced.
    if default_storage.exists(name) and default_storage.size(name) == path.stat().st_size:
        return name
    with path.open("rb") as file:
        return disk.keep(name, File(file))


def _keep_picture(track: Track, png: bytes) -> str:
    return disk.keep(picture_path(track, ""), ContentFile(png))


def hear(track: Track, recording: "Recording", classifier: "GenreClassifier") -> TrackFeatures:
    """Let a model hear a track and keep that; again is harmless."""
    from .engine import hearing

    model = GenreModel.objects.get(version=classifier.version)
    return keep_heard(track, hearing.hear(recording, classifier), model)


def keep_heard(track: Track, heard: "Heard", model: GenreModel) -> TrackFeatures:
    """Keep what a model heard in a track; again is harmless, and adds what was not computed yet."""
    features, _ = TrackFeatures.objects.get_or_create(
        track=track,
        model=model,
        defaults={
            "probabilities": [float(p) for p in heard.probabilities],
            "embedding": _bytes(heard.embedding),
            "mfcc": _bytes(heard.mfcc),
            "fingerprint": heard.fingerprint.tobytes(),
        },
    )
    if not features.mfcc:
        features.mfcc = _bytes(heard.mfcc)
        features.save()
    return features


def _bytes(values: "Floats") -> bytes:
    return values.astype("<f4").tobytes()


# Playlists


def request_playlist(
    query: Track | QuerySong,
    *,
    strategy: str,
    params: dict[str, Any],
    seed: int,
    model: GenreModel | None = None,
) -> Playlist:
    return Playlist.objects.create(
        query_track=query if isinstance(query, Track) else None,
        query_song=query if isinstance(query, QuerySong) else None,
        strategy=strategy,
        params=params,
        seed=seed,
        model=model or active_model(),
    )


def mark_enqueued(playlist_id: int) -> None:
    Playlist.objects.filter(pk=playlist_id).update(enqueued_at=timezone.now())


def retry_playlist(playlist_id: int) -> None:
    """A failed playlist gets another chance."""
    Playlist.objects.filter(pk=playlist_id, status=Playlist.Status.FAILED).update(
        status=Playlist.Status.QUEUED, attempts=0, error="", enqueued_at=None
    )


def discard_playlists(playlist_ids: list[int]) -> Counter[str]:
    """Delete playlists with everything kept of them, a participant's own song and its file too;
    says how many rows of each model."""
    songs = list(QuerySong.objects.filter(playlist__in=playlist_ids))
    gone = Counter(Playlist.objects.filter(pk__in=playlist_ids).delete()[1])
    return gone + own_songs.discard(songs)


def lost_playlists() -> list[int]:
    """Playlists that nobody is working on any more; those tried too often are given up."""
    before = timezone.now() - LOST_AFTER
    lost = Playlist.objects.unfinished().filter(
        Q(status=Playlist.Status.QUEUED, enqueued_at=None)
        | Q(status=Playlist.Status.QUEUED, enqueued_at__lt=before)
        | Q(status=Playlist.Status.RUNNING, started_at__lt=before)
    )
    waited = Q(query_song__created_at__lt=timezone.now() - own_songs.UNHEARD_AFTER)
    for tried in lost.filter(Q(attempts__gte=MOST_ATTEMPTS) | waited):
        fail_playlist(
            tried.pk, f"Given up after {MOST_ATTEMPTS} attempts; the worker's log says why."
        )
    return list(lost.order_by("pk").values_list("pk", flat=True))


def build_playlist(playlist_id: int) -> None:
    """Find the playlist's songs, for a participant's own song once that was heard.

    Running it again, or twice at once, changes nothing.
    Every run computes the same songs from the same inputs, and only the first one to finish
    writes them.
    """
    from .engine.containers import AudioError
    from .engine.params import StrategyError
    from .engine.strategies import make_playlist
    from .library import current_library

    clock = [time.perf_counter()]
    playlist = _start(playlist_id)
    if playlist is None:
        return
    try:
        query = _query_of(playlist)
        if query is None:
            return
        clock.append(time.perf_counter())
        library = current_library(playlist.model)
        clock.append(time.perf_counter())
        picks = make_playlist(library, query, playlist.strategy, playlist.params, playlist.seed)
    except (AudioError, StrategyError) as error:
        fail_playlist(playlist_id, str(error))
        return
    clock.append(time.perf_counter())
    entries = [
        PlaylistTrack(
            playlist=playlist, track_id=pick.track_id, position=position, distance=pick.distance
        )
        for position, pick in enumerate(picks, start=1)
    ]
    steps = ("hearing_s", "library_s", "songs_s")
    timings = {step: end - start for step, (start, end) in zip(steps, pairwise(clock), strict=True)}
    if playlist.query_song is None:
        del timings["hearing_s"]
    _finish(playlist_id, entries, library.revision, timings)


def _query_of(playlist: Playlist) -> "Query | int | None":
    """What to find songs for; None if the participant has chosen another song by now.

    Raises AudioError if a participant's own song can't be used.
    """
    from .engine.containers import AudioError

    song = playlist.query_song
    if song is None:
        return playlist.query_track_id
    if song.state != QuerySong.State.HEARD:
        try:
            own_songs.hear(song)
        except AudioError as error:
            own_songs.refuse(QuerySong.objects.filter(pk=song.pk), str(error))
            raise
    heard = QuerySong.objects.filter(pk=song.pk, state=QuerySong.State.HEARD).first()
    return own_songs.query_of(heard) if heard else None


def _start(playlist_id: int) -> Playlist | None:
    unfinished = Playlist.objects.unfinished().filter(pk=playlist_id)
    unfinished.update(
        status=Playlist.Status.RUNNING, started_at=timezone.now(), attempts=F("attempts") + 1
    )
    return unfinished.select_related("model", "query_song__model").first()


def _finish(
    playlist_id: int, entries: list[PlaylistTrack], revision: str, timings: dict[str, float]
) -> None:
    with transaction.atomic():
        playlist = Playlist.objects.select_for_update().filter(pk=playlist_id).first()
        if playlist is None or playlist.is_ready:
            return  # done by another run, or nobody wants it any more
        PlaylistTrack.objects.bulk_create(entries)
        playlist.status = Playlist.Status.READY
        playlist.library_revision = revision
        playlist.timings = {step: round(seconds, 4) for step, seconds in timings.items()}
        playlist.finished_at = timezone.now()
        playlist.save()


def fail_playlist(playlist_id: int, reason: str) -> None:
    with transaction.atomic():
        Playlist.objects.unfinished().filter(pk=playlist_id).update(
            status=Playlist.Status.FAILED, error=reason, finished_at=timezone.now()
        )
        own_songs.give_up(QuerySong.objects.filter(playlist=playlist_id))
