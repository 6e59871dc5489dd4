"""Showing that two arms are equal within a margin, or that one is not worse by more than it.

Two one-sided tests (Schuirmann 1987; Lakens, Social Psychological and Personality Science 8, 2017):
arms are equal within the margin if both "the arm is better by the margin or more" and "it is worse
by the margin or more" are rejected. Each is tested by both models of chance of `Effect`, and by a
third test where scores are answers: if the arms differed by the margin, and all differences went
one way, how often would so few be seen? It matters where hardly any image tells the arms apart, and
a standard error says little.
"""

from __future__ import annotations

import numpy as np
from scipy import special

from chrysalis.stats.distributions import t_above
from chrysalis.stats.effects import ALPHA, Effect


def p_not_worse(effect: Effect, margin: float) -> float:
    """One-sided p of "the arm scores less than its baseline by `margin` or more"; NaN if unknown.

    Small where the arm is shown not to be inferior. `margin` is in the effect's unit, above 0.

    Raises:
        ValueError: the margin is not above 0.
    """
    if not margin > 0:
        raise ValueError(f"a margin has to be above 0, found {margin}")
    ps = [
        _upper_tail(effect.effect + margin, effect.error, effect.freedom),
        _upper_tail(effect.image_centre + margin, effect.image_error, effect.image_freedom),
        _one_way(effect, margin),
    ]
    return float(np.max(ps))


def p_equal(effect: Effect, margin: float) -> float:
    """p of the two one-sided tests of equality within `margin`: the larger of both; NaN if unknown.

    Raises:
        ValueError: the margin is not above 0.
    """
    return max(p_not_worse(effect, margin), p_not_worse(_swapped(effect), margin))


def equivalence_interval(effect: Effect, alpha: float = ALPHA) -> tuple[float, float]:
    """The interval of level 1 - 2 alpha (90 % for 5 %), in the effect's unit.

    Arms are equal by the two models of chance if it lies within the margin.
    """
    return effect.interval(2 * alpha)


def _upper_tail(distance: float, error: float, freedom: float) -> float:
    """P(T >= distance / error); of no error at all, by the sign of the distance."""
    if error == 0:
        return 0.0 if distance > 0 else 1.0
    return float(t_above(distance / error, freedom))


def _one_way(effect: Effect, margin: float) -> float:
    """P(as few images differ as in the effect), if a share `margin` of all did, all for the worse.

    The binomial distribution's lower tail, continued smoothly between whole images. Scores that
    are not answers have no `trials`, so nothing is asked of them.
    """
    if np.isnan(effect.trials):
        return np.nan if np.isnan(effect.error) else 0.0
    lost = -effect.effect * effect.trials
    if lost <= -1:
        return 0.0
    if lost >= effect.trials:
        return 1.0
    return float(special.betainc(effect.trials - lost, lost + 1, 1 - min(margin, 1.0)))


def _swapped(effect: Effect) -> Effect:
    """The effect of the baseline over the arm."""
    parts = vars(effect) | {
        "effect": -effect.effect,
        "low": -effect.high,
        "high": -effect.low,
        "image_centre": -effect.image_centre,
    }
    return Effect(**parts)
