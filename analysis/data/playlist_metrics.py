"""The table of playlist metrics: each shown playlist measured with each source of labels."""

import math
from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from analysis.metrics import Measured, coverage, in_space, novelties, with_labels

from .codebook import columns
from .study_library import Library, label

Label = str | None
SOURCES = ("metadata", "cnn")


@dataclass(frozen=True, slots=True)
class Labels:
    """The genres of tracks as one source has them, and their shares in the library."""

    genres: Mapping[int, Label]
    shares: Mapping[str, float]
    names: Sequence[str] = ()

    def of_own(self, picked: str, vector: Sequence[float]) -> Label:
        """A participant's own song's; `names` are the network's, where it is the source."""
        return _most_probable(self.names, vector) if self.names else label(picked)


def metadata_labels(library: Library) -> Labels:
    found = Counter(genre for genre in library.genres.values() if genre)
    return Labels(library.genres, _shares(found))


def cnn_labels(library: Library, model: int) -> Labels:
    """Each track's most probable genre; the first of equals."""
    names = library.model_genres[model]
    genres: dict[int, Label] = {
        track: _most_probable(names, vector)
        for (heard_by, track), vector in library.vectors.items()
        if heard_by == model and len(vector) == len(names)
    }
    found = Counter(dict.fromkeys(names, 0))
    found.update(genre for genre in genres.values() if genre)
    return Labels(genres, _shares(found), names)


def _most_probable(names: Sequence[str], vector: Sequence[float]) -> str:
    return names[list(vector).index(max(vector))]


def _shares(found: Counter[str]) -> dict[str, float]:
    total = found.total()
    return {genre: n / total for genre, n in sorted(found.items())} if total else {}


@dataclass(frozen=True, slots=True)
class Measure:
    """What playlists are measured by; `labels` of each model, the library's and its own.

    A listen, for novelty, is a track of a playlist of which anything was heard.
    """

    library: Library
    labels: Mapping[int, Mapping[str, Labels]]
    listens: Mapping[int, int]
    n_listens: int


def measure(library: Library, listens: Counter[int]) -> Measure:
    metadata = metadata_labels(library)
    labels = {
        model: {"metadata": metadata, "cnn": cnn_labels(library, model)}
        for model in library.model_genres
    }
    return Measure(library, labels, listens, listens.total())


def playlist_metrics(
    playlists: pd.DataFrame, tracks: Mapping[int, Sequence[int]], by: Measure
) -> pd.DataFrame:
    """One row for each playlist and label source, with its participant and period.

    `playlists`, in the order of the rows, and the `tracks` of each, in playing order, come from
    the frames.
    """
    records = playlists.to_dict("records")
    shown = [tracks.get(playlist["playlist_id"], ()) for playlist in records]
    in_genre_space = in_space(
        [vectors(playlist["model"], of, by) for playlist, of in zip(records, shown, strict=True)],
        [query_vector(playlist, by) for playlist in records],
    )
    measured = {
        source: _with_labels(records, shown, in_genre_space, source, by) for source in SOURCES
    }
    rarity = _rarity(shown, by)
    rows = [
        {
            **playlist,
            "label_source": source,
            "novelty_bits": rarity[index],
            "n_learned": by.library.n_learned(playlist["model"], shown[index]),
            **found[index],
        }
        for index, playlist in enumerate(records)
        for source, found in measured.items()
    ]
    names = [column.name for column in columns("playlist_metrics")]
    return pd.DataFrame(rows, columns=["participant_id", "period", *names])


def _with_labels(
    playlists: Sequence[Mapping[Any, Any]],
    shown: Sequence[Sequence[int]],
    space: Sequence[Measured],
    source: str,
    by: Measure,
) -> list[Measured]:
    """The metrics with one source of labels, model by model: each has labels of its own."""
    found: list[Measured] = [{}] * len(playlists)
    of_model: dict[int, list[int]] = defaultdict(list)
    for index, playlist in enumerate(playlists):
        of_model[playlist["model"]].append(index)
    for model, members in of_model.items():
        labels, artists = by.labels[model][source], by.library.artists
        measured = with_labels(
            [space[index] for index in members],
            [[labels.genres.get(track) for track in shown[index]] for index in members],
            [[artists.get(track) for track in shown[index]] for index in members],
            [_query_genre(playlists[index], labels) for index in members],
            labels.shares,
        )
        for index, one in zip(members, measured, strict=True):
            found[index] = one
    return found


def _rarity(playlists: Sequence[Sequence[int]], by: Measure) -> list[float]:
    """The novelty of each; those of equal length are measured together."""
    found, alike = [math.nan] * len(playlists), defaultdict(list)
    for index, shown in enumerate(playlists):
        alike[len(shown)].append(index)
    for members in alike.values():
        listens = [[by.listens.get(track, 0) for track in playlists[index]] for index in members]
        together = novelties(np.array(listens, float), by.n_listens, len(by.library.genres))
        for index, bits in zip(members, together.tolist(), strict=True):
            found[index] = bits
    return found


def vectors(model: int, shown: Sequence[int], by: Measure) -> list[list[float] | None]:
    return [by.library.vectors.get((model, track)) for track in shown]


def query_vector(playlist: Mapping[Any, Any], by: Measure) -> list[float] | None:
    if playlist["query_source"] == "library":
        return by.library.vectors.get((playlist["model"], playlist["query"]))
    return playlist["own_vector"]


def _query_genre(playlist: Mapping[Any, Any], labels: Labels) -> Label:
    """A participant's own song has the genre that they picked, or that the network hears in it."""
    if playlist["query_source"] == "library":
        return labels.genres.get(playlist["query"])
    return labels.of_own(playlist["own_genre"], playlist["own_vector"])


def catalogue_coverage(
    shown: Mapping[str, Collection[int]], conditions: Sequence[str], library: Library
) -> list[dict[str, Any]]:
    """For each condition, how much of the library its playlists have shown."""
    n_library = len(library.genres)
    return [
        {
            "condition": condition,
            "tracks_shown": len(shown.get(condition, ())),
            "tracks_in_library": n_library,
            "coverage": coverage(shown.get(condition, ()), n_library) if n_library else None,
        }
        for condition in conditions
    ]
