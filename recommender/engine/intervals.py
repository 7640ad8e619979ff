"""Intervals of shares."""

import numpy as np
from scipy.special import ndtri


def wilson(successes: int, n: int, level: float = 0.95) -> tuple[float, float]:
    """Score interval of a share (Wilson 1927; method 3 in Newcombe 1998).

    Raises ValueError if n < 1.
    """
    if n < 1 or not 0 <= successes <= n:
        raise ValueError("a share needs n ≥ 1 and 0 ≤ successes ≤ n")
    z = float(ndtri(0.5 + level / 2.0))
    share = successes / n
    middle = share + z * z / (2 * n)
    half = z * np.sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    low, high = ((middle + sign * half) / (1 + z * z / n) for sign in (-1, 1))
    return max(0.0, float(low)), min(1.0, float(high))
