"""The difference of two means of independent trainings, of which few are at hand."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from chrysalis.stats.distributions import t_above, t_reach
from chrysalis.stats.effects import ALPHA

ROUNDING = 1e-9  # relative to the largest value; what differs by less is the same


@dataclass(frozen=True)
class Difference:
    """The mean of one side less that of the other, its 95 % interval and its two-sided p.

    `seeds` is the number of trainings of the side that has fewer. NaN stands for what such few
    trainings, or trainings that are all alike, cannot tell.
    """

    effect: float
    low: float
    high: float
    p: float
    seeds: int
    images: int = 0  # none: outcomes of `stats.verdict` ask for it


def welch(
    arm: Sequence[float] | np.ndarray, baseline: Sequence[float] | np.ndarray, alpha: float = ALPHA
) -> Difference:
    """Welch's t test (Biometrika 34, 1947) of finite values, one a training.

    The interval leaves out the true difference with probability `alpha`.

    Where neither side spreads but for rounding, the interval is NaN: that all trainings agree says
    nothing of how far others would be off. Then p is 1 for equal means, and NaN for others.
    """
    seeds = min(len(arm), len(baseline))
    effect = float(np.mean(arm) - np.mean(baseline)) if seeds else math.nan
    if seeds < 2:
        return Difference(effect, math.nan, math.nan, math.nan, seeds)
    rounding = ROUNDING * float(np.max(np.abs([*arm, *baseline])))
    effect = 0.0 if abs(effect) <= rounding else effect
    if max(np.ptp(arm), np.ptp(baseline)) <= rounding:
        return Difference(effect, math.nan, math.nan, math.nan if effect else 1.0, seeds)
    spreads = [Spread(float(np.var(side, ddof=1)), len(side)) for side in (arm, baseline)]
    error, freedom = standard_error(*spreads)
    reach = reach_of(error, freedom, alpha)
    p = float(2 * t_above(abs(effect) / error, freedom))
    return Difference(effect, effect - reach, effect + reach, p, seeds)


class Spread(NamedTuple):
    """The variance of so many independent values."""

    variance: float
    values: int


def standard_error(arm: Spread, baseline: Spread) -> tuple[float, float]:
    """Of the difference of two means, with its degrees of freedom (Satterthwaite's).

    NaN where neither side spreads.
    """
    total, freedom = added(
        [(side.variance / side.values, side.values - 1) for side in (arm, baseline)]
    )
    return math.sqrt(total) if total else math.nan, freedom


def added(parts: Sequence[tuple[float, float]]) -> tuple[float, float]:
    """The sum of independent variances, each with its degrees of freedom, and those of the sum.

    Satterthwaite's (Biometrics Bulletin 2, 1946); NaN of a sum of 0.
    """
    variances, freedoms = np.array(parts, float).T
    total = float(variances.sum())
    if total == 0:
        return 0.0, math.nan
    shares = variances / total  # squares of tiny variances would vanish
    return total, float(1 / (np.square(shares) / freedoms).sum())


def reach_of(error: float, freedom: float, alpha: float) -> float:
    """Half the interval that leaves out the truth with probability `alpha`, by Student's t."""
    return float(t_reach(alpha / 2, freedom) * error)
