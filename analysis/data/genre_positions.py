"""Where playlists and their query songs lie in the genre space."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.metrics import are_probabilities

from .codebook import columns
from .playlist_metrics import Measure, query_vector, vectors


def places(
    playlists: pd.DataFrame,
    tracks: Mapping[int, Sequence[int]],
    by: Measure,
    versions: Mapping[int, str],
) -> pd.DataFrame:
    """The table `playlist_places`: one row for each playlist shown and genre of its model.

    `playlists` and `tracks` come from the frames; `versions` are the models' by their number. What
    is no vector of probabilities is left out of a mean; a query song's is then missing.
    """
    names = [column.name for column in columns("playlist_places")]
    rows = [
        (one["playlist_id"], one["condition"], versions[one["model"]], *place)
        for one in playlists.to_dict("records")
        for place in _by_genre(one, tracks.get(one["playlist_id"], ()), by)
    ]
    return pd.DataFrame(rows, columns=names)


def _by_genre(
    playlist: Mapping[Any, Any], shown: Sequence[int], by: Measure
) -> list[tuple[str, float, float]]:
    genres = by.library.model_genres[playlist["model"]]
    songs = _sound(vectors(playlist["model"], shown, by), len(genres))
    mean = songs.mean(axis=0) if len(songs) else np.full(len(genres), np.nan)
    query = _sound([query_vector(playlist, by)], len(genres))
    asked = query[0] if len(query) else np.full(len(genres), np.nan)
    return list(zip(genres, asked.tolist(), mean.tolist(), strict=True))


def _sound(found: Sequence[Sequence[float] | None], n_genres: int) -> NDArray[np.float64]:
    """Those that are vectors of probabilities, of shape (n, K)."""
    known = [vector for vector in found if vector is not None and len(vector) == n_genres]
    array = np.array(known, dtype=np.float64).reshape(len(known), n_genres)
    return array[are_probabilities(array)]
