"""How probable it is that one training of an arm beats one of its baseline.

Bouthillier et al. (MLSys 2021, section 4) judge by it whether a difference matters in practice: a
mean can be higher while a single training says little. It is about trainings on these very test
images, so images drawn anew are not part of the interval.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import optimize, stats
from statsmodels.stats.proportion import proportion_confint

from chrysalis.stats.effects import ALPHA


@dataclass(frozen=True)
class Superiority:
    """A probability in [0, 1], ties counted half, and its 95 % interval."""

    probability: float
    low: float
    high: float


def of_separate_trainings(arm: np.ndarray, baseline: np.ndarray) -> Superiority:
    """That a training of the arm beats one of the baseline, from accuracies (seeds,) of each.

    The probability is the Mann-Whitney statistic over all pairs; the interval is method 5 of
    Newcombe (Statistics in Medicine 25, 2006, part 2), which holds for 3 seeds and for arms that
    don't overlap.
    """
    ahead = np.sign(np.subtract.outer(arm, baseline))
    found = float((ahead.mean() + 1) / 2)
    z = stats.norm.isf(ALPHA / 2)

    def beyond(theta: float) -> float:
        return abs(found - theta) - z * np.sqrt(_variance(theta, len(arm), len(baseline)))

    low = 0.0 if found == 0 else optimize.brentq(beyond, 0.0, found)
    high = 1.0 if found == 1 else optimize.brentq(beyond, found, 1.0)
    return Superiority(found, float(low), float(high))


def of_paired_trainings(arm: np.ndarray, baseline: np.ndarray) -> Superiority:
    """That the arm beats its baseline in a training that both share, from accuracies (seeds,).

    The share of seeds, with Wilson's interval (JASA 22, 1927).
    """
    found = float((np.sign(arm - baseline).mean() + 1) / 2)
    low, high = proportion_confint(found * len(arm), len(arm), ALPHA, method="wilson")
    return Superiority(found, float(low), float(high))


def _variance(theta: float, first: int, second: int) -> float:
    """Variance of the Mann-Whitney probability, for exponential scores and equal halves."""
    spread = (first + second) / 2 - 1
    factor = 1 + spread * ((1 - theta) / (2 - theta) + theta / (1 + theta))
    return theta * (1 - theta) * factor / (first * second)
