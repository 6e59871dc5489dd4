"""Whether what classes gain by the removal of others depends on their place in an order."""

from __future__ import annotations

import itertools
import math

import numpy as np

from chrysalis.stats.claims import Span
from chrysalis.stats.effects import ALPHA
from chrysalis.stats.welch import added, reach_of

MOST_ORDERS = 10_000
SEED = 0


def slope(
    arm: list[np.ndarray], baseline: list[np.ndarray], distances: np.ndarray, comparisons: int
) -> tuple[float, Span]:
    """What a class gains for each place that it lies further away, and its interval (fractions).

    Takes right answers (seeds, images), boolean, of each class in two arms with trainings of their
    own, and distances (classes,) that are not all equal. The slope is that of least squares, so a
    weighted sum of the classes' accuracies: trainings and images are both random, the classes are
    given. Their variances add up, which errs on the safe side; degrees of freedom are
    Satterthwaite's (Biometrics Bulletin 2, 1946). The interval is NaN where nothing varies.
    """
    centred = distances - distances.mean()
    weights = centred / np.square(centred).sum()
    parts = []
    by_arm = []
    for side in (arm, baseline):
        by_seed = np.stack([right.mean(1) for right in side]).T @ weights
        by_arm.append(by_seed.mean())
        parts.append((by_seed.var(ddof=1) / len(by_seed), len(by_seed) - 1))
    for weight, ours, theirs in zip(weights, arm, baseline, strict=True):
        gains = ours.mean(0) - theirs.mean(0)
        parts.append((weight**2 * gains.var(ddof=1) / len(gains), len(gains) - 1))
    total, freedom = added(parts)
    estimate = float(by_arm[0] - by_arm[1])
    if total == 0:
        return estimate, Span(math.nan, math.nan)
    reach = reach_of(math.sqrt(total), freedom, ALPHA / comparisons)
    return estimate, Span(estimate - reach, estimate + reach)


def orders_as_steep(gains: np.ndarray, distances: np.ndarray) -> tuple[int, int]:
    """Of how many orders of the classes the slope is as steep as in theirs, and of how many in all.

    That is a permutation test (Fisher, The Design of Experiments, 1935, section 21): if places mean
    nothing, theirs is one order among all. "As steep" is in the direction of their own slope. All
    orders of up to 7 classes are tried, and `MOST_ORDERS` random ones of more, with their own.
    """
    gains, distances = np.asarray(gains, float), np.asarray(distances, float)
    if math.factorial(len(gains)) <= MOST_ORDERS:
        orders = np.array(list(itertools.permutations(range(len(gains)))))
    else:
        rng = np.random.default_rng(SEED)
        drawn = [rng.permutation(len(gains)) for _ in range(MOST_ORDERS - 1)]
        orders = np.array([np.arange(len(gains)), *drawn])
    products = gains[orders] @ (distances - distances.mean())
    own = float(gains @ (distances - distances.mean()))
    rounding = 1e-9 * max(1.0, abs(own))
    steep = products >= own - rounding if own >= 0 else products <= own + rounding
    return int(steep.sum()), len(orders)
