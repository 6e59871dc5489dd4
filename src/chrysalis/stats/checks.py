"""Other tests of a comparison, each blind to something that the verdict's own test sees.

The bootstrap takes nothing for normal, but counts chance in single answers more than once, so its
intervals come out wide. McNemar's test asks of one pair of trainings whether the images decide
between them; it knows no other training. The sign-flip test asks of the seeds alone, and with few
of them cannot reach a small p.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import stats
from statsmodels.stats.contingency_tables import mcnemar

RESAMPLES = 10_000
_COUNTS_AT_ONCE = 2**22


@dataclass(frozen=True)
class Pair:
    """Two trainings of one seed on the same images, by McNemar's exact test (two-sided).

    `arm_only` images are right under the arm only, `baseline_only` under the baseline only.
    """

    arm_only: int
    baseline_only: int
    p: float


def bootstrap(
    arm: np.ndarray, baseline: np.ndarray, level: float = 0.95, resamples: int = RESAMPLES
) -> tuple[float, float]:
    """Percentile interval of the difference in accuracy, images and trainings being resampled.

    Takes correctness (seeds, images), boolean. Each resample draws images with replacement, the
    same for both arms, and trainings with replacement within each arm: the pigeonhole bootstrap of
    crossed samples (Owen, Annals of Applied Statistics 1, 2007). The draws are the same each time.
    """
    _, images = arm.shape
    rng = np.random.default_rng(0)
    differences = []
    at_once = max(1, _COUNTS_AT_ONCE // images)
    for start in range(0, resamples, at_once):
        size = min(at_once, resamples - start)
        drawn = rng.multinomial(images, np.full(images, 1 / images), size).astype(np.float32)
        means = [_resampled_mean(correct, drawn, rng) for correct in (arm, baseline)]
        differences.append(means[0] - means[1])
    tails = (1 - level) / 2
    low, high = np.quantile(np.concatenate(differences), [tails, 1 - tails])
    return float(low), float(high)


def _resampled_mean(correct: np.ndarray, drawn: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Accuracies (resamples,) where images count `drawn` (resamples, images) times."""
    seeds, images = correct.shape
    by_seed = drawn @ correct.T.astype(np.float32) / images
    return (by_seed * rng.multinomial(seeds, np.full(seeds, 1 / seeds), len(drawn))).sum(1) / seeds


def bootstrap_resampled(
    arm: np.ndarray, baseline: np.ndarray, level: float = 0.95, resamples: int = RESAMPLES
) -> tuple[float, float]:
    """As `bootstrap`, where each seed has its own test images.

    Takes correctness (seeds, images) whose row s is about the same images in both arms, but about
    others than the other rows. Each resample draws seeds with replacement, the same for both arms,
    and images of each seed drawn. That seeds share images goes unseen: intervals come out narrow.
    """
    seeds, images = arm.shape
    outcomes = (arm & ~baseline, baseline & ~arm, arm == baseline)
    shares = np.stack([outcome.mean(1) for outcome in outcomes], axis=1)
    rng = np.random.default_rng(0)
    counts = rng.multinomial(images, shares[rng.integers(seeds, size=(resamples, seeds))])
    differences = (counts[..., 0] - counts[..., 1]).mean(1) / images
    tails = (1 - level) / 2
    low, high = np.quantile(differences, [tails, 1 - tails])
    return float(low), float(high)


def sign_flip(arm: np.ndarray, baseline: np.ndarray) -> float:
    """Exact two-sided p of the seeds' differences in accuracy, all signs being equally likely.

    Takes correctness (seeds, images). Above 13 seeds a random 9,999 of the signs are tried.
    """
    if len(arm) == 1:
        return 1.0
    differences = arm.mean(1) - baseline.mean(1)
    found = stats.permutation_test(
        (differences,), np.mean, permutation_type="samples", axis=0, rng=np.random.default_rng(0)
    )
    return float(found.pvalue)


def least_sign_flip_p(seeds: int) -> float:
    """The smallest p that `sign_flip` can reach: all differences have one sign."""
    return min(1.0, 2.0 ** (1 - seeds))


def pairs(arm: np.ndarray, baseline: np.ndarray) -> list[Pair]:
    """McNemar's exact test for each seed, from correctness (seeds, images)."""
    return [_pair(a, b) for a, b in zip(arm, baseline, strict=True)]


def _pair(arm: np.ndarray, baseline: np.ndarray) -> Pair:
    won, lost = int((arm & ~baseline).sum()), int((baseline & ~arm).sum())
    table = [[int((arm & baseline).sum()), won], [lost, int((~arm & ~baseline).sum())]]
    return Pair(won, lost, float(mcnemar(table, exact=True).pvalue) if won + lost else 1.0)
