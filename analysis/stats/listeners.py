"""Listeners as a study is planned with them: what is assumed of them, and what that comes to.

Their ratings are drawn in `simulated`.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from .points import Scale

# Of a five-point scale; see `Listeners`.
ROUNDING = 1e-9
PARTICIPANT, BY_CONDITION, PLAYLIST, TRACK, RESIDUAL = 0.5, 0.2, 0.3, 0.4, 0.9
# Which rules of an analysis plan leave whom out.
MARKS = {
    "incomplete": "stopped",
    "straight_lining": "straight",
    "failed_check": "careless",
    "sound_check": "careless",
    "too_fast": "careless",
    "little_heard": "careless",
}


@dataclass(frozen=True, slots=True)
class Listeners:
    """A study's design, and what its listeners are assumed to be like.

    A rating is an opinion on a track: the level, what the condition adds, and normal deviations of
    the participant, of the participant in this condition, of the playlist, of the track (the same
    for all who hear it) and of the single rating. `scale` makes a rating of it. A playlist's own
    rating is one more such opinion, as of a track that nobody else hears.

    participants : in all; between participants divided over the conditions, evenly to one.
    conditions : their names; `paired`: every participant has every condition, `playlists` of a
    participant then being a multiple of them, in random order within each block.
    playlists, tracks : a participant's, and a playlist's. `library` holds the tracks that a
    playlist draws from, each at most once; `own_tracks` is the share of a
    condition's tracks that no other one has: 0 all are shared, 1 none.
    effects : points that a condition's mean rating lies above `level`, 0 where it is not named.
    They are of the ratings as given: an opinion moves further than its rating near a scale's ends.
    level : the mean rating without an effect; None for the middle of the scale.
    participant, by_condition, playlist, track, residual : SDs of opinions, in points.
    stopping : share of participants who stop, after a number of ratings that is drawn evenly.
    straight : share who give one and the same rating to everything.
    careless : share who rate by chance, evenly over the points.
    exclusions : rules of an analysis plan; `excluded` marks whom they leave out (`MARKS`).
    metrics : columns of `playlist_metrics`, each drawn anew. `correlation` is that of each with
    the playlist's mean opinion within a condition; `metric_sharing` the share of its variance
    within conditions that is the participant's own, as somebody's query songs are alike;
    `metric_gap` how far conditions are apart in it, in its SDs within a condition, in their order.

    The defaults are assumptions, not findings, for a scale of five points: 19 % of an opinion's
    variance lies between participants, 3 % in which conditions they favour, 7 % between playlists,
    12 % between tracks, 60 % in single ratings. `variance_components` of a pilot study are better.
    """

    participants: int
    conditions: Sequence[str]
    paired: bool
    playlists: int = 1
    tracks: int = 10
    library: int = 500
    own_tracks: float = 0.0
    effects: Mapping[str, float] = field(default_factory=dict)
    level: float | None = None
    participant: float = PARTICIPANT
    by_condition: float = BY_CONDITION
    playlist: float = PLAYLIST
    track: float = TRACK
    residual: float = RESIDUAL
    scale: Scale = field(default_factory=Scale)
    stopping: float = 0.0
    straight: float = 0.0
    careless: float = 0.0
    exclusions: Sequence[str] = ()
    metrics: Sequence[str] = ("diversity",)
    correlation: float = 0.0
    metric_sharing: float = 0.3
    metric_gap: float = 1.0
    track_scale: str = "liking"
    playlist_scale: str = "overall"

    def __post_init__(self) -> None:
        if problem := next(_problems(self), ""):
            raise ValueError(problem)

    @property
    def spread(self) -> float:
        """SD of one opinion within a condition, in points."""
        parts = (self.participant, self.by_condition, self.playlist, self.track, self.residual)
        return float(np.sqrt(np.square(parts).sum()))

    @property
    def middle(self) -> float:
        return (self.scale.low + self.scale.high) / 2 if self.level is None else self.level

    @property
    def opinions(self) -> dict[str, float]:
        """The mean opinion on each condition, which gives its mean rating."""
        at = {name: self.middle + self.effects.get(name, 0.0) for name in self.conditions}
        known = {mean: self.scale.opinion(mean, self.spread) for mean in set(at.values())}
        return {name: known[mean] for name, mean in at.items()}

    @property
    def spread_of_playlists(self) -> float:
        """SD of the mean opinion on a playlist's tracks within a condition, in points."""
        whole = self.participant**2 + self.by_condition**2 + self.playlist**2
        return float(np.sqrt(whole + (self.track**2 + self.residual**2) / self.tracks))

    @property
    def pool(self) -> int:
        """Tracks that a playlist is drawn from: the shared ones, and its condition's own."""
        others = len(self.conditions) - 1
        return int(self.library / (1 + others * self.own_tracks) + ROUNDING)

    @property
    def own(self) -> int:
        """Those of them that are its condition's own."""
        left = self.library - self.pool
        return min(round(self.pool * self.own_tracks), left // (len(self.conditions) - 1))

    @property
    def repeats(self) -> int:
        """Playlists of a participant in one condition."""
        return self.playlists // len(self.conditions) if self.paired else self.playlists


def _problems(who: Listeners) -> Iterator[str]:
    """What can't be simulated, in words."""
    shares = ("stopping", "straight", "careless", "metric_sharing", "own_tracks")
    k = len(who.conditions)
    if k < 2 or len(set(who.conditions)) < k:
        yield "Two conditions or more are needed, with different names."
    elif who.participants < 1 or who.playlists < 1 or who.tracks < 1:
        yield "Participants, playlists and tracks are whole numbers from 1 up."
    elif who.paired and who.playlists % k:
        yield (
            f"Within participants everybody hears each of the {k} conditions equally often: "
            f"{who.playlists} playlists are not a multiple of {k}."
        )
    elif who.pool < who.tracks:
        yield f"A playlist of {who.tracks} tracks can't be drawn from {who.pool}."
    if unknown := [name for name in who.effects if name not in who.conditions]:
        yield f"There is no condition “{unknown[0]}”; there are: {', '.join(who.conditions)}."
    if min(who.participant, who.by_condition, who.playlist, who.track) < 0 or who.residual <= 0:
        yield "Standard deviations are 0 or more, that of single ratings above 0."
    if any(not 0 <= getattr(who, name) <= 1 for name in shares):
        yield "Shares lie between 0 and 1."
    if who.stopping + who.straight + who.careless > 1:
        yield "Those who stop, rate everything alike or carelessly are more than everybody."
    if not -1 < who.correlation < 1:
        yield "A correlation lies between −1 and 1."
    yield from _beyond(who)


def _beyond(who: Listeners) -> Iterator[str]:
    low, high = who.scale.low, who.scale.high
    for name in ["", *who.effects]:
        mean = who.middle + who.effects.get(name, 0.0)
        if not who.scale.continuous and not low < mean < high:
            about = f" in “{name}”" if name else ""
            yield f"A mean rating of {mean:g}{about} is not between {low:g} and {high:g}."


# what the assumptions come to


def spread_of_ratings(who: Listeners, a: str, b: str) -> float:
    """SD of a single rating in either of two conditions, in points."""
    variances = [who.scale.variance(who.opinions[name], who.spread) for name in (a, b)]
    return float(np.sqrt(np.mean(variances)))


def variance_by_tracks(who: Listeners, a: str, b: str, n: float) -> float:
    """How much the tracks that conditions have of their own add to the variance of the difference
    of two conditions' means, n participants in each; in points².

    It does not vanish with many participants: the tracks that there are stay the same.
    """
    if not who.own:
        return 0.0
    shared = np.mean([
        who.scale.covariance(who.opinions[name], who.opinions[name], who.track**2, who.spread)
        for name in (a, b)
    ])  # fmt: skip
    heard_again = who.own / who.pool**2 - 1 / (who.pool * n * who.repeats)
    return float(2 * shared * max(heard_again, 0.0))


def spread_of_means(who: Listeners, condition: str, *, of_tracks: bool = True) -> float:
    """SD of participants' mean ratings in a condition, in points; all ratings given.

    Exact for a participant's own tracks as independent of everybody else's; of playlists' own
    ratings with `of_tracks` False. Nobody stops, rates carelessly or everything alike.
    """
    opinion = who.opinions[condition]
    return float(np.sqrt(_variance_of_mean(who, opinion, of_tracks)))


def spread_of_differences(who: Listeners, a: str, b: str, *, of_tracks: bool = True) -> float:
    """SD of the differences of participants' mean ratings in two conditions that each had; as
    `spread_of_means`."""
    one, other = who.opinions[a], who.opinions[b]
    apart = sum(_variance_of_mean(who, opinion, of_tracks) for opinion in (one, other))
    both = who.scale.covariance(one, other, who.participant**2, who.spread)
    return float(np.sqrt(max(apart - 2 * both, 0.0)))


def _variance_of_mean(who: Listeners, opinion: float, of_tracks: bool) -> float:
    """Ratings of one participant share more when they are of one playlist."""
    own = who.participant**2 + who.by_condition**2
    of_person = who.scale.covariance(opinion, opinion, own, who.spread)
    of_playlist = who.scale.covariance(opinion, opinion, own + who.playlist**2, who.spread)
    single = who.scale.variance(opinion, who.spread)
    ratings = who.tracks if of_tracks else 1
    within = (of_playlist - of_person) + (single - of_playlist) / ratings
    return of_person + within / who.repeats
