"""Intervals of means over images: of scores, of shares, and of paired differences of answers."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from statsmodels.stats.proportion import proportion_confint

from chrysalis.stats.distributions import normal_reach
from chrysalis.stats.effects import ALPHA
from chrysalis.stats.welch import reach_of


class Mean(NamedTuple):
    """A mean over so many `images` with its interval; NaN where too few values tell nothing."""

    mean: float
    low: float
    high: float
    images: int


def of_scores(values: np.ndarray, alpha: float = ALPHA) -> Mean:
    """Of independent scores (n,), by Student's t; those that are NaN don't count.

    Equal scores say nothing of how others would spread: the interval is NaN.
    """
    known = values[~np.isnan(values)].astype(float)
    mean = float(known.mean()) if len(known) else math.nan
    error = float(known.std(ddof=1)) / math.sqrt(len(known)) if len(known) > 1 else 0.0
    if error == 0:
        return Mean(mean, math.nan, math.nan, len(known))
    reach = reach_of(error, len(known) - 1, alpha)
    return Mean(mean, mean - reach, mean + reach, len(known))


def of_share(right: np.ndarray, alpha: float = ALPHA) -> Mean:
    """Of booleans (n,), by Wilson's interval (JASA 22, 1927)."""
    count = len(right)
    if not count:
        return Mean(math.nan, math.nan, math.nan, 0)
    low, high = proportion_confint(int(right.sum()), count, alpha, "wilson")
    return Mean(float(right.mean()), float(low), float(high), count)


def of_changes(after: np.ndarray, before: np.ndarray, alpha: float = ALPHA) -> Mean:
    """Of the difference of two booleans (n,) of the same images, after less before.

    The interval is Bonett and Price's (Journal of Educational and Behavioral Statistics 37, 2012),
    as if there were two more images, one that changed in each direction.
    """
    count = len(after)
    if not count:
        return Mean(math.nan, math.nan, math.nan, 0)
    differences = after.astype(float) - before
    more = np.append(differences, [1.0, -1.0])
    reach = float(normal_reach(alpha / 2)) * math.sqrt(more.var() / len(more))
    centre = float(more.mean())
    low, high = max(-1.0, centre - reach), min(1.0, centre + reach)
    return Mean(float(differences.mean()), low, high, count)
