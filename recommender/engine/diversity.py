"""Maximal marginal relevance: songs near the query that are not all alike."""

import numpy as np
import numpy.typing as npt

Doubles = npt.NDArray[np.float64]


def diversified(points: Doubles, query: Doubles | None, length: int, diversity: float) -> list[int]:
    """Choose songs one by one by maximal marginal relevance (Carbonell & Goldstein 1998).

    Each step takes the song i with the largest (1 − δ)·s(i, query) − δ·max s(i, j) over the songs j
    chosen so far, where s is one minus the Euclidean distance over the largest distance that occurs
    (so 0 to 1). Ties go to the earlier row.

    Parameters
    ----------
    points : (n, d), candidates in the order of preference. query : (d,), or None where all are
        equally relevant. length : how many to choose. diversity : δ, 0 to 1.

    Returns
    -------
    Rows in the order chosen, min(length, n) of them. With δ = 1 the first is row 0, and relevance
    plays no part after it.
    """
    apart = _distances(points, points)
    away = np.zeros(len(points)) if query is None else _distances(points, query[None])[:, 0]
    scale = max(apart.max(initial=0.0), away.max(initial=0.0)) or 1.0
    relevance = (1.0 - diversity) * (1.0 - away / scale)
    likeness = diversity * (1.0 - apart / scale)
    worst = np.zeros(len(points))
    chosen: list[int] = []
    for _ in range(min(length, len(points))):
        score = relevance - worst
        score[chosen] = -np.inf
        chosen.append(int(score.argmax()))
        worst = np.maximum(worst, likeness[chosen[-1]])
    return chosen


def _distances(ones: Doubles, others: Doubles) -> Doubles:
    # Difference by difference: the shortcut over squares is inexact for songs that nearly coincide.
    difference = ones[:, None, :] - others[None, :, :]
    result: Doubles = np.sqrt((difference * difference).sum(axis=2))
    return result
