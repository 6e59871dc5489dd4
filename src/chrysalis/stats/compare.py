"""How two arms differ in accuracy: effect, 95 % interval and p, from answers by seed and image.

Two things are random, the trainings and the test images, and a verdict has to survive both. So p
is the larger of two p values: of the images alone, the trainings taken as given (`swaps`), and of
trainings and images together (`readers`). An effect is never surer than its images allow.

The images' own interval is Bonett and Price's (Journal of Educational and Behavioral Statistics 37,
2012), as if two more images had been judged, one that only the arm got right and one that only the
baseline did. It keeps arms that hardly ever disagree, and classes of few images, from looking
certain. The interval given is the union of both.

**What a smaller effect does to p.** Turning one right answer of the better arm into a wrong one, or
one wrong answer of the other into a right one, never makes the images' p value smaller, on any
table. Nor does it make the larger of both smaller, on any table of 2 or 3 seeds and up to 4 images
(of own splits: up to 3): tests/stats/test_monotone.py tries them all. Those of 3 seeds and 5 images
were tried once, of separate trainings.

On larger tables it can, where one training outshines the others: taking an answer from that one
makes the trainings more alike, which may count for more than the smaller effect. On simulated
studies of 60 to 500 images 6 to 15 % of single answers so taken lower p, for paired trainings 31 %,
by up to 0.06. No test of trainings is free of this. Say shifting all accuracies shifts its lower
limit alike, and lowering one of the arm's never raises it. Then that limit is at least the worst
accuracy of the arm, less the best of the baseline, less a constant: the margin that trainings
without any spread are given. So wherever trainings spread by much more than that, it errs as often
as all trainings of the arm happen to beat all of the baseline, 1 time in 20 for 3 seeds, and the
upper limit does so too: 10 % false alarms.
"""

from __future__ import annotations

import numpy as np

from chrysalis.stats import readers, swaps
from chrysalis.stats.effects import Chance, Effect, assemble, unknown


def compare(arm: np.ndarray, baseline: np.ndarray) -> Effect:
    """Compare right answers (..., seeds, images), boolean, of arms with trainings of their own.

    All trainings answer the same images, in one order; rows are not paired. Leading axes, if any,
    are studies, and the numbers of the result arrays of that shape.

    Raises:
        ValueError: the arms have different shapes.
    """
    return _compare(arm, baseline, readers.nested)


def compare_paired(arm: np.ndarray, baseline: np.ndarray) -> Effect:
    """Compare right answers (..., seeds, images), boolean, of the same trainings judged twice.

    Row s of both is the same network, say as trained and in int8, on the same images in one order.
    What makes one training better than another then cancels out.

    Raises:
        ValueError: the arms have different shapes.
    """
    return _compare(arm, baseline, readers.crossed)


def compare_resampled(arm: np.ndarray, baseline: np.ndarray, train_images: float) -> Effect:
    """Compare right answers (..., seeds, images), boolean, where each seed has its own split.

    Row s of both arms is about the same test images, in one order; another row is about others, and
    their numbers are equal. `train_images` is how many images each training learned from. The
    variance of the mean effect is (1 / seeds + images / train_images) times that of the seeds'
    effects (Nadeau and Bengio, Machine Learning 52, 2003), but never less than that of the images.

    Two seeds share images / (images + train_images) of their test images. Were answers to the same
    image the same in all trainings, that would make the images' variance 1 + (seeds - 1) times this
    share as large as if all images were different ones; so it is taken to be that large.

    Raises:
        ValueError: the arms have different shapes.
    """
    effect, seeds, images = _checked(arm, baseline)
    if seeds < 2 or images < 2:
        return unknown(effect, seeds, images)
    inflation = 1 + (seeds - 1) * images / (images + train_images)
    gains = arm.astype(float) - baseline
    by_seeds = (1 / seeds + images / train_images) * gains.mean(-1).var(-1, ddof=1)
    by_answers = inflation * gains.var(-1, ddof=1).mean(-1) / (seeds * images)
    variance = np.maximum(by_seeds, by_answers)
    with np.errstate(divide="ignore", invalid="ignore"):
        freedom = np.where(by_seeds > 0, (seeds - 1) * np.square(variance / by_seeds), np.inf)
    flat = gains.reshape(*gains.shape[:-2], -1)
    trials = seeds * images / inflation
    chance = Chance(variance, freedom, *_by_image(flat, inflation), images - 1, trials)
    won, lost = (flat > 0).sum(-1), (flat < 0).sum(-1)
    p_image = swaps.discordant_test(won, lost, images, inflation)
    return assemble(effect, chance, p_image, seeds, images, bound=1)


def _compare(arm: np.ndarray, baseline: np.ndarray, design: readers.Design) -> Effect:
    effect, seeds, images = _checked(arm, baseline)
    if seeds < 2 or images < 2:
        return unknown(effect, seeds, images)
    arm, baseline = arm.astype(float), baseline.astype(float)
    total, freedom = readers.error_term(design(arm, baseline), seeds)
    counts = np.rint((arm - baseline).sum(-2)).astype(int)
    chance = Chance(
        2 * total / (seeds * images),
        freedom,
        *_by_image(counts / seeds, 1.0),
        images - 1,
        images,
    )
    p_image = swaps.swap_test(counts, seeds)
    return assemble(effect, chance, p_image, seeds, images, bound=1)


def _by_image(differences: np.ndarray, inflation: float) -> tuple[np.ndarray, np.ndarray]:
    """Centre and variance (...,) of the mean of differences (..., images), by Bonett and Price.

    The variance is `inflation` times that of independent images.
    """
    images = differences.shape[-1] + 2
    centre = differences.sum(-1) / images
    square = (np.square(differences).sum(-1) + 2) / images
    return centre, inflation * (square - np.square(centre)) / images


def _checked(arm: np.ndarray, baseline: np.ndarray) -> tuple[np.ndarray, int, int]:
    """The effect (...,), the seeds and the images of two arms of one shape."""
    if arm.shape != baseline.shape:
        raise ValueError(f"arms of different shape: {arm.shape} and {baseline.shape}")
    return arm.mean((-1, -2)) - baseline.mean((-1, -2)), arm.shape[-2], arm.shape[-1]
