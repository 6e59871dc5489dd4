"""How probable it is that one training of an arm beats one of its baseline.

Bouthillier et al. (MLSys 2021, section 4) judge by it whether a difference matters in practice: a
mean can be higher while a single training says little. It is about trainings on these very test
images, so images drawn anew are not part of the interval.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import optimize
from statsmodels.stats.proportion import proportion_confint

from chrysalis.stats.distributions import t_reach
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
    Newcombe (Statistics in Medicine 25, 2006, part 2), with Student's quantile: with the normal one
    and 3 seeds each, 10 % of intervals about equal arms would not hold 1/2.
    """
    ahead = np.sign(np.subtract.outer(arm, baseline))
    found = float((ahead.mean() + 1) / 2)
    z = t_reach(ALPHA / 2, len(arm) + len(baseline) - 2)

    def beyond(theta: float) -> float:
        return abs(found - theta) - z * np.sqrt(_variance(theta, len(arm), len(baseline)))

    # At 0 and 1 the variance is 0: a limit is where theta is that far off, not where it is found.
    low = 0.0 if found == 0 else optimize.brentq(beyond, 0.0, min(found, 1 - 1e-12))
    high = 1.0 if found == 1 else optimize.brentq(beyond, max(found, 1e-12), 1.0)
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
