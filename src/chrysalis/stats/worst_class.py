"""The accuracy of the class that is recognised worst, whichever that is.

The worst of several classes is chosen by looking at the answers, so its accuracy looks lower than
it is. Two things put that right. The interval is of the least of all classes' true accuracies: its
lower limit is the least of their lower limits, which needs no correction, as the true worst class
is one of them; its upper limit is the least of their upper limits, each corrected for the number of
classes (Bonferroni). And beside it stands what the worst class would show by chance alone, if every
class were as hard as the others.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from chrysalis.stats.distributions import t_reach
from chrysalis.stats.effects import ALPHA

PERMUTATIONS = 2000


@dataclass(frozen=True)
class WorstClass:
    """The class of least mean accuracy over the seeds; all but `label` and `images` are fractions.

    `low` and `high` are the 95 % interval of the least true accuracy, NaN of a single seed.
    `by_chance` is the mean of the least accuracy if answers had nothing to do with the classes, and
    `p` how often it would be as low as the one found.
    """

    label: int
    images: int
    accuracy: float
    low: float
    high: float
    by_chance: float
    p: float


def worst_class(correct: np.ndarray, labels: np.ndarray, seed: int = 0) -> WorstClass:
    """The worst class of right answers (seeds, images), boolean, and labels (images,), int.

    All seeds answer the same images. `seed` is that of the permutations.

    Raises:
        ValueError: there are no images.
    """
    seeds, images = correct.shape
    if not images:
        raise ValueError("no images, so no class")
    classes, places = np.unique(labels, return_inverse=True)
    by_image = correct.mean(0)
    sizes = np.bincount(places)
    means = np.bincount(places, by_image) / sizes
    worst = int(means.argmin())
    if seeds > 1:
        of_class = [correct[:, places == place] for place in range(len(classes))]
        low = min(_limits(answers, ALPHA / 2)[0] for answers in of_class)
        high = min(_limits(answers, ALPHA / 2 / len(classes))[1] for answers in of_class)
    else:
        low = high = np.nan
    generator = np.random.default_rng(seed)
    least = np.array(
        [
            (np.bincount(places, generator.permutation(by_image)) / sizes).min()
            for _ in range(PERMUTATIONS)
        ]
    )
    p = (1 + (least <= means[worst] + 1e-12).sum()) / (1 + PERMUTATIONS)
    return WorstClass(
        int(classes[worst]),
        int(sizes[worst]),
        float(means[worst]),
        float(low),
        float(high),
        float(least.mean()),
        float(p),
    )


def _limits(correct: np.ndarray, tail: float) -> tuple[float, float]:
    """Limits that the true accuracy of right answers (seeds, images) is beyond with 2 tails.

    The wider of two: Clopper and Pearson's (Biometrika 26, 1934), as if each image had been
    answered once, with its mean over the seeds; and Student's, of trainings and images both drawn
    (see `readers`, of which this is the case of one arm).
    """
    # Half of the start of jobs that don't come here.
    from statsmodels.stats.proportion import proportion_confint

    seeds, images = correct.shape
    mean = float(correct.mean())
    low, high = proportion_confint(mean * images, images, 2 * tail, method="beta")
    if images > 1:
        seed_square = images * correct.mean(1).var(ddof=1)
        image_square = seeds * correct.mean(0).var(ddof=1)
        residual = correct - correct.mean(1, keepdims=True) - correct.mean(0) + mean
        rest = np.square(residual).sum() / ((seeds - 1) * (images - 1))
        total = max(seed_square, rest) + max(image_square - rest, 0.0)
        freedom = (seeds - 1) * (total / seed_square) ** 2 if seed_square > 0 else np.inf
        half = t_reach(tail, freedom) * np.sqrt(total / (seeds * images))
        low, high = min(low, mean - half), max(high, mean + half)
    return max(0.0, float(low)), min(1.0, float(high))
