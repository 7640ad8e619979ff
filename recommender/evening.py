"""Making all tracks of the library equally loud for those who listen."""

import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.files import File
from django.core.files.storage import default_storage
from django.utils import timezone

from . import disk
from .models import Track, TrackQuerySet, rendition_path

if TYPE_CHECKING:
    from .engine.loudness import Evened


def uneven() -> TrackQuerySet:
    """Available tracks that are not as loud as the others yet."""
    return Track.objects.available().not_evened(settings.LOUDNESS_LUFS).order_by("pk")


def failed() -> TrackQuerySet:
    """Available tracks that are not as loud as the others, because their loudness can't be
    measured: they play as they are, or not at all where browsers don't play them."""
    return Track.objects.available().exclude(loudness_problem="").order_by("pk")


def even_part(seconds: float) -> int:
    """Even tracks for so long; how many were done."""
    from .engine.loudness import even_file

    until = time.monotonic() + seconds
    done = 0
    with TemporaryDirectory() as folder:
        for track in uneven().iterator():
            path = Path(track.file.path)
            _keep(track, even_file(path, settings.LOUDNESS_LUFS, Path(folder)))
            done += 1
            if time.monotonic() > until:
                break
    return done


def even_all(processes: int) -> Iterator[Track]:
    """Even all tracks, several at a time; yields each when it is done."""
    from .engine.loudness import even_file
    from .engine.processes import several

    tracks = list(uneven())
    # Outside the processes: what they made and nobody took goes with the folder.
    with TemporaryDirectory() as folder, several(processes) as pool:
        paths = [Path(track.file.path) for track in tracks]
        even = partial(even_file, target_lufs=settings.LOUDNESS_LUFS, folder=Path(folder))
        for track, evened in zip(tracks, pool.map(even, paths), strict=True):
            _keep(track, evened)
            yield track


def _keep(track: Track, evened: "Evened") -> None:
    # A track that can't be measured is not tried again.
    fields: dict[str, Any] = {
        "loudness_target": settings.LOUDNESS_LUFS,
        "loudness_problem": evened.problem[:300],
        "loudness_lufs": evened.lufs,
        "played_lufs": evened.played_lufs,
        "playable": evened.playable,
        "rendition": _kept_copy(track, evened.copy),
    }
    # Not saved as a whole: what the recommender knows of the track has not changed, except that it
    # may be offered from now on, or not any more.
    if track.is_offered != bool(evened.playable or evened.copy):
        fields["updated_at"] = timezone.now()
    Track.objects.filter(pk=track.pk).update(**fields)


def _kept_copy(track: Track, copy: Path | None) -> str:
    """Where the copy is; nothing where the file itself will do, nor is an earlier copy left."""
    name = rendition_path(track, "")
    if copy is None:
        default_storage.delete(name)
        return ""
    with copy.open("rb") as file:
        return disk.keep(name, File(file))
