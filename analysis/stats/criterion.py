"""What a linear mixed model minimises, −2 log (restricted) likelihood, with its derivatives.

β and σ are profiled out; what is left are the covariances of the random effects, as their relative
factors Λ. The likelihood itself is in `likelihood`, the way down in `reml`.

Source: Bates, Mächler, Bolker & Walker (2015), J. Stat. Softw. 67(1), equations 34, 39 and 41.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from analysis.stats.blocks import Arrangement, Floats
from analysis.stats.likelihood import Evaluation, evaluate

# Differences are taken over this share of a standard deviation of effects, or of LEAST.
STEP, LEAST = 1e-4, 1e-2


@dataclass(frozen=True, slots=True)
class Criterion:
    """The criterion as a function of θ: the lower triangle of the Λ of the blocks' owner, then the
    Λ of each other term, which is a number. Diagonals of Λ are not negative."""

    a: Arrangement
    restricted: bool
    _seen: dict[bytes, Evaluation] = field(default_factory=dict)

    @property
    def df(self) -> int:
        return self.a.n - self.a.p if self.restricted else self.a.n

    @property
    def places(self) -> list[tuple[int, int, int]]:
        """Of each parameter: the term's number, the row and the column in its Λ."""
        owner = [(0, i, j) for i in range(self.a.q) for j in range(i + 1)]
        return owner + [(term, 0, 0) for term in range(1, len(self.a.names))]

    @property
    def diagonal(self) -> list[int]:
        """The parameters that are standard deviations, which may be 0 and not less."""
        return [k for k, (_, i, j) in enumerate(self.places) if i == j]

    def factors(self, theta: Floats) -> list[Floats]:
        sizes = [self.a.q] + [1] * (len(self.a.names) - 1) if self.a.names else []
        factors: list[Floats] = [np.zeros((size, size)) for size in sizes]
        for value, (term, i, j) in zip(theta, self.places, strict=True):
            factors[term][i, j] = value
        return factors

    def theta(self, factors: Sequence[Floats]) -> Floats:
        return np.array([factors[term][i, j] for term, i, j in self.places])

    def at(self, theta: Floats) -> Evaluation:
        """The likelihood at θ, computed once."""
        key = theta.tobytes()
        if key not in self._seen:
            self._seen[key] = evaluate(self.a, self.factors(theta))
        return self._seen[key]

    def sigma2(self, theta: Floats) -> float:
        return self.at(theta).residual / self.df

    def value(self, theta: Floats) -> float:
        e = self.at(theta)
        log_x = float(np.linalg.slogdet(e.precision)[1]) if self.restricted else 0.0
        return e.log_v + log_x + self.df * float(1 + np.log(2 * np.pi * self.sigma2(theta)))

    def by_covariance(self, theta: Floats, sigma2: float | None = None) -> list[Floats]:
        """The derivatives by each term's ΛΛ′ (q, q), at the best σ² or at a given one."""
        e, sigma2 = self.at(theta), sigma2 or self.sigma2(theta)
        inverse = np.linalg.inv(e.precision) * self.restricted
        return [
            m.trace - np.einsum("ijab,ab->ij", m.spread, inverse) - m.pull / sigma2
            for m in e.moments
        ]

    def slope(self, theta: Floats, sigma2: float | None = None) -> Floats:
        """The derivatives by θ, at the best σ² or at a given one."""
        return self._by_theta(theta, self.by_covariance(theta, sigma2))

    def _by_theta(self, theta: Floats, by_covariance: Sequence[Floats]) -> Floats:
        pairs = zip(by_covariance, self.factors(theta), strict=True)
        return self.theta([2 * slope @ factor for slope, factor in pairs])

    def free(self, theta: Floats) -> list[int]:
        """The parameters off their bounds: a variance that is 0 is no parameter."""
        bound = {k for k in self.diagonal if theta[k] == 0}
        return [k for k in range(len(theta)) if k not in bound]

    def curvature(self, theta: Floats) -> Floats:
        """The second derivatives by the free parameters and log σ, which is not profiled out.

        Those by θ are central differences of exact first derivatives.
        """
        free, sigma2 = self.free(theta), self.sigma2(theta)
        inner = np.zeros((len(free), len(free)))
        for row, k in zip(inner, free, strict=True):
            step = np.zeros_like(theta)
            step[k] = STEP * max(abs(theta[k]), LEAST)
            rise = self.slope(theta + step, sigma2) - self.slope(theta - step, sigma2)
            row[:] = rise[free] / (2 * step[k])
        pulls = [2 * m.pull / sigma2 for m in self.at(theta).moments]
        mixed = self._by_theta(theta, pulls)[free, None]
        return np.block([[(inner + inner.T) / 2, mixed], [mixed.T, np.array([[4.0 * self.df]])]])

    def precision_slopes(self, theta: Floats) -> list[Floats]:
        """The derivatives of X′V⁻¹X by the free parameters."""
        found = []
        for term, i, j in (self.places[k] for k in self.free(theta)):
            factor = self.factors(theta)[term]
            change = np.zeros_like(factor)
            change[i] = factor[:, j]
            spread = self.at(theta).moments[term].spread
            found.append(-np.einsum("ij,ijab->ab", change + change.T, spread))
        return found
