"""Every metric of a playlist, or of many at once, as rows of `playlist_metrics`."""

import math
from collections.abc import Collection, Iterator, Mapping, Sequence

import numpy as np

from .labels import (
    UNKNOWN,
    Labels,
    adjacent,
    chance,
    encoded,
    entropy,
    normalised,
    pairwise,
    sizes,
    to_query,
)
from .space import (
    Floats,
    Vector,
    Vectors,
    compactnesses,
    cosine_diversities,
    distances_to_queries,
    diversities,
    problems_of,
    soft_entropies,
)

Measured = dict[str, float | int | str]


def evaluate(
    *,
    genres: Labels,
    artists: Labels,
    vectors: Vectors,
    query_genre: str | None,
    query_vector: Vector | None,
    library: Mapping[str, float],
) -> Measured:
    """Every metric of one playlist, in playing order, as one row of `playlist_metrics`.

    `vectors` holds None where a track has none; `library` maps genres to their shares.
    Raises nothing for poor data: what is missing or refused is NaN and named in `flags`.
    """
    space = in_space([vectors], [query_vector])
    (measured,) = with_labels(space, [genres], [artists], [query_genre], library)
    return measured


def with_labels(
    space: Sequence[Measured],
    genres: Sequence[Labels],
    artists: Sequence[Labels],
    query_genres: Labels,
    library: Mapping[str, float],
) -> list[Measured]:
    """The metrics in space of many playlists, as `in_space` gives them, with those on labels."""
    codes, queries = encoded(genres, query_genres)
    makers, _ = encoded(artists)
    lengths = [len(labels) for labels in genres]
    n_known, n_makers = ((one != UNKNOWN).sum(axis=-1).tolist() for one in (codes, makers))
    counts = sizes(codes)
    counted = {
        "cohesion_artist_pair": pairwise(makers),
        "cohesion_genre_pair": pairwise(codes),
        "cohesion_genre_adjacent": adjacent(codes),
        "cohesion_genre_query": to_query(codes, queries),
    }
    columns = {
        "n_tracks": lengths,
        "n_known": n_known,
        "coverage": [k / n if n else math.nan for k, n in zip(n_known, lengths, strict=True)],
        **{name: values.tolist() for name, values in counted.items()},
        "chance": [chance(tuple(library.values()))] * len(lengths),
        "entropy_bits": [entropy(one) for one in counts],
        "entropy_normalised": [normalised(one, len(library)) for one in counts],
    }
    flags = zip(
        lengths, n_known, n_makers, queries.tolist(), (one["flags"] for one in space), strict=True
    )
    said = [_flags(*one, one_genre=len(library) < 2) for one in flags]
    rows = zip(*columns.values(), said, strict=True)
    names = (*columns, "flags")
    return [
        {**one, **dict(zip(names, row, strict=True))} for one, row in zip(space, rows, strict=True)
    ]


def _flags(
    n_tracks: int, n_known: int, n_makers: int, query: int, of_space: object, *, one_genre: bool
) -> str:
    flags = (
        ("no_tracks", n_tracks == 0),
        ("one_track", n_tracks == 1),
        ("fewer_than_two_known_genres", n_known < 2),
        ("fewer_than_two_known_artists", n_makers < 2),
        ("query_genre_unknown", query == UNKNOWN),
        ("one_genre_in_library", one_genre),
        (str(of_space), bool(of_space)),
    )
    return ";".join([name for name, holds in flags if holds])


SPACE = (
    *("soft_entropy_within_bits", "soft_entropy_total_bits", "soft_entropy_divergence_bits"),
    *("diversity", "diversity_cosine", "compactness", "query_distance"),
)


def in_space(playlists: Sequence[Vectors], queries: Sequence[Vector | None]) -> list[Measured]:
    """The metrics on vectors of many playlists, and what is to be flagged of these.

    Playlists that are alike are measured together: one by one takes many times as long.
    """
    found: list[Measured] = []
    alike: dict[tuple[int, bool, frozenset[int]], list[int]] = {}
    given: list[list[Vector]] = []
    for index, (vectors, query) in enumerate(zip(playlists, queries, strict=True)):
        found.append(_unmeasured(vectors, query))
        given.append([vector for vector in (*vectors, query) if vector is not None])
        lengths = frozenset(map(len, given[index]))
        alike.setdefault((len(given[index]), query is not None, lengths), []).append(index)
    for (_, with_query, lengths), members in alike.items():
        measured = _measured([given[index] for index in members], with_query, lengths)
        for index, (refused, values) in zip(members, measured, strict=True):
            flags = (str(found[index]["flags"]), f"vectors_refused: {refused}" if refused else "")
            found[index] |= {**values, "flags": ";".join(filter(None, flags))}
    return found


def _unmeasured(vectors: Vectors, query: Vector | None) -> Measured:
    missing = len(vectors) - sum(vector is not None for vector in vectors)
    flags = [f"vectors_missing: {missing}"] * bool(missing)
    flags += ["query_vector_missing"] * (query is None)
    return {**dict.fromkeys(SPACE, math.nan), "flags": ";".join(flags)}


def _measured(
    given: Sequence[Sequence[Vector]], with_query: bool, lengths: Collection[int]
) -> list[tuple[str, Measured]]:
    """For each of several playlists alike, why its vectors are refused, or their metrics.

    `given`: the vectors of its tracks, and last the query song's where there is one.
    """
    if not lengths:
        return [("", {})] * len(given)
    if len(lengths) > 1:
        return [("different numbers of genres", {})] * len(given)
    p = np.array(given, dtype=np.float64)
    refused = problems_of(p)
    fine = np.array([not problem for problem in refused])
    measured = iter(_rows(p[fine], with_query))
    return [(problem, {} if problem else next(measured)) for problem in refused]


def _rows(p: Floats, with_query: bool) -> Iterator[Measured]:
    tracks, values = (p[:, :-1] if with_query else p), []
    if tracks.shape[1]:
        values += [*soft_entropies(tracks), diversities(tracks), cosine_diversities(tracks)]
        values += [compactnesses(tracks)]
        if with_query:
            values += [np.sort(distances_to_queries(tracks, p[:, -1])).mean(axis=-1)]
    for row in np.array(values).T.reshape(len(p), len(values)).tolist():
        yield dict(zip(SPACE, row, strict=False))
