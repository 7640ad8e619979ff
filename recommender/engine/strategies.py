"""The conditions that a study can compare: each ranks a library for a query song.

A strategy only orders songs. Leaving out the query and its duplicates, the limit on songs of one
artist, and the length are the same for all and live in `make_playlist`.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from recommender.engine.fingerprint import duplicates
from recommender.engine.genre_space import GenreSpace, Ids, distances_to


class StrategyError(ValueError):
    """A playlist that can't be made; the message says why and what to do, in plain words."""


@dataclass(frozen=True, slots=True, eq=False)
class Library:
    """All songs that can be recommended, row by row; order does not matter.

    ids : (N,) distinct integers. probabilities : (N, K). embeddings : (N, D). genres : the label in
    the metadata, "" where unknown. artists : "" where unknown. fingerprints : (N, F) uint8, a row
    of zeros where unknown. revision : names this state of the library.
    Indexes over it are built on first use and kept.
    """

    ids: Ids
    probabilities: npt.NDArray[Any]
    embeddings: npt.NDArray[Any]
    genres: Sequence[str]
    artists: Sequence[str]
    fingerprints: npt.NDArray[np.uint8]
    revision: str
    _kept: dict[str, Any] = field(default_factory=dict, init=False, repr=False)

    def __len__(self) -> int:
        return len(self.ids)

    def row(self, track_id: int) -> int:
        """The row of a track. Raises StrategyError if it is not in the library."""
        rows = self._keep("rows", lambda: {int(key): row for row, key in enumerate(self.ids)})
        if track_id not in rows:
            raise StrategyError("The query song is not in the library, or not analysed yet.")
        return int(rows[track_id])

    def genre_space(self) -> GenreSpace:
        return self._keep("space", lambda: GenreSpace(self.ids, self.probabilities))

    def embedding_space(self) -> GenreSpace:
        return self._keep("embedding", lambda: GenreSpace(self.ids, self.embeddings))

    def of_genre(self, genre: str) -> Ids:
        """Ids of the songs with a label, ascending."""
        return self._keep(f"genre {genre}", lambda: self._of_genre(genre))

    def in_order(self) -> Ids:
        """All ids, ascending: what random choices are drawn from, so rows may be in any order."""
        return self._keep("sorted", lambda: np.sort(self.ids))

    def _of_genre(self, genre: str) -> Ids:
        return np.sort(self.ids[np.array([label == genre for label in self.genres], dtype=bool)])

    def _keep(self, key: str, make: Callable[[], Any]) -> Any:
        if key not in self._kept:
            self._kept[key] = make()
        return self._kept[key]


@dataclass(frozen=True, slots=True)
class Pick:
    """A song of a playlist. distance : Euclidean, in the genre space, to the query (0 to √2)."""

    track_id: int
    distance: float


@dataclass(frozen=True, slots=True)
class Param:
    """A setting of a strategy, with bounds (both included) where it is a number."""

    name: str
    type: type
    default: Any
    low: float
    high: float
    label: str
    help: str


Ranking = Callable[[Library, int, Mapping[str, Any], np.random.Generator], Iterator[int]]


@dataclass(frozen=True, slots=True)
class Strategy:
    """A named way to rank the library; `rank` yields track ids, best first."""

    name: str
    label: str
    help: str
    params: tuple[Param, ...]
    rank: Ranking


LENGTH = Param("length", int, 10, 1, 50, "Number of songs", "How many songs a playlist has.")
MAX_PER_ARTIST = Param(
    "max_per_artist", int, 0, 0, 50, "Songs by one artist, at most",
    "0 sets no limit. Songs whose artist is unknown are never limited.",
)  # fmt: skip
COMMON = (LENGTH, MAX_PER_ARTIST)


def rank_genre_space(
    library: Library, row: int, params: Mapping[str, Any], rng: np.random.Generator
) -> Iterator[int]:
    """Nearest in the space of genre probabilities, Euclidean; equal distances by id."""
    return _nearest(library.genre_space(), library.probabilities[row])


def rank_embedding(
    library: Library, row: int, params: Mapping[str, Any], rng: np.random.Generator
) -> Iterator[int]:
    """Nearest in the network's penultimate layer, Euclidean, after van den Oord, Dieleman &
    Schrauwen (2013), "Deep content-based music recommendation", where latent factors take that
    place."""
    return _nearest(library.embedding_space(), library.embeddings[row])


def rank_same_genre(
    library: Library, row: int, params: Mapping[str, Any], rng: np.random.Generator
) -> Iterator[int]:
    """Random among the songs with the query's genre label: the baseline by metadata alone."""
    if not library.genres[row]:
        raise StrategyError(
            "The query song has no genre label, which this kind of playlist needs. "
            "Add its genre, or choose another query song."
        )
    return _shuffled(library.of_genre(library.genres[row]), rng)


def rank_random(
    library: Library, row: int, params: Mapping[str, Any], rng: np.random.Generator
) -> Iterator[int]:
    """Random songs of the whole library: the floor that any recommender must beat."""
    return _shuffled(library.in_order(), rng)


STRATEGIES: dict[str, Strategy] = {
    strategy.name: strategy
    for strategy in (
        Strategy(
            "genre_space", "Nearest in the genre space",
            "The songs whose genre probabilities are nearest to the query song's.",
            COMMON, rank_genre_space,
        ),
        Strategy(
            "embedding", "Nearest in the network's last hidden layer",
            "The songs that the network hears most alike, finer than three genres can say.",
            COMMON, rank_embedding,
        ),
        Strategy(
            "same_genre", "Random, of the same genre",
            "Random songs with the query song's genre label.", COMMON, rank_same_genre,
        ),
        Strategy(
            "random", "Random", "Random songs of the whole library.", COMMON, rank_random,
        ),
    )
}  # fmt: skip


def make_playlist(
    library: Library, query_id: int, strategy: str, params: Mapping[str, Any], seed: int
) -> list[Pick]:
    """The songs for a query song, best first.

    The same library, query, strategy, parameters and seed give the same playlist, whatever the
    order of the library's rows. The query, and recordings that are duplicates of it by fingerprint,
    are left out. Different queries draw differently from one seed.

    Raises
    ------
    StrategyError : unknown strategy or parameter, a value out of bounds, a query that is not in the
        library or lacks a genre that is needed, or fewer than `length` songs to choose from.
    """
    if strategy not in STRATEGIES:
        raise StrategyError(
            f'There is no strategy "{strategy}"; choose of {", ".join(STRATEGIES)}.'
        )
    chosen = STRATEGIES[strategy]
    values = checked_params(chosen, params)
    row = library.row(query_id)
    rng = np.random.default_rng([abs(int(seed)), int(seed < 0), abs(query_id)])
    rows = list(_filtered(library, row, chosen.rank(library, row, values, rng), values))
    if len(rows) < values["length"]:
        raise StrategyError(_too_few(len(rows), values))
    near = np.asarray(library.probabilities[rows], dtype=np.float64)
    distances = distances_to(near, np.asarray(library.probabilities[row], dtype=np.float64))
    return [Pick(int(library.ids[r]), float(d)) for r, d in zip(rows, distances, strict=True)]


def checked_params(strategy: Strategy, params: Mapping[str, Any]) -> dict[str, Any]:
    """All parameters with their values, defaults filled in. Raises StrategyError."""
    known = {param.name: param for param in strategy.params}
    unknown = sorted(set(params) - set(known))
    if unknown:
        raise StrategyError(f'"{strategy.label}" has no setting {", ".join(unknown)}.')
    return {name: _checked(param, params.get(name, param.default)) for name, param in known.items()}


def _checked(param: Param, value: Any) -> Any:
    whole = isinstance(value, int) and not isinstance(value, bool)
    number = whole or (param.type is float and isinstance(value, float))
    if not number or not param.low <= value <= param.high:
        kind = "a whole number" if param.type is int else "a number"
        raise StrategyError(f"{param.label}: must be {kind} from {param.low:g} to {param.high:g}.")
    return param.type(value)


def _filtered(
    library: Library, query: int, ranked: Iterator[int], values: Mapping[str, Any]
) -> Iterator[int]:
    """Rows in the strategy's order without those that no playlist may hold, `length` at most."""
    limit, left = values["max_per_artist"], values["length"]
    heard: Counter[str] = Counter()
    for track_id in ranked:
        row = library.row(track_id)
        artist = library.artists[row]
        if row == query or (limit and artist and heard[artist] >= limit):
            continue
        if duplicates(library.fingerprints[query], library.fingerprints[row]):
            continue
        heard[artist] += 1
        yield row
        left -= 1
        if not left:
            return


def _nearest(space: GenreSpace, point: npt.NDArray[Any]) -> Iterator[int]:
    """Ids by distance, fetched in growing portions: mostly the first is enough."""
    given, portion = 0, 64
    while given < len(space):
        ids, _ = space.nearest(point, portion)
        yield from ids[given:].tolist()
        given, portion = len(ids), portion * 4


def _shuffled(ids: Ids, rng: np.random.Generator) -> Iterator[int]:
    yield from rng.permutation(ids).tolist()


def _too_few(found: int, values: Mapping[str, Any]) -> str:
    limit = values["max_per_artist"]
    within = f" with at most {limit} by one artist" if limit else ""
    return (
        f"Only {found} of {values['length']} songs can be found for this query song{within}. "
        "Add songs to the library, or ask for a shorter playlist."
    )
