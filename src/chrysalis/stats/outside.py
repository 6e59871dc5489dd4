"""Whether an image is unlike those that a network learned to tell apart.

The score is the negative free energy of the logits (Liu et al., "Energy-based Out-of-distribution
Detection", NeurIPS 2020, section 3, at temperature 1). The threshold is that of a conformal test
(Bates et al., "Testing for outliers with conformal p-values", Annals of Statistics 51, 2023,
section 2), so it holds for any score, whatever its distribution.
"""

from __future__ import annotations

import math

import numpy as np
from scipy.special import logsumexp


def familiarity(logits: np.ndarray) -> np.ndarray:
    """A score (n,) of logits (n, classes): the lower, the less the image is like the known ones."""
    return logsumexp(logits.astype(float), axis=1)


def threshold(scores: np.ndarray, rate: float) -> float | None:
    """The score below which an image is refused, from `scores` (n,) of images not trained on.

    Of new images drawn as these were, a share of at most `rate` (in (0, 1)) scores below it. None
    if there are too few: it takes 1 / rate - 1.
    """
    place = math.floor(rate * (len(scores) + 1))
    return float(np.sort(scores)[place - 1]) if place else None
