"""Noise: numbers added to each value, or in place of some.

All functions of the corruptions take float images (n, 3, S, S) in [0, 1] with whole 8-bit levels,
and return new ones, which may leave [0, 1].
"""

from __future__ import annotations

import functools

import numpy as np
import torch
from scipy import stats
from torch import Tensor

from chrysalis.corruptions.draws import Draws


def gaussian_noise(images: Tensor, draws: Draws, sd: float) -> Tensor:
    """Add normal noise to each value."""
    return images + draws.normal(*images.shape[1:], sd=sd)


def shot_noise(images: Tensor, draws: Draws, photons: float) -> Tensor:
    """Poisson counts in place of the values, so many for a value of 1."""
    cumulated = torch.from_numpy(_poisson(photons)).to(images.device)
    levels = (255 * images).round().long()
    # The tables of all 256 levels, one above the other, are one sorted list.
    sought = levels.double() + draws.uniform(*images.shape[1:]).double()
    stacked = (cumulated + torch.arange(256, device=images.device)[:, None]).flatten()
    places = torch.searchsorted(stacked, sought.contiguous(), right=True)
    return (places - levels * cumulated.shape[1]).float() / photons


@functools.cache
def _poisson(photons: float) -> np.ndarray:
    """Cumulated probabilities (256, counts) of each level's counts, the last being 1."""
    means = photons * np.arange(256) / 255
    most = int(stats.poisson.isf(1e-9, photons)) + 1
    table = stats.poisson.cdf(np.arange(most + 1), means[:, None])
    table[:, -1] = 1
    return table


def impulse_noise(images: Tensor, draws: Draws, share: float) -> Tensor:
    """Set this share of the values to 0 or to 1, half of them each (salt and pepper)."""
    chance = draws.uniform(*images.shape[1:])
    salted = torch.where(chance > 1 - share / 2, 1.0, images)
    return torch.where(chance < share / 2, 0.0, salted)
