"""What rating on the points of a scale does to means and covariances: exact, for normal opinions.

A rating is the opinion rounded to a whole point and kept within the ends of the scale. Opinions
are normal; ratings then are not, and their means, spread and correlations are a little smaller.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import optimize, special

Floats = NDArray[np.float64]

# Where what two ratings share is summed over, in its SDs, and how densely: where single ratings
# differ at all, a sum over evenly spaced places is exact for the normal distribution.
PLACES = np.linspace(-8, 8, 1601)
WEIGHTS = np.exp(-(PLACES**2) / 2) / np.exp(-(PLACES**2) / 2).sum()
# Opinions so many spreads beyond the ends give the end point in all ratings.
FAR = 12.0


@dataclass(frozen=True, slots=True)
class Scale:
    """A scale from `low` to `high` in whole points; `continuous`: a line without ends."""

    low: float = 1.0
    high: float = 5.0
    continuous: bool = False

    def rated(self, opinions: ArrayLike) -> Floats:
        """The ratings that opinions become, in the same shape."""
        if self.continuous:
            return np.asarray(opinions, dtype=np.float64)
        return np.asarray(np.clip(np.rint(opinions), self.low, self.high))

    def mean(self, opinion: ArrayLike, spread: float) -> Floats:
        """The expected rating of normal opinions with these means and this SD, in points."""
        middle = np.asarray(opinion, dtype=np.float64)
        if self.continuous:
            return middle
        cuts = np.arange(self.low, self.high) + 0.5
        if spread == 0:
            return self.rated(middle)
        return np.asarray(self.low + special.ndtr((middle[..., None] - cuts) / spread).sum(-1))

    def variance(self, opinion: float, spread: float) -> float:
        """The variance of one rating, in points²."""
        if self.continuous or spread == 0:
            return 0.0 if spread == 0 else spread**2
        cuts = np.arange(self.low, self.high) + 0.5
        above = special.ndtr((opinion - cuts) / spread)
        steps = 2 * (cuts + 0.5 - self.low) - 1
        return float(steps @ above - above.sum() ** 2)

    def covariance(self, one: float, other: float, shared: float, spread: float) -> float:
        """Of two ratings with mean opinions `one` and `other`, each with SD `spread`, of which an
        opinion's part with variance `shared` is the same in both; in points².

        It is the covariance of their expectations given that part.
        """
        if self.continuous:
            return shared
        rest = float(np.sqrt(max(spread**2 - shared, 0.0)))
        moved = np.sqrt(shared) * PLACES
        a, b = (self.mean(opinion + moved, rest) for opinion in (one, other))
        return float(WEIGHTS @ (a * b) - (WEIGHTS @ a) * (WEIGHTS @ b))

    def opinion(self, rating: float, spread: float) -> float:
        """The mean opinion whose expected rating is this: the inverse of `mean`.

        Raises ValueError for a rating that is not between the ends.
        """
        if self.continuous:
            return rating
        if not self.low < rating < self.high:
            raise ValueError(
                f"A mean rating of {rating:g} is not between {self.low:g} and {self.high:g}."
            )
        reach = FAR * spread
        return float(
            optimize.brentq(
                lambda middle: float(self.mean(middle, spread)) - rating,
                self.low - reach,
                self.high + reach,
            )
        )
