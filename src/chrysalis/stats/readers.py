"""The variance of a difference of two arms whose trainings and test images are both random.

The design is that of multi-reader multi-case studies: trainings are the readers, test images the
cases. The analysis of variance is that of Dorfman, Berbaum and Metz (Investigative Radiology 27,
1992), with the degrees of freedom of Hillis (Statistics in Medicine 26, 2007, "ddf_H"). Trainings
are nested in the arms, or crossed with them where both arms are the same networks judged twice.

No variance component is taken to be negative: the seeds' mean square is never less than the
residual one, which is what chance in single answers would give it. So the variance is never less
than that of the images alone, and equal accuracies of all seeds are no special case.

Arms may differ in how much their trainings spread, so each has a term of its own in the degrees of
freedom (Welch, Biometrika 34, 1947). With 3 seeds that leaves up to 5.9 % false alarms where one
arm's trainings spread 3 to 10 times as much as the other's, and 3.5 % where they spread alike.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Squares:
    """Mean squares of a comparison, each of the leading shape (...,) of its scores.

    `seeds_of` are one or two parts that add up to the mean square of trainings within arms: half
    of each arm's own (nested), or that of arms by trainings (crossed). `image` is that of arms by
    images, `residual` of arms by trainings by images.
    """

    seeds_of: tuple[np.ndarray, ...]
    image: np.ndarray
    residual: np.ndarray

    @property
    def seed(self) -> np.ndarray:
        """The mean square of trainings within arms."""
        return np.sum(self.seeds_of, axis=0)


Design = Callable[[np.ndarray, np.ndarray], Squares]


def nested(arm: np.ndarray, baseline: np.ndarray) -> Squares:
    """Mean squares of real scores (..., seeds, images), each arm having trainings of its own."""
    within = []
    residual = np.zeros(arm.shape[:-2])
    _, images = arm.shape[-2:]
    for scores in (arm, baseline):
        by_seed, squares = _two_way(scores)
        within.append(images * by_seed.var(-1, ddof=1) / 2)
        residual = residual + squares / 2
    return Squares(tuple(within), _by_image(arm - baseline), residual)


def crossed(arm: np.ndarray, baseline: np.ndarray) -> Squares:
    """Mean squares of real scores (..., seeds, images) where row s of both is one training."""
    differences = arm - baseline
    by_seed, residual = _two_way(differences)
    seed = differences.shape[-1] * by_seed.var(-1, ddof=1) / 2
    return Squares((seed,), _by_image(differences), residual / 2)


def error_term(squares: Squares, seeds: int) -> tuple[np.ndarray, np.ndarray]:
    """The mean square that the arms' mean square is judged by, and its degrees of freedom.

    The variance of the difference of the arms' means is 2 / (seeds images) times the first. Where
    trainings do not vary at all, the degrees of freedom are infinite.
    """
    beyond = np.maximum(squares.image - squares.residual, 0.0)
    total = np.maximum(squares.seed, squares.residual) + beyond
    noise = sum(np.square(part) for part in squares.seeds_of) / (seeds - 1)
    with np.errstate(divide="ignore", invalid="ignore"):
        freedom = np.where(noise > 0, np.square(total) / noise, np.inf)
    return total, freedom


def _two_way(scores: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Means (..., seeds) of scores (..., seeds, images), and the mean square of their interaction.

    The residual is found from sums of squares, so no array of residuals is made.
    """
    seeds, images = scores.shape[-2:]
    by_seed, by_image = scores.mean(-1), scores.mean(-2)
    whole = by_seed.mean(-1)
    squares = (
        np.einsum("...si,...si->...", scores, scores)
        - images * np.square(by_seed).sum(-1)
        - seeds * np.square(by_image).sum(-1)
        + seeds * images * np.square(whole)
    )
    return by_seed, np.maximum(squares, 0.0) / ((seeds - 1) * (images - 1))


def _by_image(differences: np.ndarray) -> np.ndarray:
    """The mean square of arms by images from differences (..., seeds, images) of the arms."""
    return differences.shape[-2] * differences.mean(-2).var(-1, ddof=1) / 2
