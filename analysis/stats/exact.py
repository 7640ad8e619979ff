"""Arithmetic in which equal numbers are equal: ties and zero differences are decided here alone.

A mean of ratings is a fraction, a slider's value a decimal. In binary both are rounded, and what is
computed from them is rounded again: 4/3 − 1 and 5/3 − 4/3 differ in their last bits, and a test of
ranks takes that for a difference. So numbers are read as the simplest fractions that they stand
for, computed with as whole numbers, and rounded once at the end: equal fractions are equal floats.
Numbers that stand for no simple fraction (a distance, an entropy) are compared to 12 digits.
"""

import math
from fractions import Fraction

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]
Codes = NDArray[np.intp]

# The largest denominator of a simple fraction, and how likely a number that stands for none may be
# taken for one.
SIMPLE, CHANCE = 10**6, 1e-4
# Whole numbers below this are exact as floats.
EXACT = 2.0**53
# What few operations leave of rounding, in units of a number's last place.
LAST_PLACES = 4
DIGITS = 12


def fractions(values: ArrayLike) -> tuple[Whole, Whole]:
    """Numerators and denominators of the simplest fractions that values stand for, in their shape.

    The denominator is 0 where there is none up to `SIMPLE`, or up to where any number would be near
    some fraction (about 300,000 at 1, 40,000 at 100), and for what is not finite. The simplest
    fraction so near a number is a convergent of its continued fraction (Legendre 1798; Hardy &
    Wright, An introduction to the theory of numbers, theorem 184).
    """
    x = np.asarray(values, dtype=np.float64)
    above, below = np.zeros(x.shape, np.int64), np.zeros(x.shape, np.int64)
    rest, near = np.abs(x.ravel()), LAST_PLACES * np.spacing(np.abs(x.ravel()))
    at = np.flatnonzero(rest < EXACT / SIMPLE)
    size, rest, near = rest[at], rest[at], near[at]
    p, q, last_p, last_q = (np.full(len(at), one) for one in (1.0, 0.0, 0.0, 1.0))
    while len(at):
        whole = np.floor(rest)
        p, last_p = whole * p + last_p, p
        q, last_q = whole * q + last_q, q
        simple = (q <= SIMPLE) & (q * q * near <= CHANCE)
        found = simple & (np.abs(p / q - size) <= near)
        above.flat[at[found]], below.flat[at[found]] = p[found], q[found]
        on = simple & ~found & (rest > whole)
        at, size, near, p, q, last_p, last_q = (
            one[on] for one in (at, size, near, p, q, last_p, last_q)
        )
        rest = 1 / (rest[on] - whole[on])
    return np.where(np.signbit(x), -above, above), below


def differences(a: ArrayLike, b: ArrayLike) -> Floats:
    """a − b, element by element, so that equal differences are equal floats."""
    x, y = np.asarray(a, dtype=np.float64), np.asarray(b, dtype=np.float64)
    (p, q), (r, s) = fractions(x), fractions(y)
    top, bottom = p * s - r * q, q * s
    known = np.isfinite(x) & np.isfinite(y)
    if ((bottom > 0) & (np.abs(top) < EXACT) | ~known).all():
        return np.where(known, top / np.maximum(bottom, 1), np.nan)
    return rounded(x - y, largest=_largest(x[known], y[known]))


def means(values: ArrayLike, groups: Codes, n_groups: int) -> Floats:
    """The mean of each group, of values (n,) with groups (n,) from 0 up: shape (n_groups,).

    Groups with the same mean have the same float, in whatever order their values come. NaN for a
    group without a value. Values are finite.
    """
    x = np.asarray(values, dtype=np.float64)
    sizes = np.bincount(groups, minlength=n_groups)
    whole = _over_one_denominator(x)
    if whole is None:
        # Sorted, as the sum of floats hangs on their order.
        order = np.lexsort((x, groups))
        sums = np.bincount(groups[order], x[order], n_groups)
        found = rounded(sums / np.maximum(sizes, 1), largest=_largest(x))
        alone = sizes[groups] == 1
        found[groups[alone]] = x[alone]
    else:
        tops, denominator = whole
        found = np.bincount(groups, tops, n_groups) / (np.maximum(sizes, 1) * denominator)
    return np.where(sizes > 0, found, np.nan)


def _over_one_denominator(x: Floats) -> tuple[Floats, float] | None:
    """Values as whole numbers over one denominator; None where their sums would not be exact."""
    distinct, place = np.unique(x, return_inverse=True)
    p, q = fractions(distinct)
    if (q == 0).any():
        return None
    denominator = 1
    for one in np.unique(q).tolist():
        denominator = math.lcm(denominator, one)
        if denominator * len(x) > EXACT:
            return None
    tops = p.astype(np.float64) * (denominator // q)
    if len(x) and np.abs(tops).max() * len(x) > EXACT:
        return None
    return tops[place.ravel()], float(denominator)


def whole(values: ArrayLike) -> NDArray[np.object_]:
    """Values as Python's whole numbers, all multiplied by the same: sums of squares of any size are
    exact. Those that stand for no simple fraction are taken to 12 digits.
    """
    x = np.asarray(values, dtype=np.float64)
    p, q = fractions(x)
    if (q > 0).all():
        denominator = math.lcm(*np.unique(q).tolist())
        return np.asarray(p.astype(object) * (denominator // q.astype(object)))
    decimals = DIGITS - math.ceil(math.log10(_largest(x)))
    return np.vectorize(lambda one: int(Fraction(one) * 10**decimals), otypes=[object])(x)


def rounded(values: Floats, *, largest: float) -> Floats:
    """Values to as many decimals as leave `DIGITS` digits of the largest number behind them."""
    if not largest > 0:
        return values
    return np.round(values, DIGITS - math.ceil(math.log10(largest)))


def _largest(*values: Floats) -> float:
    return max(float(np.abs(one).max(initial=0.0)) for one in values)


def constant(values: ArrayLike) -> bool:
    """Whether all values stand for one number; True without a value."""
    x = np.asarray(values, dtype=np.float64).reshape(-1, 1)
    return not len(x) or bool(constants(x)[0])


def constants(columns: Floats) -> NDArray[np.bool_]:
    """Whether all values of a column stand for one number: (n, m), n ≥ 1, to (m,)."""
    near = 2 * LAST_PLACES * np.spacing(np.abs(columns).max(axis=0))
    return np.asarray(np.ptp(columns, axis=0) <= near)
