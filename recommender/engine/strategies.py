"""The conditions that a study can compare: each ranks a library for a query song.

A strategy only orders songs. Leaving out the query and duplicates, the limit on songs of one
artist, diversity, and the length are the same for all and live in `make_playlist`.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

import numpy as np
import numpy.typing as npt

from recommender.engine.diversity import diversified
from recommender.engine.fingerprint import duplicates
from recommender.engine.genre_space import Doubles, GenreSpace, Ids, distances_to
from recommender.engine.params import COMMON, Param, StrategyError, checked


@dataclass(frozen=True, slots=True, eq=False)
class Library:
    """All songs that can be recommended, row by row; order does not matter.

    ids : (N,) distinct integers. probabilities : (N, K). embeddings : (N, D). mfccs : (N, M) MFCC
    statistics, a row of NaN where unknown. genres : the label in the metadata, "" where unknown.
    artists : "" where unknown. fingerprints : (N, F) uint8, a row of zeros where unknown.
    revision : names this state of the library.
    Indexes over it are built on first use and kept.
    """

    ids: Ids
    probabilities: npt.NDArray[Any]
    embeddings: npt.NDArray[Any]
    mfccs: npt.NDArray[Any]
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

    def query(self, track_id: int) -> "Query":
        """A track as a query. Raises StrategyError if it is not in the library."""
        row = self.row(track_id)
        return Query(
            number=track_id,
            probabilities=self.probabilities[row],
            embedding=self.embeddings[row],
            mfcc=self.mfccs[row],
            fingerprint=self.fingerprints[row],
            genre=self.genres[row],
            row=row,
        )

    def genre_space(self) -> GenreSpace:
        return self._keep("space", lambda: GenreSpace(self.ids, self.probabilities))

    def embedding_space(self) -> GenreSpace:
        return self._keep("embedding", lambda: GenreSpace(self.ids, self.embeddings))

    def timbres(self) -> Doubles:
        """MFCC statistics, each standardised over the library, so that all count alike."""
        return self._keep("timbres", lambda: self.timbre(self.mfccs))

    def timbre(self, mfccs: npt.NDArray[Any]) -> Doubles:
        """MFCC statistics of any songs, standardised as the library's are."""
        centre, spread = self._keep("scale", self._scale)
        return (np.asarray(mfccs, dtype=np.float64) - centre) / spread

    def timbre_space(self) -> GenreSpace:
        known = np.isfinite(self.timbres()).all(axis=1)
        return self._keep("mfcc", lambda: GenreSpace(self.ids[known], self.timbres()[known]))

    def _scale(self) -> tuple[Doubles, Doubles]:
        values = np.asarray(self.mfccs, dtype=np.float64)
        # Summed in the order of ids, so that rounding does not depend on the order of rows.
        known = values[np.argsort(self.ids)]
        known = known[np.isfinite(known).all(axis=1)]
        spread = known.std(axis=0) if len(known) else np.ones(values.shape[1])
        centre = known.mean(axis=0) if len(known) else np.zeros(values.shape[1])
        return centre, np.where(spread > 0, spread, 1.0)

    def of_genre(self, genre: str) -> Ids:
        """Ids of the songs with a label, ascending."""
        return self._keep(f"genre {genre}", lambda: self._labelled({genre}))

    def like_genre(self, genre: str) -> Ids:
        """The same, of all labels that differ in case alone."""
        alike = {label for label in self.genres if label.casefold() == genre.casefold()}
        return self._labelled(alike)

    def in_order(self) -> Ids:
        """All ids, ascending: what random choices are drawn from, so rows may be in any order."""
        return self._keep("sorted", lambda: np.sort(self.ids))

    def _labelled(self, genres: set[str]) -> Ids:
        return np.sort(self.ids[np.array([label in genres for label in self.genres], dtype=bool)])

    def _keep(self, key: str, make: Callable[[], Any]) -> Any:
        if key not in self._kept:
            self._kept[key] = make()
        return self._kept[key]


@dataclass(frozen=True, slots=True, eq=False)
class Query:
    """A song to find others for, of the library or from outside.

    number : tells queries apart where chance is drawn, such as a track's id; not negative.
    probabilities : (K,). embedding : (D,). mfcc : (M,), NaN where unknown. fingerprint : (F,)
    uint8. genre : its label; that of a song from outside is compared without case. row : where it
    is in the library, None for a song from outside.
    """

    number: int
    probabilities: npt.NDArray[Any]
    embedding: npt.NDArray[Any]
    mfcc: npt.NDArray[Any]
    fingerprint: npt.NDArray[np.uint8]
    genre: str
    row: int | None = None


@dataclass(frozen=True, slots=True)
class Pick:
    """A song of a playlist. distance : Euclidean, in the genre space, to the query (0 to √2)."""

    track_id: int
    distance: float


# What songs can be chosen by. A metric that is computed from the same can't judge the choice.
NETWORK, METADATA, ARTISTS = "cnn", "metadata", "artists"

# Diversity chooses among this many times the songs needed.
_POOL = 5

Ranking = Callable[[Library, Query, Mapping[str, Any], np.random.Generator], Iterator[int]]


@dataclass(frozen=True, slots=True)
class Strategy:
    """A named way to rank the library; `rank` yields track ids, best first. `points` are the songs
    (N, d) where it looks for likeness, which diversity is measured in, and `point` is the query
    (d,) among them; `by_likeness` is off where the order is random, so that no song is more
    relevant than another. `chooses_by` says what its order follows: the network's hearing of the
    songs, their genre labels, or neither."""

    name: str
    label: str
    help: str
    params: tuple[Param, ...]
    rank: Ranking
    points: Callable[[Library], npt.NDArray[Any]]
    point: Callable[[Library, Query], npt.NDArray[Any]]
    by_likeness: bool = True
    chooses_by: frozenset[str] = frozenset()


def rank_genre_space(
    library: Library, query: Query, params: Mapping[str, Any], rng: np.random.Generator
) -> Iterator[int]:
    """Nearest in the space of genre probabilities, Euclidean; equal distances by id."""
    return _nearest(library.genre_space(), query.probabilities)


def rank_embedding(
    library: Library, query: Query, params: Mapping[str, Any], rng: np.random.Generator
) -> Iterator[int]:
    """Nearest in the network's penultimate layer, Euclidean, after van den Oord, Dieleman &
    Schrauwen (2013), "Deep content-based music recommendation", where latent factors take that
    place."""
    return _nearest(library.embedding_space(), query.embedding)


def rank_mfcc(
    library: Library, query: Query, params: Mapping[str, Any], rng: np.random.Generator
) -> Iterator[int]:
    """Nearest by means and deviations of 20 MFCCs, Euclidean after standardising over the library:
    the content baseline without a network, after Logan (2000) and Tzanetakis & Cook (2002)."""
    point = library.timbre(query.mfcc)
    if not np.isfinite(point).all():
        raise StrategyError(
            "The query song's MFCCs are not computed yet, which this kind of playlist needs. "
            "Run manage.py index_tracks."
        )
    return _nearest(library.timbre_space(), point)


def rank_same_genre(
    library: Library, query: Query, params: Mapping[str, Any], rng: np.random.Generator
) -> Iterator[int]:
    """Random among the songs with the query's genre label: the baseline by metadata alone."""
    if not query.genre:
        raise StrategyError(
            "The query song has no genre label, which this kind of playlist needs. "
            "Add its genre, or choose another query song."
        )
    outside = query.row is None
    of_genre = library.like_genre if outside else library.of_genre
    return _shuffled(of_genre(query.genre), rng)


def rank_random(
    library: Library, query: Query, params: Mapping[str, Any], rng: np.random.Generator
) -> Iterator[int]:
    """Random songs of the whole library: the floor that any recommender must beat."""
    return _shuffled(library.in_order(), rng)


STRATEGIES: dict[str, Strategy] = {
    strategy.name: strategy
    for strategy in (
        Strategy(
            "genre_space", "Nearest in the genre space",
            "The songs whose genre probabilities are nearest to the query song's.",
            COMMON, rank_genre_space, lambda library: library.probabilities,
            lambda _, query: query.probabilities, chooses_by=frozenset({NETWORK}),
        ),
        Strategy(
            "embedding", "Nearest in the network's last hidden layer",
            "The songs that the network hears most alike, finer than three genres can say.",
            COMMON, rank_embedding, lambda library: library.embeddings,
            lambda _, query: query.embedding, chooses_by=frozenset({NETWORK}),
        ),
        Strategy(
            "mfcc", "Nearest by MFCC statistics",
            "The songs with the most similar timbre, as described before there were networks.",
            COMMON, rank_mfcc, lambda library: library.timbres(),
            lambda library, query: library.timbre(query.mfcc),
        ),
        Strategy(
            "same_genre", "Random, of the same genre",
            "Random songs with the query song's genre label.", COMMON, rank_same_genre,
            lambda library: library.probabilities, lambda _, query: query.probabilities,
            by_likeness=False, chooses_by=frozenset({METADATA}),
        ),
        Strategy(
            "random", "Random", "Random songs of the whole library.", COMMON, rank_random,
            lambda library: library.probabilities, lambda _, query: query.probabilities,
            by_likeness=False,
        ),
    )
}  # fmt: skip


def make_playlist(
    library: Library, query: Query | int, strategy: str, params: Mapping[str, Any], seed: int
) -> list[Pick]:
    """The songs for a query song, best first; a number is a track of the library.

    The same library, query, strategy, parameters and seed give the same playlist, whatever the
    order of the library's rows. Different queries draw differently from one seed. The query, and
    recordings that are duplicates of it by fingerprint, are left out; with `distinct` also
    duplicates within the playlist. With `diversity` the songs are chosen by `diversified` from the
    strategy's best, five times as many as needed.

    Raises
    ------
    StrategyError : unknown strategy or parameter, a value out of bounds, a query that is not in the
        library or lacks a genre that is needed, or fewer than `length` songs to choose from.
    """
    if strategy not in STRATEGIES:
        raise StrategyError(_unknown(strategy))
    chosen = STRATEGIES[strategy]
    values = checked_params(chosen, params)
    asked = query if isinstance(query, Query) else library.query(query)
    rng = np.random.default_rng([abs(int(seed)), int(seed < 0), abs(asked.number)])
    rows = _chosen(library, asked, chosen, values, rng)
    if len(rows) < values["length"]:
        raise StrategyError(_too_few(len(rows), values))
    near = np.asarray(library.probabilities[rows], dtype=np.float64)
    distances = distances_to(near, np.asarray(asked.probabilities, dtype=np.float64))
    return [Pick(int(library.ids[r]), float(d)) for r, d in zip(rows, distances, strict=True)]


def chosen_by(strategy: str, params: Mapping[str, Any]) -> frozenset[str]:
    """What playlists with these parameters are chosen by: NETWORK, METADATA, ARTISTS, or some.

    That is what the strategy says of itself; with a limit on songs of one artist also the artists,
    and where order is random but diversity wanted, the genre space that diversity is measured in.
    Raises StrategyError.
    """
    if strategy not in STRATEGIES:
        raise StrategyError(_unknown(strategy))
    of = STRATEGIES[strategy]
    values = checked_params(of, params)
    spread = {NETWORK} if values["diversity"] > 0 and not of.by_likeness else set()
    return of.chooses_by | spread | ({ARTISTS} if values["max_per_artist"] else set())


def checked_params(strategy: Strategy, params: Mapping[str, Any]) -> dict[str, Any]:
    """All parameters with their values, defaults filled in. Raises StrategyError."""
    return checked(strategy.label, strategy.params, params)


def _chosen(
    library: Library,
    query: Query,
    strategy: Strategy,
    values: Mapping[str, Any],
    rng: np.random.Generator,
) -> list[int]:
    length, diversity = values["length"], values["diversity"]
    pool = length if diversity == 0.0 else length * _POOL
    ranked = strategy.rank(library, query, values, rng)
    rows = list(islice(_filtered(library, query, ranked, values), pool))
    if diversity == 0.0:
        return rows
    points = np.asarray(strategy.points(library), dtype=np.float64)
    place = np.asarray(strategy.point(library, query), dtype=np.float64)
    centre = place if strategy.by_likeness else None
    return [rows[i] for i in diversified(points[rows], centre, length, diversity)]


def _filtered(
    library: Library, query: Query, ranked: Iterator[int], values: Mapping[str, Any]
) -> Iterator[int]:
    """Rows in the strategy's order without those that no playlist may hold."""
    limit, distinct = values["max_per_artist"], values["distinct"]
    heard: Counter[str] = Counter()
    prints = [query.fingerprint]
    for track_id in ranked:
        row = library.row(track_id)
        artist = library.artists[row]
        if row == query.row or (limit and artist and heard[artist] >= limit):
            continue
        if any(duplicates(known, library.fingerprints[row]) for known in prints):
            continue
        heard[artist] += 1
        if distinct:
            prints.append(library.fingerprints[row])
        yield row


def _nearest(space: GenreSpace, point: npt.NDArray[Any]) -> Iterator[int]:
    """Ids by distance, fetched in growing portions: mostly the first is enough."""
    given, portion = 0, 64
    while given < len(space):
        ids, _ = space.nearest(point, portion)
        yield from ids[given:].tolist()
        given, portion = len(ids), portion * 4


def _shuffled(ids: Ids, rng: np.random.Generator) -> Iterator[int]:
    yield from rng.permutation(ids).tolist()


def _unknown(strategy: str) -> str:
    return f'There is no strategy "{strategy}"; choose of {", ".join(STRATEGIES)}.'


def _too_few(found: int, values: Mapping[str, Any]) -> str:
    limit = values["max_per_artist"]
    within = f" with at most {limit} by one artist" if limit else ""
    return (
        f"Only {found} of {values['length']} songs can be found for this query song{within}. "
        "Add songs to the library, or ask for a shorter playlist."
    )
