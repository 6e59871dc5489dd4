"""How far values differ from seed to seed, and how well so few seeds tell."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy import stats

from chrysalis.stats.effects import ALPHA


@dataclass(frozen=True)
class Spread:
    """A standard deviation (n - 1) with its 95 % interval; NaN where there are too few values."""

    sd: float
    low: float
    high: float


def spread(values: np.ndarray) -> Spread:
    """The standard deviation of `values` (n,), with the interval for a normal distribution's.

    (n - 1) s^2 / sigma^2 is chi-squared with n - 1 degrees of freedom. With values that are all
    alike the interval is 0 to 0, although a longer series may differ.
    """
    degrees = len(values) - 1
    if degrees < 1:
        return Spread(math.nan, math.nan, math.nan)
    sd = float(np.std(values, ddof=1))
    below, above = stats.chi2.ppf([1 - ALPHA / 2, ALPHA / 2], degrees)
    return Spread(sd, sd * math.sqrt(degrees / below), sd * math.sqrt(degrees / above))


def of_test_images(accuracy: float, images: int) -> float:
    """How far the accuracy on that many test images would differ from one draw of them to another.

    A binomial distribution's standard deviation: Bouthillier et al., "Accounting for Variance in
    Machine Learning Benchmarks", MLSys 2021, section 3.1.
    """
    return math.sqrt(accuracy * (1 - accuracy) / images)
