"""Tests that ask of the images alone whether two arms differ, their trainings taken as given.

If two arms are equally good, then on each image they could as well have swapped their answers. The
test counts among all such swaps those that favour one arm at least as much as the answers found
(Fisher, The Design of Experiments, 1935, section 21). For one training per arm it is McNemar's
exact test. Ties with the answers found count half (mid-p: Lancaster, JASA 56, 1961).

Its p value is twice the probability that a random subset of the images sums to less than zero
(or to zero, by half). So p never falls when an image's difference does: the test is monotone on
every table, large or small, which no t-test over images is.
"""

from __future__ import annotations

import numpy as np
from scipy import special


def swap_test(net: np.ndarray, seeds: int) -> np.ndarray:
    """Two-sided mid-p of the images' differences, in [0, 1], exact to about 1e-14.

    `net` (..., images), integers in [-seeds, seeds], says in how many more trainings the arm than
    the baseline was right on each image. The result has the leading shape (a 0-d array for one
    study).
    """
    rows = net.reshape(-1, net.shape[-1])
    return np.array([_swap_test(row, seeds) for row in rows]).reshape(net.shape[:-1])


def _swap_test(net: np.ndarray, seeds: int) -> float:
    """By the characteristic function of the sum of randomly signed differences.

    For an integer X that is symmetric about 0, P(X > t) + P(X = t) / 2 is 1/2 less the mean over
    (0, pi) of phi(a) sin(t a) / tan(a / 2) / 2, since the sign of an integer has that Fourier
    series. The integrand is a trigonometric polynomial, so the midpoint rule is exact.
    """
    total = abs(int(net.sum()))
    counts = np.bincount(np.abs(net), minlength=seeds + 1)
    points = int(counts @ np.arange(len(counts))) + total + 1
    angles = (np.arange(points) + 0.5) * (np.pi / points)
    spectrum = np.ones(points)
    for size in np.flatnonzero(counts):
        if size:
            spectrum *= np.cos(size * angles) ** int(counts[size])
    tail = (spectrum * np.sin(total * angles) / np.tan(angles / 2)).mean()
    return float(np.clip(1 - tail, 0.0, 1.0))


def discordant_test(won: np.ndarray, lost: np.ndarray, inflation: float) -> np.ndarray:
    """Two-sided mid-p of McNemar's test where each answer counts as 1 / `inflation` of an image.

    `won` and `lost` (...,) are how many answers only the arm, or only the baseline, got right;
    `inflation` is how many times larger the variance of their difference is than that of
    independent answers (1: McNemar's exact test). Fractional counts go through the incomplete
    beta function, which continues the binomial distribution smoothly and monotonically.
    """
    more = np.maximum(won, lost) / inflation
    less = np.minimum(won, lost) / inflation
    at_least = special.betainc(np.maximum(more, 1e-300), less + 1, 0.5)
    beyond = special.betainc(more + 1, np.maximum(less, 1e-300), 0.5)
    return np.minimum(np.where(won == lost, 1.0, at_least + beyond), 1.0)
