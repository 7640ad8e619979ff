"""The indexed tracks as the engine's arrays: built once a process, again only after a change."""

import hashlib
from dataclasses import dataclass
from typing import Any

import numpy as np
from django.db.models import Count, Max

from .engine.mfcc import COEFFICIENTS
from .engine.strategies import Library
from .models import GenreModel, Track, TrackFeatures

Stamp = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class _Built:
    stamp: Stamp
    library: Library


_built: dict[int, _Built] = {}


def current_library(model: GenreModel) -> Library:
    """The library as the model hears it; cheap when nothing changed since the last call."""
    stamp = state_of(model)
    built = _built.get(model.pk)
    if built is None or built.stamp != stamp:
        built = _built[model.pk] = _Built(stamp, _load(model))
    return built.library


def state_of(model: GenreModel) -> Stamp:
    """Differs whenever a track or what the model heard in it was added, edited or removed."""
    tracks = Track.objects.aggregate(Count("pk"), Max("updated_at"))
    features = model.features.aggregate(Count("pk"), Max("pk"), Max("computed_at"))
    return (*tracks.values(), *features.values())


def _load(model: GenreModel) -> Library:
    rows = list(
        TrackFeatures.objects.filter(model=model, track__in=Track.objects.offered())
        .order_by("track_id")
        .values_list(
            "track_id",
            "probabilities",
            "embedding",
            "mfcc",
            "fingerprint",
            "track__genre",
            "track__artist",
            "track__audio_sha256",
        )
    )
    ids, probabilities, embeddings, mfccs, fingerprints, genres, artists, hashes = (
        zip(*rows, strict=True) if rows else ((),) * 8
    )
    return Library(
        ids=np.array(ids, dtype=np.int64),
        probabilities=np.array(probabilities, dtype=np.float64).reshape(-1, len(model.genres)),
        embeddings=_matrix(embeddings, "<f4"),
        mfccs=_rows(mfccs, 2 * COEFFICIENTS),
        genres=tuple(genres),
        artists=tuple(artists),
        fingerprints=_matrix(fingerprints, np.uint8),
        revision=_revision(model, mfccs, hashes, probabilities, genres, artists),
    )


def _matrix(blobs: tuple[Any, ...], dtype: Any) -> np.ndarray:
    return np.array([np.frombuffer(blob, dtype=dtype) for blob in blobs])


def _rows(blobs: tuple[Any, ...], width: int) -> np.ndarray:
    """One row a song; NaN where nothing is known."""
    table = np.full((len(blobs), width), np.nan, dtype=np.float32)
    for row, blob in zip(table, blobs, strict=True):
        if len(blob):
            row[:] = np.frombuffer(blob, dtype="<f4")
    return table


def _revision(model: GenreModel, mfccs: tuple[Any, ...], *columns: tuple[Any, ...]) -> str:
    """A hash over everything that a strategy can see, so that equal revisions mean equal input.

    What follows from model and sound alone is told by their hashes, as long as it is there.
    """
    digest = hashlib.sha256(model.version.encode())
    missing = [row for row, blob in enumerate(mfccs) if not len(blob)]
    if missing:
        digest.update(repr(missing).encode())
    for row in zip(*columns, strict=True):
        digest.update(repr(row).encode())
    return digest.hexdigest()
