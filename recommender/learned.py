"""Which songs of a library a model learned from: what it computes of those is partly what it was
taught."""

from collections import Counter
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .models import GenreModel, Track, TrackFeatures

if TYPE_CHECKING:
    from .engine.provenance import Recording


@dataclass(frozen=True, slots=True)
class Learned:
    """parts : what the model used each of these tracks for, by the track's number: "training",
    "validation", or one of them "by its name alone"; only tracks that it used. stated : whether the
    model says what it learned from. n_tracks : how many these are."""

    model: str
    n_tracks: int
    parts: dict[int, str]
    stated: bool

    @property
    def share(self) -> float:
        """Of these tracks, 0–1."""
        return len(self.parts) / self.n_tracks if self.n_tracks else 0.0

    def summary(self) -> dict[str, Any]:
        """For a manifest."""
        return {
            "stated": self.stated,
            "tracks": self.n_tracks,
            "learned_from": len(self.parts) if self.stated else None,
            "by_use": dict(sorted(Counter(self.parts.values()).items())),
            "in_words": sentence(self),
        }


def learned(model: GenreModel, tracks: list[int] | None = None) -> Learned:
    """Which of the available tracks, or of those with these numbers, the model learned from.

    A track that the model has not heard is known by the hash of its audio and its name alone.
    """
    from .engine.provenance import FILE
    from .library import state_of

    file = model.folder / FILE
    written = file.stat().st_mtime_ns if file.is_file() else 0
    everything = _parts(model, (*state_of(model), str(file), written))
    if tracks is None:
        tracks = list(Track.objects.available().values_list("pk", flat=True))
    parts = {} if everything is None else {pk: everything[pk] for pk in tracks if pk in everything}
    return Learned(str(model), len(tracks), parts, stated=everything is not None)


@lru_cache(maxsize=4)
def _parts(model: GenreModel, _state: tuple[Any, ...]) -> dict[int, str] | None:
    """Of the whole library, until it changes; None if the model does not say."""
    from .engine.provenance import recognised

    recordings = _recordings(model)
    if recordings is None:
        return None
    prints = dict(
        TrackFeatures.objects.filter(model=model).values_list("track_id", "fingerprint").iterator()
    )
    rows = list(Track.objects.order_by("pk").values_list("pk", "audio_sha256", "source"))
    found = recognised(
        recordings,
        [digest for _, digest, _ in rows],
        [bytes(prints.get(pk, b"")) for pk, _, _ in rows],
        [Path(source).stem for _, _, source in rows],
    )
    return {pk: part for (pk, _, _), part in zip(rows, found, strict=True) if part}


def _recordings(model: GenreModel) -> "list[Recording] | None":
    """What the model's folder names; an older copy of the shipped model says what that one does."""
    from .engine.cnn import SHIPPED
    from .engine.provenance import load

    folders = [folder for folder in (model.folder, SHIPPED) if _holds(folder, model.version)]
    return next((found for found in map(load, folders) if found is not None), None)


def _holds(folder: Path, version: str) -> bool:
    """Whether a folder's model is of this version: copies are named by it."""
    from .engine.cnn import ModelError, read_card

    try:
        return folder.name == version or read_card(folder)["version"] == version
    except ModelError:
        return False


def sentence(of: Learned) -> str:
    """How much of the library the model learned from, and what that means."""
    songs = f"the library’s {of.n_tracks:,} song{'' if of.n_tracks == 1 else 's'}"
    if not of.stated:
        return (
            f"{of.model} does not say which recordings it learned from, so it is not known how "
            f"many of {songs} are among them."
        )
    if not of.parts:
        return f"{of.model} learned from none of {songs}, as far as it names its recordings."
    uses = Counter(part.partition(" ")[0] for part in of.parts.values())
    named = sum(" " in part for part in of.parts.values())
    by_name = f"; {named:,} of them known by name alone" if named else ""
    return (
        f"{of.model} learned from {len(of.parts):,} of {songs} ({of.share:.0%}: "
        f"{uses['training']:,} in training, {uses['validation']:,} to choose and calibrate it"
        f"{by_name}), with their genres. What it says of those songs, and how well its playlists "
        "keep to their genres, is partly what it was taught, also where it is not circular."
    )


def use(model: GenreModel, track: Track) -> str:
    """What a model used a track for, in words."""
    found = learned(model, [track.pk])
    part = found.parts.get(track.pk, "nothing" if found.stated else "")
    return f"{model} used it for {part}" if part else f"{model} does not say what it learned from"
