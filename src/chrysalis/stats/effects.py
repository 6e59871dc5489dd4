"""An effect, its 95 % interval and its p value, put together from two models of chance.

One model takes the trainings as given and only the images as drawn; the other takes both as drawn.
An effect is never surer than the less sure of the two.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from chrysalis.stats.distributions import normal_reach, t_above, t_reach

ALPHA = 0.05


@dataclass(frozen=True)
class Effect:
    """How much better an arm scores than its baseline, with what is needed to judge that.

    `effect` is the arm's mean less the baseline's (accuracies: a fraction in [-1, 1]); `low` and
    `high` bound the 95 % interval, which excludes 0 exactly where the two-sided `p` is below 0.05.
    `p` is the larger of `p_image`, of the images alone, and the p value of trainings and images.

    `error` is the effect's standard error for trainings and images, with `freedom` degrees of
    freedom. Of the images alone, `image_error` and `image_freedom` are about `image_centre`, which
    for accuracies is the effect shrunk by two pseudo-images. `trials` is the number of independent
    images that the answers are worth, NaN for scores that are not answers.

    Where a single training per arm, or a single image, leaves nothing to estimate the spread from,
    all but `effect`, `seeds` and `images` are NaN. Of several studies at once each number is an
    array of their leading shape.
    """

    effect: float
    low: float
    high: float
    p: float
    p_image: float
    seeds: int
    images: int
    error: float = np.nan
    freedom: float = np.nan
    image_centre: float = np.nan
    image_error: float = np.nan
    image_freedom: float = np.nan
    trials: float = np.nan

    def interval(self, alpha: float = ALPHA) -> tuple[float, float]:
        """The union of both models' intervals of level 1 - alpha, not clipped or fitted to p."""
        both = t_reach(alpha / 2, self.freedom) * self.error
        image = t_reach(alpha / 2, self.image_freedom) * self.image_error
        return (
            _plain(np.minimum(self.effect - both, self.image_centre - image)),
            _plain(np.maximum(self.effect + both, self.image_centre + image)),
        )


@dataclass(frozen=True)
class Chance:
    """The spread of an effect by both models: arrays (...,) as the fields of `Effect` named so."""

    variance: np.ndarray
    freedom: np.ndarray
    image_centre: np.ndarray
    image_variance: np.ndarray
    image_freedom: float
    trials: float = np.nan


def unknown(effect: np.ndarray, seeds: int, images: int) -> Effect:
    """An effect (...,) of whose spread nothing is known."""
    gap = np.full(np.shape(effect), np.nan)
    return Effect(_plain(effect), _plain(gap), _plain(gap), _plain(gap), _plain(gap), seeds, images)


def assemble(
    effect: np.ndarray,
    chance: Chance,
    p_image: np.ndarray,
    seeds: int,
    images: int,
    bound: float = np.inf,
) -> Effect:
    """The effect with the union of both intervals and the larger of both p values.

    Limits lie within [-bound, bound]. Where the tests find a difference (or none) and the intervals
    say otherwise, the limit next to 0 follows the tests: it is 0 where they find none, else the
    test-based limit of Miettinen (American Journal of Epidemiology 103, 1976).
    """
    error, image_error = np.sqrt(chance.variance), np.sqrt(chance.image_variance)
    p = np.maximum(p_image, two_sided(effect, error, chance.freedom))
    both = t_reach(ALPHA / 2, chance.freedom) * error
    image = t_reach(ALPHA / 2, chance.image_freedom) * image_error
    side = np.where(effect < 0, -1.0, 1.0)
    size, image_size = np.abs(effect), side * chance.image_centre
    near = np.minimum(size - both, image_size - image)
    far = np.maximum(size + both, image_size + image)
    with np.errstate(divide="ignore", invalid="ignore"):
        by_test = size * (1 - normal_reach(ALPHA / 2) / normal_reach(p / 2))
    near = np.where(p < ALPHA, np.where(near > 0, near, by_test), np.minimum(near, 0.0))
    return Effect(
        _plain(effect),
        _plain(np.clip(np.where(side > 0, near, -far), -bound, bound)),
        _plain(np.clip(np.where(side > 0, far, -near), -bound, bound)),
        _plain(p),
        _plain(p_image),
        seeds,
        images,
        _plain(error),
        _plain(chance.freedom),
        _plain(chance.image_centre),
        _plain(image_error),
        chance.image_freedom,
        chance.trials,
    )


def two_sided(effect: np.ndarray, error: np.ndarray, freedom: np.ndarray | float) -> np.ndarray:
    """Two-sided p of a t statistic; 1 where the effect is 0, and 0 where only `error` is."""
    with np.errstate(divide="ignore", invalid="ignore"):
        statistic = np.where(effect == 0, 0.0, np.abs(effect) / error)
    return 2 * t_above(statistic, freedom)


def _plain(values: np.ndarray) -> float:
    """A float of a 0-d array; an array of several studies stays one, though the type hides it."""
    array = np.asarray(values, float)
    return array.item() if array.ndim == 0 else array  # type: ignore[return-value]
