"""How two arms differ: effect, 95 % interval and test, from correctness by seed and image.

Training is random and so is the choice of test images; both count. The design is the one of
multi-reader multi-case studies, with trainings as readers and test images as cases: each arm has
its own trainings, and all trainings judge the same images. So the analysis of variance is that of
Dorfman, Berbaum and Metz (Investigative Radiology 27, 1992) for readers nested in treatments, with
the degrees of freedom of Hillis (Statistics in Medicine 26, 2007), with a term for each arm as in
Welch (Biometrika 34, 1947).

Where each seed has its own split, there is one difference for each seed, on images of its own.
These differences are not independent, as one seed trains on what another is tested on; the
corrected resampled t-test makes up for that (`compare_resampled`).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import stats
from statsmodels.stats.multitest import multipletests

LEVEL = 0.95


@dataclass(frozen=True)
class Effect:
    """A difference of two arms' accuracies as fractions: `difference` is arm minus baseline.

    `low` and `high` bound the 95 % interval, `p` is two-sided; all three are NaN where a single
    training per arm leaves nothing to estimate the spread from.
    """

    difference: float
    low: float
    high: float
    p: float
    seeds: int
    images: int

    @property
    def smallest_detectable(self) -> float:
        """Half the interval's width: a smaller true difference would usually go unseen."""
        return (self.high - self.low) / 2


def compare(arm: np.ndarray, baseline: np.ndarray) -> Effect:
    """Compare correctness (seeds, images), boolean, of two arms on the same images in one order.

    Raises:
        ValueError: the arms were not judged by the same number of seeds and images.
    """
    if arm.shape != baseline.shape:
        raise ValueError(f"arms of different shape: {arm.shape} and {baseline.shape}")
    both = np.stack([arm, baseline]).astype(float)
    _, seeds, images = both.shape
    difference = float(both[0].mean() - both[1].mean())
    if seeds < 2 or images < 2:
        return Effect(difference, np.nan, np.nan, np.nan, seeds, images)
    return _effect(difference, *_variance(both), seeds, images)


def compare_resampled(arm: np.ndarray, baseline: np.ndarray, train_images: float) -> Effect:
    """Compare correctness (seeds, images), boolean, of two arms where each seed has its own split.

    Row s of both arms is about the same test images, in one order; another row is about others, and
    their numbers are equal. `train_images` is how many images each training learned from. The
    variance of the mean difference is (1 / seeds + images / train_images) times that of the seeds'
    differences (Nadeau and Bengio, Machine Learning 52, 2003), with seeds - 1 degrees of freedom.

    Raises:
        ValueError: the arms were not judged by the same number of seeds and images.
    """
    if arm.shape != baseline.shape:
        raise ValueError(f"arms of different shape: {arm.shape} and {baseline.shape}")
    seeds, images = arm.shape
    gains = arm.astype(int) - baseline.astype(int)
    difference = float(gains.mean())
    if seeds < 2 or images < 2:
        return Effect(difference, np.nan, np.nan, np.nan, seeds, images)
    by_seed = gains.sum(1)
    spread, freedom = by_seed.var(ddof=1) / images**2, seeds - 1
    if np.ptp(by_seed) == 0:
        # Equal differences, which few images often give, say nothing of their spread: take that
        # which the images alone give each of them.
        spread, freedom = gains.var(1, ddof=1).mean() / images, images - 1
    return _effect(difference, (1 / seeds + images / train_images) * spread, freedom, seeds, images)


def _effect(difference: float, variance: float, freedom: float, seeds: int, images: int) -> Effect:
    """By a t statistic with that variance of the difference, but never surer than images allow.

    Trainings that all err alike show no variance, yet other images might tell them apart. The
    least standard error is that of Agresti and Min (Statistics in Medicine 24, 2005) for two arms
    that never disagreed: as if each had won half an image.
    """
    errors = [(stats.norm(), 1 / (images + 2))]
    if variance > 0:
        errors.append((stats.t(freedom), np.sqrt(variance)))
    half = max(chance.ppf((1 + LEVEL) / 2) * error for chance, error in errors)
    p = max(float(2 * chance.sf(abs(difference) / error)) for chance, error in errors)
    return Effect(difference, difference - half, difference + half, p, seeds, images)


def _variance(both: np.ndarray) -> tuple[float, float]:
    """Variance of the difference, and its degrees of freedom, of correctness (2, seeds, images)."""
    _, seeds, images = both.shape
    by_arm = both.mean((1, 2), keepdims=True)
    by_seed = both.mean(2, keepdims=True)
    by_image = both.mean((0, 1), keepdims=True)
    by_arm_image = both.mean(1, keepdims=True)

    ms_seeds = images * ((by_seed - by_arm) ** 2).sum((1, 2)) / (seeds - 1)
    ms_seed = ms_seeds.mean()
    interaction = by_arm_image - by_arm - by_image + both.mean()
    ms_interaction = seeds * (interaction**2).sum() / (images - 1)
    residual = both - by_seed - by_arm_image + by_arm
    ms_residual = (residual**2).sum() / (2 * (seeds - 1) * (images - 1))

    if ms_seed == 0:
        # Equal accuracies say nothing of the spread of trainings: take the trainings as given, and
        # the images alone as chance (Dorfman, Berbaum and Metz's test for fixed readers).
        return 2 * ms_interaction / (seeds * images), images - 1
    total = ms_seed + max(ms_interaction - ms_residual, 0.0)
    # Trainings may spread more in one arm than in the other, so each has its own term.
    return 2 * total / (seeds * images), total**2 / ((ms_seeds / 2) ** 2 / (seeds - 1)).sum()


def holm(p_values: list[float]) -> list[float]:
    """Holm's adjusted p values (Scandinavian Journal of Statistics 6, 1979); NaN stays NaN."""
    p = np.asarray(p_values, float)
    adjusted = np.full(len(p), np.nan)
    known = ~np.isnan(p)
    if known.any():
        adjusted[known] = multipletests(p[known], method="holm")[1]
    return adjusted.tolist()
