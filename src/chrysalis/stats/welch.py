"""The difference of two means of independent trainings, of which few are at hand."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from statsmodels.stats.weightstats import CompareMeans

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


def welch(arm: Sequence[float], baseline: Sequence[float], alpha: float = ALPHA) -> Difference:
    """Welch's t test (Biometrika 34, 1947) of finite values, one a training.

    The interval leaves out the true difference with probability `alpha`.

    Where neither side spreads at all, equal means have p 1 and others NaN: that all trainings agree
    but for rounding says nothing of how far others would be off.
    """
    seeds = min(len(arm), len(baseline))
    effect = float(np.mean(arm) - np.mean(baseline)) if seeds else math.nan
    if seeds < 2:
        return Difference(effect, math.nan, math.nan, math.nan, seeds)
    rounding = ROUNDING * float(np.max(np.abs([*arm, *baseline])))
    if max(np.ptp(arm), np.ptp(baseline)) <= rounding:
        if abs(effect) <= rounding:
            return Difference(0.0, 0.0, 0.0, 1.0, seeds)
        return Difference(effect, math.nan, math.nan, math.nan, seeds)
    found = CompareMeans.from_data(arm, baseline)
    _, p, _ = found.ttest_ind(usevar="unequal")
    low, high = found.tconfint_diff(alpha, usevar="unequal")
    return Difference(effect, float(low), float(high), float(p), seeds)
