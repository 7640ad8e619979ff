"""Model versions: adding one, letting it hear the library, making it the active one."""

import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

from django.conf import settings
from django.db import DatabaseError, transaction
from django.db.models import Max
from django.utils import timezone

from . import services
from .models import GenreModel, HearingProblem, Track, TrackQuerySet

if TYPE_CHECKING:
    from .engine.cnn import GenreClassifier

# A worker that tells of no track for this long is gone; a single track takes at most two minutes,
# but a long report may be done first.
SILENT_AFTER = timedelta(minutes=15)


class NotReady(Exception):
    """The model can't be made active now; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How much of the library a model has heard; counted are tracks that are available, and heard
    with all that is kept of them."""

    available: int
    heard: int

    @property
    def missing(self) -> int:
        return self.available - self.heard


def progress(model: GenreModel) -> Progress:
    available = Track.objects.available()
    return Progress(available.count(), available.heard(model).count())


# Adding


def add_model(directory: Path) -> GenreModel:
    """Keep a copy of a trained model's folder and make it known. Raises ModelError."""
    version = _tried(directory)
    model = services.register_model(_kept(directory, version))
    GenreModel.objects.filter(pk=model.pk).update(indexing_error="")
    return model


def _tried(directory: Path) -> str:
    """The version of the model in a folder, after it has heard a second of noise."""
    import numpy as np

    from .engine.cnn import GenreClassifier, ModelError

    classifier = GenreClassifier.load(directory)
    noise = np.random.default_rng(0).normal(0.0, 0.1, 22_050).astype(np.float32)
    try:
        heard = classifier.predict(noise, 22_050).probabilities
    except (ValueError, TypeError, KeyError) as error:
        raise ModelError(f"The model in {directory} does not work: {error}") from error
    if len(heard) != len(classifier.genres) or not np.isfinite(heard).all():
        raise ModelError(
            f"The model in {directory} does not work: it gives {len(heard)} probabilities for "
            f"{len(classifier.genres)} genres."
        )
    return classifier.version


def _kept(directory: Path, version: str) -> Path:
    """A copy of the folder's files in the data folder, each of them complete at any time."""
    kept = Path(settings.MODELS_DIR) / version
    if kept.resolve() == directory.resolve():
        return kept
    kept.mkdir(parents=True, exist_ok=True)
    for file in sorted(directory.iterdir()):
        if file.is_file():
            new = kept / f".{uuid4().hex}"
            shutil.copyfile(file, new)
            new.replace(kept / file.name)
    return kept


def problem_with_weights(model: GenreModel) -> str:
    """Why the model could not hear anything more; empty if it could. Starts no network."""
    from .engine.cnn import ModelError

    try:
        services.load_classifier(model)
    except ModelError as error:
        return str(error)
    return ""


# Hearing the library


def index_unheard(
    model: GenreModel, tracks: TrackQuerySet | None = None
) -> Iterator[tuple[Track, str]]:
    """Let the model hear every track (of these) that it has not heard, telling of each how it went.

    A track whose file has gone bad comes with the reason, which is kept, and stays unheard.
    """
    classifier = services.load_classifier(model)
    chosen = Track.objects.all() if tracks is None else tracks
    for track in chosen.unheard(model).iterator():
        problem = _try_to_hear(track, classifier)
        _note(track, model, problem)
        yield track, problem


def _try_to_hear(track: Track, classifier: "GenreClassifier") -> str:
    from .engine.audio import AudioError, read_recording
    from .engine.cnn import ModelError
    from .engine.faults import unforeseen

    try:
        services.hear(track, read_recording(Path(track.file.path)), classifier)
    except FileNotFoundError:
        return f"Its file {track.file.name} is missing in the media folder."
    except (AudioError, OSError) as error:
        return str(error)
    except (DatabaseError, ModelError):
        raise  # not the track's fault
    except Exception as error:
        return str(unforeseen(error))
    return ""


def _note(track: Track, model: GenreModel, reason: str) -> None:
    """Keep why a model could not hear a track; without a reason, forget what was kept."""
    if reason:
        noted = {"reason": reason, "noted_at": timezone.now()}
        HearingProblem.objects.update_or_create(track=track, model=model, defaults=noted)
    else:
        HearingProblem.objects.filter(track=track, model=model).delete()


def request_indexing(model: GenreModel) -> None:
    """Note that the model is to hear the library; the caller hands that to the workers."""
    GenreModel.objects.filter(pk=model.pk).update(
        indexing=GenreModel.Indexing.RUNNING, indexing_since=timezone.now(), indexing_error=""
    )


def stop_indexing(model_id: int, error: str = "") -> None:
    state = GenreModel.Indexing.STOPPED if error else GenreModel.Indexing.IDLE
    GenreModel.objects.filter(pk=model_id).update(indexing=state, indexing_error=error)


def index_part(model_id: int, seconds: float) -> bool:
    """Let the model hear tracks for this long; whether any are left. Raises ModelError.

    What was heard stays, so that a part can be cut off anywhere and another one goes on. Tracks
    that made trouble since indexing was requested are not tried again.
    """
    model = GenreModel.objects.get(pk=model_id)
    stop = time.monotonic() + seconds
    for _ in index_unheard(model, _untried(model)):
        if time.monotonic() >= stop:
            break
    if _untried(model).unheard(model).exists():
        return True
    stop_indexing(model_id)
    return False


def _untried(model: GenreModel) -> TrackQuerySet:
    tracks = Track.objects.order_by("-available", "pk")
    if model.indexing_since is None:
        return tracks
    tried = model.problems.filter(noted_at__gte=model.indexing_since)
    return tracks.exclude(pk__in=tried.values("track"))


def is_indexing(model: GenreModel) -> bool:
    """Whether a worker is at it, or is still expected to take it up."""
    running = model.indexing == GenreModel.Indexing.RUNNING
    return running and timezone.now() - _last_sign(model) < SILENT_AFTER


def _last_sign(model: GenreModel) -> datetime:
    heard = model.features.aggregate(last=Max("computed_at"))["last"]
    noted = model.problems.aggregate(last=Max("noted_at"))["last"]
    return max(moment for moment in (model.indexing_since, heard, noted) if moment)


# The active one


def activate(model: GenreModel) -> None:
    """New playlists use this model from now on. Raises NotReady while it lacks tracks."""
    with transaction.atomic():
        # Locked, so that two switches at once come one after the other.
        list(GenreModel.objects.select_for_update().order_by("pk"))
        found = progress(model)
        if found.missing:
            raise NotReady(
                f"{model} has not heard {found.missing} of the library's {found.available} "
                "available tracks yet. Let it hear the library first; withdraw tracks that it "
                "can't hear, or put their files right."
            )
        GenreModel.objects.filter(active=True).update(active=False)
        GenreModel.objects.filter(pk=model.pk).update(active=True)
