"""Tests of a linear mixed model's fixed effects, with Satterthwaite's degrees of freedom.

Sources: Satterthwaite (1946), Biometrics Bulletin 2:110; Fai & Cornelius (1996), J. Stat. Comput.
Simul. 54:363, for more than one contrast at once; Kuznetsova, Brockhoff & Christensen (2017),
lmerTest package, J. Stat. Softw. 82(13), section 2, whose tests these are.
"""

from dataclasses import dataclass

import numpy as np

from analysis.stats.blocks import Floats
from analysis.stats.reml import Fit


@dataclass(frozen=True, slots=True)
class FTest:
    """F with its two degrees of freedom."""

    f: float
    df_numerator: int
    df: float


def degrees_of_freedom(fit: Fit, contrast: Floats) -> float:
    """2 v² / (g′Ag): v the variance of the contrast (p,), g its derivatives by the parameters of
    the random part and A their covariance. A variance estimated at 0 is no parameter, as in
    lmerTest.
    """
    variance = contrast @ fit.cov @ contrast
    slopes = np.einsum("rab,a,b->r", fit.cov_slopes, contrast, contrast)
    return float(2 * variance**2 / (slopes @ fit.parameter_cov @ slopes))


def f_test(fit: Fit, contrasts: Floats) -> FTest:
    """The test that all of q independent contrasts (q, p) are 0.

    The contrasts are turned into uncorrelated ones; their t² are averaged and their degrees of
    freedom joined: 2E / (E − q), E the sum of ν / (ν − 2); 2 where one of them has 2 or fewer.
    """
    values, vectors = np.linalg.eigh(contrasts @ fit.cov @ contrasts.T)
    turned = vectors.T @ contrasts
    f = float(np.mean((turned @ fit.beta) ** 2 / values))
    degrees = np.array([degrees_of_freedom(fit, row) for row in turned])
    return FTest(f, len(contrasts), _joined(degrees))


def _joined(degrees: Floats) -> float:
    # Equal ones stay what they are: the formula would only round them.
    if np.ptp(degrees) < 1e-8 * degrees.max():
        return float(degrees.mean())
    if (degrees <= 2).any():
        return 2.0
    expected = (degrees / (degrees - 2)).sum()
    return float(2 * expected / (expected - len(degrees)))
