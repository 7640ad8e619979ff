"""The table of playlist metrics: each shown playlist measured with each source of labels."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from .codebook import columns
from .frames import Library, label
from .metrics import coverage, evaluate, novelty

Label = str | None


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


def playlist_metrics(
    playlists: pd.DataFrame, listened: pd.DataFrame, library: Library
) -> pd.DataFrame:
    """One row for each playlist and label source, with its participant and period.

    `playlists` and `listened` (one row a track, in playing order) come from the frames. A
    listen, for novelty, is a track of a playlist of which anything was heard.
    """
    metadata = metadata_labels(library)
    cnn = {model: cnn_labels(library, model) for model in library.model_genres}
    tracks = {pk: group.tolist() for pk, group in listened.groupby("playlist_id")["track_id"]}
    listens = Counter(listened.loc[listened["heard_s"] > 0, "track_id"].tolist())
    rows = []
    for playlist in playlists.sort_values("playlist_id").to_dict("records"):
        shown = tracks.get(playlist["playlist_id"], [])
        common = {**playlist, "novelty_bits": _novelty(shown, listens, library)}
        for source, labels in (("metadata", metadata), ("cnn", cnn[playlist["model"]])):
            measured = _evaluate(playlist, shown, labels, library)
            rows.append({**common, "label_source": source, **measured})
    names = [column.name for column in columns("playlist_metrics")]
    return pd.DataFrame(rows, columns=["participant_id", "period", *names])


def _evaluate(
    playlist: Mapping[Any, Any], shown: Sequence[int], labels: Labels, library: Library
) -> dict[str, float | int | str]:
    model = playlist["model"]
    genre, vector = _query(playlist, labels, library)
    return evaluate(
        genres=[labels.genres.get(track) for track in shown],
        artists=[library.artists[track] for track in shown],
        vectors=[library.vectors.get((model, track)) for track in shown],
        query_genre=genre,
        query_vector=vector,
        library=labels.shares,
    )


def _query(
    playlist: Mapping[Any, Any], labels: Labels, library: Library
) -> tuple[Label, list[float] | None]:
    """The query song's label and vector; a participant's own song has the genre that they picked,
    or that the network hears in it."""
    model, query = playlist["model"], playlist["query"]
    if playlist["query_source"] == "library":
        return labels.genres.get(query), library.vectors.get((model, query))
    vector = playlist["own_vector"]
    return labels.of_own(playlist["own_genre"], vector), vector


def _novelty(shown: Sequence[int], listens: Counter[int], library: Library) -> float:
    return novelty([listens[track] for track in shown], listens.total(), len(library.genres))


def catalogue_coverage(
    listened: pd.DataFrame, conditions: Sequence[str], library: Library
) -> list[dict[str, Any]]:
    """For each condition, how much of the library its playlists have shown."""
    return [
        {
            "condition": condition,
            "tracks_shown": len(set(shown)),
            "tracks_in_library": len(library.genres),
            "coverage": coverage(shown, len(library.genres)) if library.genres else None,
        }
        for condition in conditions
        for shown in [listened.loc[listened["condition"] == condition, "track_id"].tolist()]
    ]
