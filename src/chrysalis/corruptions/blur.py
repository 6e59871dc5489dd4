"""Blur: each pixel becomes a mean of pixels around it."""

from __future__ import annotations

import functools
import math

import numpy as np
import torch
from scipy import ndimage
from torch import Tensor
from torch.nn import functional as F

from chrysalis.corruptions.draws import Draws


def defocus_blur(images: Tensor, draws: Draws, radius: float, alias: float) -> Tensor:
    """The mean over a disk, whose rim is smoothed by a Gaussian of this standard deviation."""
    kernel = torch.from_numpy(_disk(radius, alias)).to(images)
    pad = len(kernel) // 2
    padded = F.pad(images, (pad,) * 4, mode="reflect")
    return F.conv2d(padded, kernel.expand(3, 1, -1, -1), groups=3)


@functools.cache
def _disk(radius: float, alias: float) -> np.ndarray:
    """The kernel, without the rows and columns of zeros around it."""
    reach, taps = (8, 1) if radius <= 8 else (int(radius), 2)
    across = np.arange(-reach, reach + 1)
    disk = (across**2 + across[:, None] ** 2 <= radius**2).astype(np.float32)
    disk /= disk.sum()
    weights = np.exp(-(np.arange(-taps, taps + 1) ** 2) / (2 * alias**2))
    for axis in (0, 1):
        disk = ndimage.correlate1d(disk, weights / weights.sum(), axis, mode="mirror")
    used = np.abs(across[(disk > 1e-7).any(0)]).max()
    inner = slice(reach - used, reach + used + 1)
    return disk[inner, inner]


def glass_blur(images: Tensor, draws: Draws, sigma: float, reach: int, rounds: int) -> Tensor:
    """Each pixel is that of a place nearby, so many times over; smoothed before and after.

    The reference does so pixel by pixel, so that a pixel may move twice in a round; here all move
    at once.
    """
    size = images.shape[-1]
    found = (255 * smooth(images, sigma)).floor()
    inner = torch.zeros(size, dtype=torch.bool, device=images.device)
    inner[reach + 1 : size - reach + 1] = True
    moved = (inner[:, None] & inner).expand(2, -1, -1)
    here = torch.arange(size, device=images.device)
    for _ in range(rounds):
        offsets = draws.uniform(2, size, size, low=-reach, high=reach).floor().long() * moved
        rows, columns = offsets[:, 0] + here[:, None], offsets[:, 1] + here
        found = _gather(found, rows, columns)
    return smooth(found / 255, sigma)


def motion_blur(
    images: Tensor, draws: Draws, radius: int, sigma: float, least: float = -45, most: float = 45
) -> Tensor:
    """Half a Gaussian along a line, whose angle is between these degrees; edges are repeated.

    Of images (n, channels, S, S). The reference leaves this to ImageMagick.
    """
    size = images.shape[-1]
    angle = draws.uniform(low=math.radians(least), high=math.radians(most))
    weights = np.exp(-(np.arange(2 * radius + 1) ** 2) / (2 * sigma**2))
    here = torch.arange(size, device=images.device)
    result = torch.zeros_like(images)
    for step, weight in enumerate((weights / weights.sum()).tolist()):
        down, right = (-torch.ceil(step * of(angle) - 0.5).long() for of in (torch.sin, torch.cos))
        rows = (here - down[:, None]).clamp(0, size - 1)[:, :, None].expand(-1, -1, size)
        columns = (here - right[:, None]).clamp(0, size - 1)[:, None].expand(-1, size, -1)
        result += weight * _gather(images, rows, columns)
    return result


def zoom_blur(images: Tensor, draws: Draws, most: float, step: float) -> Tensor:
    """The mean of the image and of it enlarged by 1, 1 + step, .. as far as NumPy counts."""
    factors = np.arange(1, most, step)
    total = images + sum(clipped_zoom(images, float(factor)) for factor in factors)
    return total / (len(factors) + 1)


def clipped_zoom(images: Tensor, factor: float) -> Tensor:
    """The centre of images (n, channels, S, S), enlarged to the whole by linear interpolation."""
    size = images.shape[-1]
    side = math.ceil(size / factor)
    start = (size - side) // 2
    centre = images[..., start : start + side, start : start + side]
    large = F.interpolate(centre, size=round(side * factor), mode="bilinear", align_corners=True)
    trim = (large.shape[-1] - size) // 2
    return large[..., trim : trim + size, trim : trim + size]


def smooth(images: Tensor, sigma: float, mode: str = "nearest", truncate: float = 4.0) -> Tensor:
    """A Gaussian filter over the last two dimensions, as `scipy.ndimage.gaussian_filter`."""
    matrix = torch.from_numpy(_gaussian(images.shape[-1], sigma, mode, truncate)).to(images)
    return matrix @ images @ matrix.T


@functools.cache
def _gaussian(size: int, sigma: float, mode: str, truncate: float) -> np.ndarray:
    """The filter as a matrix (size, size), float32, which holds what happens at the edges."""
    return ndimage.gaussian_filter1d(
        np.eye(size, dtype=np.float32), sigma, axis=0, mode=mode, truncate=truncate
    )


def _gather(images: Tensor, rows: Tensor, columns: Tensor) -> Tensor:
    """Pixels of images (n, channels, S, S) at rows and columns (n, S, S)."""
    flat = (rows * images.shape[-1] + columns).flatten(1)[:, None]
    found = images.flatten(2).gather(2, flat.expand(-1, images.shape[1], -1))
    return found.view_as(images)
