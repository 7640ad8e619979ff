"""The genre space on paper: a plane in which every song has a place. Drawing is done elsewhere."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Doubles = npt.NDArray[np.float64]

# A triangle with sides of √2, as long as those of the simplex: distances in it are true.
_TRIANGLE = np.sqrt(2.0) * np.array([[0.0, 0.0], [1.0, 0.0], [0.5, np.sqrt(0.75)]])


@dataclass(frozen=True, slots=True, eq=False)
class Plane:
    """Where each pure genre is: corners (K, 2). A song is at the mean of the corners, weighted with
    its probabilities.

    shares : the share of the variance that each axis shows, 0 to 1, or None if the plane shows all
        there is, as the triangle of three genres does.
    """

    corners: Doubles
    shares: tuple[float, float] | None

    def at(self, probabilities: npt.ArrayLike) -> Doubles:
        """Places (n, 2) of probabilities (n, K) that sum to 1, or (2,) of (K,)."""
        places: Doubles = np.asarray(probabilities, dtype=np.float64) @ self.corners
        return places


def plane_of(probabilities: npt.ArrayLike) -> Plane:
    """The plane for a library (n, K): the triangle (a ternary plot) for three genres, else the
    first two principal components.

    Raises
    ------
    ValueError : not a table of at least one song and one genre.
    """
    points = np.asarray(probabilities, dtype=np.float64)
    if points.ndim != 2 or 0 in points.shape:
        raise ValueError("a plane needs at least one song and one genre")
    if points.shape[1] == 3:
        return Plane(_TRIANGLE, None)
    return _principal(points)


def _principal(points: Doubles) -> Plane:
    """The two directions in which the songs differ most (Pearson 1901), by singular values.

    Signs are free; they are set so that the genre with the greatest weight lies on the positive
    side, and the same library gives the same picture.
    """
    mean = points.mean(axis=0)
    _, spread, directions = np.linalg.svd(points - mean, full_matrices=False)
    axes = np.zeros((2, points.shape[1]))
    found = min(2, len(directions))
    axes[:found] = directions[:found]
    greatest = np.abs(axes).argmax(axis=1)
    axes *= np.where(axes[[0, 1], greatest] < 0, -1.0, 1.0)[:, None]
    variance = np.zeros(2)
    variance[:found] = spread[:found] ** 2
    total = float((spread**2).sum())
    first, second = variance / total if total > 0 else variance
    # Probabilities sum to 1, so the mean can be taken from the corners once and for all.
    return Plane(axes.T - axes @ mean, (float(first), float(second)))


def around(offsets: npt.ArrayLike) -> Doubles:
    """Directions (n, 2) for labels around a centre: evenly spaced, so that none hides another, in
    the order of the points' own directions (n, 2), and turned to be near them, most of all near
    the outer ones."""
    x, y = np.asarray(offsets, dtype=np.float64).T
    angles = np.arctan2(y, x)
    slots = np.empty(len(angles))
    order = np.argsort(angles, kind="stable")
    slots[order] = np.arange(len(angles)) * 2 * np.pi / len(angles)
    turned = slots + np.angle((np.hypot(x, y) * np.exp(1j * (angles - slots))).sum())
    return np.stack([np.cos(turned), np.sin(turned)], axis=1)
