"""Tests that ask of the images alone whether two arms differ, their trainings taken as given.

If two arms are equally good, then on each image they could as well have swapped their answers. The
test counts among all such swaps those that favour one arm at least as much as the answers found
(Fisher, The Design of Experiments, 1935, section 21). One pseudo-image on which the arms differ in
every training goes to either arm by chance: half an image won and half an image lost, as Agresti
and Min add (Statistics in Medicine 24, 2005), since images not seen may tell the arms apart more
clearly than those seen. For one training per arm all this is McNemar's test with ties counted half,
its mid-p version (Fagerland, Lydersen and Laake, BMC Medical Research Methodology 13, 2013).
Fewer than 20 images, of which no claim is made, get 20 / images pseudo-images, rounded up: the
fewer there are, the less they can say.

Its p value is twice the probability that the differences of a random subset of the images, with
half of each pseudo-image, sum to less than zero (or to zero, by half). So p never falls when an
image's difference does: the test is monotone on every table, which no t-test over images is.
"""

from __future__ import annotations

import math

import numpy as np
from scipy import special

from chrysalis.stats.minimums import ENOUGH_CLASS_IMAGES


def swap_test(net: np.ndarray, seeds: int) -> np.ndarray:
    """Two-sided mid-p of the images' differences, in [0, 1], exact to about 1e-14.

    `net` (..., images), integers in [-seeds, seeds], says in how many more trainings the arm than
    the baseline was right on each image. The result has the leading shape (a 0-d array for one
    study).
    """
    # The images' order doesn't matter, so many small tables are the same.
    rows = np.sort(net.reshape(-1, net.shape[-1]), axis=1)
    different, places = np.unique(rows, axis=0, return_inverse=True)
    p = np.array([_swap_test(row, seeds) for row in different])
    return p[places.ravel()].reshape(net.shape[:-1])


def _swap_test(net: np.ndarray, seeds: int) -> float:
    """By the characteristic function of the sum of randomly signed differences.

    For an integer X that is symmetric about 0, P(X > t) + P(X = t) / 2 is 1/2 less the mean over
    (0, pi) of phi(a) sin(t a) / tan(a / 2) / 2, since the sign of an integer has that Fourier
    series. The integrand is a trigonometric polynomial, so the midpoint rule is exact.
    """
    total = abs(int(net.sum()))
    counts = np.bincount(np.abs(net), minlength=seeds + 1)
    counts[seeds] += _pseudo_images(len(net))
    points = int(counts @ np.arange(len(counts))) + total + 1
    angles = (np.arange(points) + 0.5) * (np.pi / points)
    spectrum = np.ones(points)
    for size in np.flatnonzero(counts):
        if size:
            spectrum *= np.cos(size * angles) ** int(counts[size])
    tail = (spectrum * np.sin(total * angles) / np.tan(angles / 2)).mean()
    return float(np.clip(1 - tail, 0.0, 1.0))


def _pseudo_images(images: int) -> int:
    return max(1, math.ceil(ENOUGH_CLASS_IMAGES / images))


def discordant_test(won: np.ndarray, lost: np.ndarray, images: int, inflation: float) -> np.ndarray:
    """Two-sided mid-p of McNemar's test where each answer counts as 1 / `inflation` of an image.

    `won` and `lost` (...,) are how many answers only the arm, or only the baseline, got right;
    `images` is the number that each training answered. `inflation` is how many times larger the
    variance of their difference is than that of independent answers. Fractional counts go through
    the incomplete beta function, which continues the binomial distribution smoothly and
    monotonically.
    """
    # Ties counted half are worth one pseudo-image; further ones go half to either arm.
    further = (_pseudo_images(images) - 1) / 2
    more = np.maximum(won, lost) / inflation + further
    less = np.minimum(won, lost) / inflation + further
    at_least = special.betainc(np.maximum(more, 1e-300), less + 1, 0.5)
    beyond = special.betainc(more + 1, np.maximum(less, 1e-300), 0.5)
    return np.minimum(np.where(won == lost, 1.0, at_least + beyond), 1.0)
