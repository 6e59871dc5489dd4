"""How two arms differ in accuracy that were judged on different images.

The difference has two parts by chance, on each side: which trainings, and which images. Their
variances are added up, which counts the images' part in the trainings' spread once more where each
training has images of its own, so p is rather too large than too small. As everywhere, an effect is
never surer than the images alone allow.
"""

from __future__ import annotations

import numpy as np

from chrysalis.stats.effects import Chance, Effect, assemble, two_sided, unknown
from chrysalis.stats.welch import added


def compare_unpaired(arm: np.ndarray, baseline: np.ndarray) -> Effect:
    """Compare right answers (seeds, images), boolean; the two arms may differ in both numbers.

    Degrees of freedom are Welch and Satterthwaite's (Biometrika 34, 1947), of all four variances.
    """
    effect = np.asarray(arm.mean() - baseline.mean())
    seeds, images = (min(arm.shape[axis], baseline.shape[axis]) for axis in (0, 1))
    if seeds < 2 or images < 2:
        return unknown(effect, seeds, images)
    by_seed = [_variance(each.mean(1)) for each in (arm, baseline)]
    by_image = [_variance(each.mean(0)) for each in (arm, baseline)]
    variance, freedom = _total(by_seed + by_image)
    image_variance, image_freedom = _total(by_image)
    p_image = two_sided(effect, np.sqrt(image_variance), image_freedom)
    chance = Chance(variance, freedom, effect, image_variance, float(image_freedom))
    return assemble(effect, chance, p_image, seeds, images, bound=1)


def _variance(values: np.ndarray) -> tuple[float, int]:
    """Of the mean of independent values (n,), with its degrees of freedom."""
    return float(values.var(ddof=1)) / len(values), len(values) - 1


def _total(parts: list[tuple[float, int]]) -> tuple[np.ndarray, np.ndarray]:
    total, freedom = added(parts)
    return np.asarray(total), np.asarray(freedom if total else np.inf)
