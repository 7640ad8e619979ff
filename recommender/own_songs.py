"""Songs that participants bring: taken, heard once, and their files deleted as was promised.

Rows change before files do: a file whose row was written and that then stays behind, because a
process was killed in between, is found by `sweep`.
"""

import time
from collections import Counter
from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.files import File
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils import timezone

from .models import GenreModel, QuerySong, QuerySongQuerySet, own_song_path

if TYPE_CHECKING:
    from .engine.strategies import Query

FOLDER = "own-songs"
# A file that no row knows of is left alone for so long: its row may be about to be written.
STRAY_AFTER_S = 60 * 60
# For so long it is tried to make a copy of a kept song that browsers don't play.
COPIED_WITHIN = timedelta(hours=1)
# A song that nobody could listen to for so long is not wanted any more.
UNHEARD_AFTER = timedelta(days=1)
GIVEN_UP = (
    "Something went wrong on our side while we listened to it. You can upload it again, or "
    "choose another song."
)


def container_of(path: Path) -> str:
    """What an uploaded file is, by its first bytes. Raises AudioError for what is no audio."""
    from .engine.containers import sniff

    return sniff(path).container


def take(
    upload: File,
    container: str,
    *,
    model: GenreModel,
    genre: str,
    keep_file: bool,
    keep_until: datetime | None,
) -> QuerySong:
    """Keep an uploaded file under a name of our own until it has been heard."""
    song = QuerySong(
        model=model, genre=genre, container=container, keep_file=keep_file, keep_until=keep_until
    )
    song.file.save("", upload)
    return song


def hear(song: QuerySong) -> None:
    """Let the song's model hear it, apart from this process; then the file goes, unless kept.

    Raises AudioError if the file can't be used, and HearingError if nothing could hear it.
    """
    from .engine.apart import HearingError, hear_apart

    unheard = QuerySong.objects.unheard().filter(pk=song.pk)
    unheard.update(state=QuerySong.State.HEARING)
    heard = hear_apart(Path(song.file.path), song.model.folder)
    if heard.version != song.model.version:
        raise HearingError(f"The folder of {song.model} holds another version by now.")
    known = unheard.update(
        state=QuerySong.State.HEARD,
        heard_at=timezone.now(),
        container=heard.container,
        playable=heard.playable,
        duration_s=heard.duration_s,
        audio_sha256=heard.sha256,
        probabilities=heard.probabilities,
        embedding=heard.embedding,
        mfcc=heard.mfcc,
        fingerprint=heard.fingerprint,
    )
    if known and not song.keep_file:
        delete_files(QuerySong.objects.filter(pk=song.pk))


def copy_unplayable() -> None:
    """Put a copy that all browsers play in the place of kept files that they may not; a file that
    can't be copied within an hour stays, and is not played."""
    from .engine.apart import HearingError, copy_apart
    from .engine.containers import AudioError

    since = timezone.now() - COPIED_WITHIN
    for song in QuerySong.objects.with_file().filter(playable=False, heard_at__gte=since):
        with TemporaryDirectory() as folder, suppress(AudioError, HearingError, OSError):
            copy = Path(folder) / "copy.mp3"
            copy_apart(Path(song.file.path), copy)
            _put_in_place(song, copy)


def _put_in_place(song: QuerySong, copy: Path) -> None:
    old, mp3 = str(song.file.name), QuerySong(key=song.key, container="mp3")
    with copy.open("rb") as file:
        new = default_storage.save(own_song_path(mp3, ""), File(file))
    unchanged = QuerySong.objects.filter(pk=song.pk, file=old)
    if unchanged.update(file=new, container="mp3", playable=True):
        default_storage.delete(old)
    else:
        default_storage.delete(new)  # its file went meanwhile, as was promised


def query_of(song: QuerySong) -> "Query":
    """The song as strategies see it: only what was kept of it, so it is the same at any time."""
    import numpy as np

    from .engine.strategies import Query

    return Query(
        number=int(song.audio_sha256[:12], 16),
        probabilities=np.array(song.probabilities, dtype=np.float64),
        embedding=np.frombuffer(song.embedding, dtype="<f4"),
        mfcc=np.frombuffer(song.mfcc, dtype="<f4"),
        fingerprint=np.frombuffer(song.fingerprint, dtype=np.uint8),
        genre=song.genre,
    )


def refuse(songs: QuerySongQuerySet, reason: str) -> None:
    """They can't be used, and the participant is told why."""
    _end(songs, QuerySong.State.REFUSED, reason)


def give_up(songs: QuerySongQuerySet) -> None:
    """Nothing is wrong with them, but they could not be heard."""
    _end(songs, QuerySong.State.FAILED, GIVEN_UP)


def _end(songs: QuerySongQuerySet, state: QuerySong.State, reason: str) -> None:
    with transaction.atomic():
        for song in songs.unheard():
            name = song.file.name
            QuerySong.objects.unheard().filter(pk=song.pk).update(
                state=state, reason=reason, file="", deleted_at=timezone.now()
            )
            _delete_later(name)


def delete_files(songs: QuerySongQuerySet) -> int:
    """Delete the songs' files; what was heard in them stays. Gives how many there were."""
    with transaction.atomic():
        found = list(songs.with_file())
        now = timezone.now()
        QuerySong.objects.filter(pk__in=[song.pk for song in found]).update(file="", deleted_at=now)
        for song in found:
            _delete_later(song.file.name)
    return len(found)


def forget(song: QuerySong) -> None:
    """The participant wants another song after all: nothing of this one stays."""
    with transaction.atomic():
        song.playlist.delete()
        discard([song])


def discard(songs: Iterable[QuerySong]) -> Counter[str]:
    """Delete songs that no playlist needs any more, with their files; says how many rows."""
    gone: Counter[str] = Counter()
    with transaction.atomic():
        for song in songs:
            name = song.file.name
            gone += Counter(song.delete()[1])
            _delete_later(name)
    return gone


def _delete_later(name: str | None) -> None:
    if name:
        transaction.on_commit(partial(default_storage.delete, name))


# What was left behind


def sweep() -> None:
    """Delete what is older than was promised, and files that a killed process left behind."""
    now = timezone.now()
    delete_files(QuerySong.objects.filter(keep_until__lt=now))
    known = {
        Path(name).name for name in QuerySong.objects.with_file().values_list("file", flat=True)
    }
    strays = (path for path in _files(Path(settings.MEDIA_ROOT) / FOLDER) if path.name not in known)
    uploads = _files(Path(settings.UPLOADS_DIR))
    for path in (*strays, *uploads):
        if time.time() - path.stat().st_mtime > STRAY_AFTER_S:
            path.unlink(missing_ok=True)


def _files(folder: Path) -> Iterable[Path]:
    return [path for path in folder.glob("*") if path.is_file()]
