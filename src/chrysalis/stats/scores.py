"""How two arms differ in a real-valued score of each image, such as its log loss or Brier score.

The model of chance is that of `compare`: trainings and images are both random. A score has no
least or largest value that pseudo-images could take, so there are none, and intervals have no
bounds; the images' own test is the paired t-test over the images' mean scores.
"""

from __future__ import annotations

import numpy as np
from scipy.special import log_softmax, softmax

from chrysalis.stats import readers
from chrysalis.stats.effects import Chance, Effect, assemble, two_sided, unknown


def compare(arm: np.ndarray, baseline: np.ndarray) -> Effect:
    """Compare real scores (..., seeds, images) of arms with trainings of their own.

    Everything is in the scores' unit, and `effect` is the arm's mean less the baseline's: of losses
    a negative one is good. Leading axes are studies, as in `chrysalis.stats.compare.compare`.

    Raises:
        ValueError: the arms have different shapes.
    """
    return _compare(arm, baseline, readers.nested)


def compare_paired(arm: np.ndarray, baseline: np.ndarray) -> Effect:
    """As `compare`, where row s of both arms is the same training judged twice.

    Raises:
        ValueError: the arms have different shapes.
    """
    return _compare(arm, baseline, readers.crossed)


def compare_resampled(arm: np.ndarray, baseline: np.ndarray, train_images: float) -> Effect:
    """As `compare`, where each seed has its own split: see `compare.compare_resampled`.

    Raises:
        ValueError: the arms have different shapes.
    """
    if arm.shape != baseline.shape:
        raise ValueError(f"arms of different shape: {arm.shape} and {baseline.shape}")
    seeds, images = arm.shape[-2:]
    gains = arm.astype(float) - baseline
    effect = gains.mean((-1, -2))
    if seeds < 2 or images < 2:
        return unknown(effect, seeds, images)
    inflation = 1 + (seeds - 1) * images / (images + train_images)
    by_seeds = (1 / seeds + images / train_images) * gains.mean(-1).var(-1, ddof=1)
    by_images = inflation * gains.var(-1, ddof=1).mean(-1) / (seeds * images)
    variance = np.maximum(by_seeds, by_images)
    with np.errstate(divide="ignore", invalid="ignore"):
        freedom = np.where(by_seeds > 0, (seeds - 1) * np.square(variance / by_seeds), np.inf)
    chance = Chance(variance, freedom, effect, by_images, images - 1)
    p_image = two_sided(effect, np.sqrt(by_images), images - 1)
    return assemble(effect, chance, p_image, seeds, images)


def _compare(arm: np.ndarray, baseline: np.ndarray, design: readers.Design) -> Effect:
    if arm.shape != baseline.shape:
        raise ValueError(f"arms of different shape: {arm.shape} and {baseline.shape}")
    seeds, images = arm.shape[-2:]
    arm, baseline = arm.astype(float), baseline.astype(float)
    by_image = (arm - baseline).mean(-2)
    effect = by_image.mean(-1)
    if seeds < 2 or images < 2:
        return unknown(effect, seeds, images)
    total, freedom = readers.error_term(design(arm, baseline), seeds)
    image_variance = by_image.var(-1, ddof=1) / images
    chance = Chance(2 * total / (seeds * images), freedom, effect, image_variance, images - 1)
    p_image = two_sided(effect, np.sqrt(image_variance), images - 1)
    return assemble(effect, chance, p_image, seeds, images)


def log_losses(labels: np.ndarray, logits: np.ndarray) -> np.ndarray:
    """Negative log likelihood (images,) of each image's class, in nats.

    Takes labels (images,) int and logits (images, classes) float.
    """
    return -log_softmax(logits.astype(float), axis=1)[np.arange(len(labels)), labels]


def brier_scores(labels: np.ndarray, logits: np.ndarray) -> np.ndarray:
    """Brier score (images,) of each image, in [0, 2]: summed over the classes.

    Takes labels (images,) int and logits (images, classes) float. Source: Brier, Monthly Weather
    Review 78, 1950.
    """
    wrong = softmax(logits.astype(float), axis=1)
    wrong[np.arange(len(labels)), labels] -= 1
    return np.square(wrong).sum(1)
