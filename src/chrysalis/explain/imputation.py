"""Filling in removed pixels by a linear equation each, from what is around them."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F

TOLERANCE = 1e-4  # of values in [0, 1]: what an equation may be off by, on average
MOST_STEPS = 400


def linear_imputation(images: Tensor, removed: Tensor) -> Tensor:
    """Images in which each removed pixel is the weighted mean of its eight neighbours.

    Those beside it weigh twice as much as those at the corners, and neighbours that are removed as
    well count with the value that they get: noisy linear imputation (Rong et al. 2022, ICML,
    section 4.2) before its noise. The equations of all images are solved at once, by conjugate
    gradients. Where an image keeps no pixel, all become its mean.

    Args:
        images: float (N, C, H, W).
        removed: boolean (N, H, W).
    """
    whole = removed.all(-1).all(-1)
    if whole.any():
        removed = removed & ~whole[:, None, None]
        mean = images.mean((2, 3), keepdim=True).expand_as(images)
        images = torch.where(whole[:, None, None, None], mean, images)
    hole = removed[:, None].to(images.dtype)
    weights = _neighbours(torch.ones_like(hole))

    def system(values: Tensor) -> Tensor:
        return (weights * values).sub_(_neighbours(values)).mul_(hole)

    known = images * (1 - hole)
    found = hole * _guess(known, 1 - hole)
    most = TOLERANCE**2 * images[0].numel() / len(images[0])
    rest = hole * _neighbours(known) - system(found)
    direction, norm = rest.clone(), _dot(rest, rest)
    for _ in range(MOST_STEPS):
        if norm.max() < most:
            break
        product = system(direction)
        curvature = _dot(direction, product)
        step = torch.where(curvature > 0, norm / curvature, 0)
        found.addcmul_(step, direction)
        rest.addcmul_(step, product, value=-1)
        following = _dot(rest, rest)
        direction.mul_(torch.where(norm > 0, following / norm, 0)).add_(rest)
        norm = following
    return known + found


def _dot(some: Tensor, others: Tensor) -> Tensor:
    """The dot product of each channel of each image, (N, C, 1, 1)."""
    return torch.linalg.vecdot(some.flatten(2), others.flatten(2))[..., None, None]


def _guess(known: Tensor, kept: Tensor) -> Tensor:
    """From coarse to fine: the mean of what is kept nearby. `known` is 0 where nothing is kept."""
    height, width = known.shape[-2:]
    if min(height, width) < 2:
        return known.sum((2, 3), keepdim=True) / kept.sum((2, 3), keepdim=True).clamp(min=1)
    coarse = F.avg_pool2d(kept, 2, ceil_mode=True)
    below = F.avg_pool2d(known, 2, ceil_mode=True) / coarse.clamp(min=1e-6)
    has = (coarse > 0).to(known.dtype)
    below = below * has + (1 - has) * _guess(below * has, has)
    wide = F.interpolate(below, (height, width), mode="bilinear")
    return known + (1 - kept) * wide


def _neighbours(values: Tensor) -> Tensor:
    """The sum of the neighbours' values by their weights: 1/6 beside, 1/12 at the corners."""
    padded = F.pad(values, (1, 1, 1, 1))
    rows = (padded[..., :-2, :] + padded[..., 2:, :]).add_(padded[..., 1:-1, :], alpha=2)
    both = (rows[..., :-2] + rows[..., 2:]).add_(rows[..., 1:-1], alpha=2)
    return both.sub_(values, alpha=4).div_(12)
