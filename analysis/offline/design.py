"""What is compared with what: conditions, query songs, and the library they draw from."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from analysis.data.study_library import Library as Labelled
from analysis.data.study_library import label
from analysis.metrics.circular import circular, computed_from
from recommender.engine.params import StrategyError
from recommender.engine.strategies import NETWORK, STRATEGIES, Library, checked_params, chosen_by
from recommender.learned import Learned, learned
from recommender.library import current_library
from recommender.models import GenreModel
from survey.models import Study


class NothingToEvaluate(ValueError):
    """No evaluation is possible; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Condition:
    """A strategy with all its parameters, under the name that it has in the tables."""

    name: str
    strategy: str
    params: Mapping[str, Any]

    def circular(self, metric: str, label_source: str) -> bool:
        """Whether the condition chooses by what the metric is computed from."""
        return circular(metric, label_source, chosen_by(self.strategy, self.params))


@dataclass(frozen=True, slots=True)
class Design:
    """One evaluation: every condition is asked for a playlist to every query song."""

    model: GenreModel
    library: Library
    conditions: Sequence[Condition]
    queries: Sequence[int]
    reference: str
    seed: int
    learned: Learned | None = None

    def involves_network(self, condition: Condition, metric: str, label_source: str) -> bool:
        """Whether the network's hearing decides a value: by the songs chosen, or by the metric."""
        chooses = NETWORK in chosen_by(condition.strategy, condition.params)
        return chooses or computed_from(metric, label_source) == NETWORK

    def labelled(self) -> Labelled:
        """The library as playlists are measured with it, in a report too."""
        library = self.library
        ids = library.ids.tolist()
        vectors = library.probabilities.tolist()
        return Labelled(
            genres=dict(zip(ids, map(label, library.genres), strict=True)),
            artists=dict(zip(ids, map(label, library.artists), strict=True)),
            model_genres={self.model.pk: list(self.model.genres)},
            vectors={(self.model.pk, pk): row for pk, row in zip(ids, vectors, strict=True)},
            learned={self.model.pk: self.learned} if self.learned else {},
        )


def design(
    model: GenreModel,
    conditions: Sequence[Condition],
    *,
    n_queries: int | None,
    genres: Collection[str] = (),
    reference: str = "",
    seed: int = 1,
) -> Design:
    """An evaluation over `n_queries` query songs (None: all), of some genres (none named: all).

    Raises NothingToEvaluate.
    """
    if not conditions:
        raise NothingToEvaluate("The study has no condition to evaluate. Add one.")
    library = current_library(model)
    if not len(library):
        raise NothingToEvaluate(
            f"{model} has heard no song yet. Import music with manage.py import_tracks, or let it "
            "hear what is there with manage.py index_tracks."
        )
    songs = _query_songs(library, genres)
    if not songs:
        raise NothingToEvaluate(f"No song is labelled {' or '.join(sorted(genres))}.")
    return Design(
        model,
        library,
        conditions,
        stratified(songs, n_queries, seed),
        _reference(conditions, reference),
        seed,
        learned(model, library.ids.tolist()),
    )


def of_strategies(params: Mapping[str, Any]) -> list[Condition]:
    """Every strategy, named by itself, with the same parameters. Raises NothingToEvaluate."""
    return [_condition(name, name, params) for name in STRATEGIES]


def of_study(study: Study) -> list[Condition]:
    """A study's conditions with their parameters. Raises NothingToEvaluate."""
    rows = study.conditions.order_by("pk").values_list("name", "strategy", "params")
    return [_condition(*row) for row in rows]


def _condition(name: str, strategy: str, params: Mapping[str, Any]) -> Condition:
    if strategy not in STRATEGIES:
        raise NothingToEvaluate(f"“{name}”: there is no strategy “{strategy}”.")
    try:
        return Condition(name, strategy, checked_params(STRATEGIES[strategy], params))
    except StrategyError as problem:
        raise NothingToEvaluate(f"“{name}”: {problem}") from None


def _reference(conditions: Sequence[Condition], wanted: str) -> str:
    """The condition named, or the first one that draws at random, or the first."""
    names = [condition.name for condition in conditions]
    if wanted and wanted not in names:
        raise NothingToEvaluate(f"There is no condition “{wanted}”; there are: {', '.join(names)}.")
    at_random = [one.name for one in conditions if one.strategy == "random"]
    return wanted or [*at_random, *names][0]


def _query_songs(library: Library, genres: Collection[str]) -> dict[int, str]:
    """The songs that can be a query song, with their genres; "" where unknown."""
    wanted = {label(genre) for genre in genres}
    songs = zip(library.ids.tolist(), map(label, library.genres), strict=True)
    return {pk: genre or "" for pk, genre in songs if not wanted or genre in wanted}


def stratified(songs: Mapping[int, str], n: int | None, seed: int) -> list[int]:
    """n of the songs, ascending, drawn at random within each genre.

    Every genre has its share of them, to the nearest whole song (largest remainders), so that the
    sample's mean is the library's. All songs where n is None or not smaller than their number.
    """
    if n is None or n >= len(songs):
        return sorted(songs)
    rng = np.random.default_rng(seed)
    groups: dict[str, list[int]] = {genre: [] for genre in sorted(set(songs.values()))}
    for pk in sorted(songs):
        groups[songs[pk]].append(pk)
    exact = np.array([n * len(group) / len(songs) for group in groups.values()])
    takes = np.floor(exact).astype(int)
    takes[np.argsort(takes - exact, kind="stable")[: n - takes.sum()]] += 1
    drawn = [rng.choice(g, t, replace=False) for g, t in zip(groups.values(), takes, strict=True)]
    return sorted(np.concatenate(drawn).tolist())
