"""Whether a claim stands: where an interval lies beside the region that the claim names.

A claim names a region for a difference or a ratio. It holds if the interval lies inside, it is
contradicted if the interval lies outside, and otherwise nothing is shown. So it can never do both,
and a narrower interval never takes back what a wider one around it has shown.

Intervals are simultaneous (Bonferroni): of all comparisons of one family together, the chance that
any interval misses the truth is at most 5 %.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

import numpy as np

from chrysalis.stats.distributions import t_reach
from chrysalis.stats.effects import ALPHA, Effect
from chrysalis.stats.welch import Spread, added, reach_of, standard_error, welch

Standing = Literal["holds", "contradicted", "open"]


class Span(NamedTuple):
    """From `low` to `high`, in one unit: an interval, or the region of a claim, open at both ends.

    NaN limits are those of an interval of which nothing is known; a region is finite at one end.
    """

    low: float
    high: float


def standing(interval: Span, region: Span) -> Standing:
    """Whether all of the interval is in the region, none of it is, or neither ("open")."""
    enough = region.low < interval.low or np.isneginf(region.low)
    if enough and (interval.high < region.high or np.isposinf(region.high)):
        return "holds"
    if interval.high < region.low or region.high < interval.low:
        return "contradicted"
    return "open"


def simultaneous(effect: Effect, comparisons: int) -> Span:
    """The interval of an effect on accuracy as one of so many, a fraction in [-1, 1].

    It reaches 0 wherever p, corrected alike, is not below 5 %: it is never surer than the test.
    """
    low, high = effect.interval(ALPHA / comparisons)
    if effect.p * comparisons >= ALPHA:
        low, high = min(low, 0.0), max(high, 0.0)
    return Span(float(np.clip(low, -1, 1)), float(np.clip(high, -1, 1)))


def mean_difference(arm: np.ndarray, baseline: np.ndarray, comparisons: int) -> Span:
    """Of the means of two arms' values (seeds,), by Welch's t: Biometrika 34, 1947.

    NaN where neither arm varies: then there is no telling how much another training would.
    """
    found = welch(arm, baseline, ALPHA / comparisons)
    return Span(found.low, found.high)


def ratio(arm: np.ndarray, baseline: np.ndarray, comparisons: int, unit: float = 0.0) -> Span:
    """Of the geometric means of two arms' values (seeds,), above 0: Welch's t of their logarithms.

    Values are whole multiples of `unit`, if it is not 0: then they spread at least as much as
    rounding does (unit / sqrt(12)).
    """
    logs = [np.log(values) for values in (arm, baseline)]
    least = [np.square(unit / values.mean()) / 12 for values in (arm, baseline)]
    spreads = [
        Spread(max(float(log.var(ddof=1)), float(floor)), len(log))
        for log, floor in zip(logs, least, strict=True)
    ]
    error, freedom = standard_error(*spreads)
    found = _around(float(logs[0].mean() - logs[1].mean()), error, freedom, comparisons)
    return Span(float(np.exp(found.low)), float(np.exp(found.high)))


def ratio_of_times(
    arm: np.ndarray, baseline: np.ndarray, ran: tuple[np.ndarray, np.ndarray], comparisons: int
) -> Span:
    """Of the epochs (seeds,) until two arms reach something; infinite for a training that did not.

    Such a training needed more than the epochs that it `ran` for, (seeds,) of each arm. It counts
    as one more, and the ratio has no limit on the side where that would matter.
    """
    ours, theirs = (
        np.where(np.isinf(epochs), longest + 1, epochs)
        for epochs, longest in zip((arm, baseline), ran, strict=True)
    )
    found = ratio(ours, theirs, comparisons, unit=1.0)
    return Span(
        0.0 if np.isinf(baseline).any() else found.low,
        np.inf if np.isinf(arm).any() else found.high,
    )


def classes_difference(lower: list[np.ndarray], higher: list[np.ndarray], comparisons: int) -> Span:
    """Of the mean accuracies of two groups of classes, `lower` minus `higher`, in one arm.

    Takes right answers (seeds, images), boolean, of each class: the same trainings, other images.
    Trainings and images are both random. Their variances add up, which counts the chance of single
    answers twice and so errs on the safe side; degrees of freedom are Satterthwaite's (Biometrics
    Bulletin 2, 1946). NaN where nothing varies.
    """
    by_seed = _mean_of_classes(lower) - _mean_of_classes(higher)
    parts = [(by_seed.var(ddof=1) / len(by_seed), len(by_seed) - 1)]
    for group in (lower, higher):
        for right in group:
            variance = right.mean(0).var(ddof=1) / right.shape[1]
            parts.append((variance / len(group) ** 2, right.shape[1] - 1))
    total, freedom = added(parts)
    if total == 0:
        return Span(np.nan, np.nan)
    return _around(float(by_seed.mean()), float(np.sqrt(total)), freedom, comparisons)


def _mean_of_classes(group: list[np.ndarray]) -> np.ndarray:
    """The mean over the classes of their accuracy (seeds,)."""
    return np.mean([right.mean(1) for right in group], axis=0)


def another_training(values: np.ndarray, images: float = np.nan, unit: float = 0.0) -> Span:
    """Where one more training's value would lie (prediction interval), from those of (seeds,).

    Student's t with seeds - 1 degrees of freedom. Values that are shares of so many `images` would
    be those of other images: the images' binomial variance counts twice, for ours and for theirs,
    and the interval stays within 0 and 1. Whole multiples of a `unit` spread as in `ratio`.
    """
    seeds = len(values)
    mean = float(values.mean())
    variance = max(values.var(ddof=1), unit**2 / 12) * (1 + 1 / seeds)
    if not np.isnan(images):
        variance += 2 * mean * (1 - mean) / images
    reach = float(t_reach(ALPHA / 2, seeds - 1) * np.sqrt(variance))
    if np.isnan(images):
        return Span(mean - reach, mean + reach)
    return Span(max(0.0, mean - reach), min(1.0, mean + reach))


def _around(centre: float, error: float, freedom: float, comparisons: int) -> Span:
    reach = reach_of(error, freedom, ALPHA / comparisons)
    return Span(centre - reach, centre + reach)
