"""Which difference a study would find, and what more seeds or more test images would change.

The variance of an effect has three parts: of trainings, which seeds shrink; of images, which test
images shrink; and of single answers, which both shrink. Estimated from a pilot, they foretell the
interval and the detectable difference of a study of another size. Source of the decomposition:
Hillis, Obuchowski and Berbaum, Academic Radiology 18, 2011 (power for multi-reader studies).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import optimize, special

from chrysalis.stats import readers
from chrysalis.stats.distributions import normal_reach, t_reach
from chrysalis.stats.effects import ALPHA, Effect

POWER = 0.8
MOST_SEEDS = 1000


@dataclass(frozen=True)
class Components:
    """Variance of an effect, in the scores' squared unit: seed / S + image / N + residual / (S N).

    S is the number of seeds and N that of test images. `arms` is 2 where each arm has trainings of
    its own and 1 where both share them. `answers` says whether scores are right answers.
    """

    seed: float
    image: float
    residual: float
    arms: int
    answers: bool


@dataclass(frozen=True)
class Plan:
    """What a study of some size is expected to see, in the scores' unit.

    `half_width` is that of the 95 % interval; `detectable` the least difference that 80 % of such
    studies find at the level planned with.
    """

    half_width: float
    detectable: float


def variance_components(arm: np.ndarray, baseline: np.ndarray) -> Components:
    """Components from scores (..., seeds, images) of arms with trainings of their own.

    At least 2 seeds and 2 images. No component is below 0. Boolean scores are right answers.
    Leading axes, if any, are comparisons, of which the components are the means.
    """
    squares = readers.nested(arm.astype(float), baseline.astype(float))
    return _components(squares, arm, 2)


def variance_components_paired(arm: np.ndarray, baseline: np.ndarray) -> Components:
    """As `variance_components`, where row s of both arms is the same training judged twice."""
    squares = readers.crossed(arm.astype(float), baseline.astype(float))
    return _components(squares, arm, 1)


def _components(squares: readers.Squares, arm: np.ndarray, arms: int) -> Components:
    seeds, images = arm.shape[-2:]
    return Components(
        2 * max(float(np.mean(squares.seed - squares.residual)), 0.0) / images,
        2 * max(float(np.mean(squares.image - squares.residual)), 0.0) / seeds,
        2 * float(np.mean(squares.residual)),
        arms,
        arm.dtype == bool,
    )


def plan(
    components: Components, seeds: int, images: int, alpha: float = ALPHA, power: float = POWER
) -> Plan:
    """What to expect of a study with so many seeds (at least 2) and test images.

    `alpha` is the level of the strictest test in force: 0.05 / m of m comparisons.
    """
    answers = components.residual / (seeds * images)
    within = components.arms * (seeds - 1)
    by_seed = _expected_floor(components.seed / seeds + answers, answers, within)
    variance = by_seed + components.image / images
    freedom = within * (variance / by_seed) ** 2 if by_seed else np.inf
    image_variance = components.image / images + answers
    half = t_reach(ALPHA / 2, freedom) * np.sqrt(variance)
    if components.answers:
        half = max(half, t_reach(ALPHA / 2, images - 1) * np.sqrt(2) / (images + 2))
    found = _detectable(
        (float(np.sqrt(variance)), freedom),
        (float(np.sqrt(image_variance)), images - 1.0),
        images if components.answers else np.nan,
        (alpha, power),
    )
    return Plan(float(half), found)


def detectable(effect: Effect, alpha: float = ALPHA, power: float = POWER) -> float:
    """The least true difference that studies like this one find with probability `power`.

    In the effect's unit, at most 1 for accuracies; NaN if the spread is unknown. `alpha` is the
    level of the strictest test in force: 0.05 / m of m comparisons. The spread is the one seen
    here: with 3 seeds it is itself uncertain by a factor of about 2.
    """
    if np.isnan(effect.error):
        return np.nan
    return _detectable(
        (effect.error, effect.freedom),
        (effect.image_error, effect.image_freedom),
        effect.trials,
        (alpha, power),
    )


def more_seeds_to_halve(components: Components, seeds: int, images: int) -> int | None:
    """How many seeds more would halve the 95 % interval of a study of this size.

    None where no number up to 1,000 does: the images' part is not for seeds to shrink.
    """
    goal = plan(components, seeds, images).half_width / 2
    if plan(components, MOST_SEEDS, images).half_width > goal:
        return None
    low, high = seeds, MOST_SEEDS
    while high - low > 1:
        middle = (low + high) // 2
        if plan(components, middle, images).half_width > goal:
            low = middle
        else:
            high = middle
    return high - seeds


def _expected_floor(mean: float, least: float, freedom: int) -> float:
    """E max(X, least), of X with that mean distributed as chi-squared with `freedom` degrees.

    `compare` takes the seeds' mean square to be no less than chance in single answers makes it.
    """
    if mean == 0:
        return 0.0
    edge = freedom * least / mean
    above, below = special.chdtrc(freedom + 2, edge), special.chdtr(freedom, edge)
    return float(mean * above + least * below)


def _detectable(
    both: tuple[float, float],
    image: tuple[float, float],
    trials: float,
    rates: tuple[float, float],
) -> float:
    """The larger of what both models of chance, (error, freedom), need at (alpha, power).

    Answers that hardly ever differ don't show how much they would vary if they did: a difference d
    has a variance of at least d (1 - d) by image.
    """
    needed = [error * _noncentrality(freedom, *rates) for error, freedom in (both, image)]
    if np.isnan(trials):
        return max(needed)
    square = _noncentrality(np.inf, *rates) ** 2
    return min(max(*needed, square / (trials + square)), 1.0)


def _noncentrality(freedom: float, alpha: float, power: float) -> float:
    """By how many standard errors a difference must exceed 0 to be found with that power."""
    needed = normal_reach(alpha / 2) + special.ndtri(power)
    if freedom > 1e4:
        return float(needed)
    least = t_reach(alpha / 2, freedom)

    def short(shift: float) -> float:
        from scipy import stats  # half of the start of jobs that don't come here

        return float(stats.nct.sf(least, freedom, shift) - power)

    return float(optimize.brentq(short, needed / 2, 4 * (least + 2)))
