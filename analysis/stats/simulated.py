"""One simulated study: the tables that `Listeners` would give, with the columns of a report's."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import special

from .listeners import MARKS, Listeners
from .points import Floats

Whole = NDArray[np.int64]
Flags = NDArray[np.bool_]

ANSWERS = ["participant_id", "condition", "playlist_id", "instrument", "item_id", "row", "scored"]
HIDDEN = ["participant_id", "condition", "playlist_id", "track_id", "role"]
# Metrics that are shares of a playlist's pairs of tracks, so that many playlists are equal in them.
COUNTED = ("cohesion_artist_pair", "cohesion_genre_pair")


def simulated(who: Listeners, seed: int | np.random.SeedSequence) -> dict[str, pd.DataFrame]:
    """The tables of one study, those that `analysis.inference.infer` takes.

    ratings : participant_id, condition, playlist_id, track_id, position, distance (rising evenly to
    1), the scale of tracks, excluded. playlist_ratings : participant_id, condition, playlist_id,
    period, the scale of playlists, track_mean, excluded. playlist_metrics : participant_id,
    condition, playlist_id, period, label_source (metadata) and the metrics, 0–1. answers and
    hidden_tracks : empty.

    Playlists that somebody who stopped did not reach are in no table; in the one at which they
    stopped the tracks that came after have no rating, nor has the playlist. The same assumptions
    and seed give the same tables.
    """
    draw = np.random.default_rng(seed)
    people = _people(who, draw)
    heard = _heard(who, draw)
    opinions = _opinions(who, draw, heard)
    rated = people.rates(who)
    return _tables(
        who,
        people,
        heard,
        _Given(
            tracks=np.where(rated, _answers(who, draw, people, opinions.tracks), np.nan),
            playlists=np.where(
                rated.all(axis=2), _answers(who, draw, people, opinions.playlists), np.nan
            ),
            metrics=_metrics(who, draw, heard, opinions),
        ),
    )


# who


@dataclass(frozen=True, slots=True)
class _People:
    """How each participant answers: arrays of shape (participants,)."""

    straight: Flags
    careless: Flags
    stopped: Flags
    ratings: Whole  # how many of their tracks they rate

    def left_out(self, rules: Sequence[str]) -> Flags:
        marks = [getattr(self, MARKS[rule]) for rule in rules]
        return np.any(marks, axis=0) if marks else np.zeros(len(self.ratings), dtype=bool)

    def rates(self, who: Listeners) -> Flags:
        """Whether a track is rated: (participants, playlists, tracks)."""
        number = np.arange(who.playlists * who.tracks).reshape(who.playlists, who.tracks)
        return np.asarray(number < self.ratings[:, None, None])


def _people(who: Listeners, draw: np.random.Generator) -> _People:
    kind, all_of_them = draw.random(who.participants), who.playlists * who.tracks
    straight = kind < who.straight
    careless = ~straight & (kind < who.straight + who.careless)
    stopped = kind >= 1 - who.stopping
    ratings = np.where(stopped, draw.integers(0, all_of_them, who.participants), all_of_them)
    return _People(straight, careless, stopped, ratings)


# what they hear


@dataclass(frozen=True, slots=True)
class _Heard:
    """The number of the condition of each playlist (participants, playlists), and of each track
    (participants, playlists, tracks); from 0."""

    conditions: Whole
    tracks: Whole


def _heard(who: Listeners, draw: np.random.Generator) -> _Heard:
    conditions = _conditions(who, draw)
    return _Heard(conditions, _tracks(who, draw, conditions))


def _conditions(who: Listeners, draw: np.random.Generator) -> Whole:
    k = len(who.conditions)
    if who.paired:
        blocks = np.tile(np.arange(k), (who.participants, who.repeats, 1))
        return draw.permuted(blocks, axis=2).reshape(who.participants, -1)
    own = draw.permutation(np.arange(who.participants) % k)
    return np.repeat(own[:, None], who.playlists, axis=1)


def _tracks(who: Listeners, draw: np.random.Generator, conditions: Whole) -> Whole:
    """Different tracks in each playlist, a place at a time in all playlists at once.

    Source: Floyd's sampling, Bentley & Floyd (1987), Commun. ACM 30:754.
    """
    chosen = np.empty((*conditions.shape, who.tracks), dtype=np.int64)
    for place in range(who.tracks):
        last = who.pool - who.tracks + place
        track = draw.integers(0, last + 1, conditions.shape)
        taken = (chosen[..., :place] == track[..., None]).any(axis=-1)
        chosen[..., place] = np.where(taken, last, track)
    own = chosen >= who.pool - who.own
    return chosen + np.where(own, conditions[..., None] * who.own, 0)


# what they think of it, and say


@dataclass(frozen=True, slots=True)
class _Opinions:
    """On playlists (participants, playlists) and tracks (participants, playlists, tracks), in
    points; `standing` is the mean on a playlist's tracks less the condition's, in its SDs."""

    playlists: Floats
    tracks: Floats
    standing: Floats


def _opinions(who: Listeners, draw: np.random.Generator, heard: _Heard) -> _Opinions:
    at = heard.conditions
    level = np.array([who.opinions[name] for name in who.conditions])[at]
    favoured = draw.normal(0, who.by_condition, (who.participants, len(who.conditions)))
    around = (
        draw.normal(0, who.participant, (who.participants, 1))
        + np.take_along_axis(favoured, at, axis=1)
        + draw.normal(0, who.playlist, at.shape)
    )
    of_track = draw.normal(0, who.track, who.library)[heard.tracks]
    single = of_track + draw.normal(0, who.residual, heard.tracks.shape)
    standing = (around + single.mean(axis=2)) / who.spread_of_playlists
    own = draw.normal(0, np.hypot(who.track, who.residual), at.shape)
    return _Opinions(level + around + own, (level + around)[..., None] + single, standing)


def _answers(
    who: Listeners, draw: np.random.Generator, people: _People, opinions: Floats
) -> Floats:
    """The ratings given: opinions rounded, always the same, or anything."""
    scale, shape = who.scale, opinions.shape
    each = (-1, *[1] * (len(shape) - 1))
    always = scale.rated(draw.normal(who.middle, who.spread, shape[0])).reshape(each)
    anything = draw.normal(who.middle, who.spread, shape)
    if not scale.continuous:
        anything = draw.integers(int(scale.low), int(scale.high) + 1, shape).astype(np.float64)
    given = np.where(people.careless.reshape(each), anything, scale.rated(opinions))
    return np.where(people.straight.reshape(each), always, given)


def _metrics(
    who: Listeners, draw: np.random.Generator, heard: _Heard, opinions: _Opinions
) -> Floats:
    """Each metric of each playlist, 0–1: (metrics, participants, playlists)."""
    at = heard.conditions
    shape = (len(who.metrics), *at.shape)
    own = draw.normal(0, np.sqrt(who.metric_sharing), (*shape[:2], 1))
    apart = draw.normal(0, np.sqrt(1 - who.metric_sharing), shape)
    gap = who.metric_gap * (at - (len(who.conditions) - 1) / 2)
    rest = np.sqrt(1 - who.correlation**2) * (own + apart)
    values = special.ndtr(gap + who.correlation * opinions.standing + rest)
    pairs = max(who.tracks * (who.tracks - 1) // 2, 1)
    counted = np.array([name in COUNTED for name in who.metrics], dtype=bool)
    return np.asarray(np.where(counted[:, None, None], np.rint(values * pairs) / pairs, values))


# the tables


@dataclass(frozen=True, slots=True)
class _Given:
    """Ratings, NaN where none was given, and metrics; shapes as above."""

    tracks: Floats
    playlists: Floats
    metrics: Floats


def _tables(
    who: Listeners, people: _People, heard: _Heard, given: _Given
) -> dict[str, pd.DataFrame]:
    reached = np.asarray(np.isfinite(given.tracks).any(axis=2))
    reached[:, 0] = True  # Whoever begins is shown a playlist.
    playlists = _playlists(who, heard, reached)
    excluded = people.left_out(who.exclusions)[np.nonzero(reached)[0]]
    values = given.tracks[reached]
    return {
        "ratings": _ratings(
            who, playlists.assign(excluded=excluded), heard.tracks[reached], values
        ),
        "playlist_ratings": playlists.assign(
            **{who.playlist_scale: given.playlists[reached]},
            track_mean=_means(values),
            excluded=excluded,
        ),
        "playlist_metrics": playlists.assign(
            label_source="metadata",
            **dict(zip(who.metrics, given.metrics[:, reached], strict=True)),
        ),
        "answers": pd.DataFrame(columns=ANSWERS),
        "hidden_tracks": pd.DataFrame(columns=[*HIDDEN, who.track_scale]),
    }


def _playlists(who: Listeners, heard: _Heard, reached: Flags) -> pd.DataFrame:
    person, place = np.nonzero(reached)
    names = np.array([f"P{number:05d}" for number in range(1, who.participants + 1)], dtype=object)
    return pd.DataFrame(
        {
            "participant_id": names[person],
            "condition": np.array(who.conditions, dtype=object)[heard.conditions[reached]],
            "playlist_id": person * who.playlists + place + 1,
            "period": place + 1,
        }
    )


def _ratings(
    who: Listeners, playlists: pd.DataFrame, tracks: Whole, values: Floats
) -> pd.DataFrame:
    each = np.repeat(np.arange(len(playlists)), who.tracks)
    position = np.tile(np.arange(1, who.tracks + 1), len(playlists))
    shown = playlists[["participant_id", "condition", "playlist_id", "excluded"]].iloc[each]
    rated = {who.track_scale: values.ravel(), "position": position}
    return shown.reset_index(drop=True).assign(
        track_id=tracks.ravel() + 1, distance=position / who.tracks, **rated
    )


def _means(values: Floats) -> Floats:
    """Each row's mean over what is there; NaN for nothing."""
    counts = np.isfinite(values).sum(axis=1)
    total = np.nansum(values, axis=1)
    return np.divide(total, counts, out=np.full(len(total), np.nan), where=counts > 0)
