"""What happens to an image in a computer: contrast, stretching, pixels, compression."""

from __future__ import annotations

import functools
import io

import numpy as np
import torch
from PIL import Image
from torch import Tensor
from torch.nn import functional as F

from chrysalis.corruptions.blur import smooth
from chrysalis.corruptions.draws import Draws


def contrast(images: Tensor, draws: Draws, factor: float) -> Tensor:
    """Change the distance of each value from its channel's mean."""
    means = images.mean((2, 3), keepdim=True)
    return means + factor * (images - means)


def elastic_transform(
    images: Tensor, draws: Draws, strength: float, sigma: float, tilt: float
) -> Tensor:
    """An affine map that moves three points by up to `tilt`, then smooth random shifts.

    All three are shares of the image's side: `strength` times the shifts, which are smoothed by a
    Gaussian of `sigma`.
    """
    size = images.shape[-1]
    moves = draws.uniform(3, 2, low=-tilt * size, high=tilt * size)
    ours = torch.arange(size, device=images.device, dtype=torch.float32)
    place = torch.stack([*torch.meshgrid(ours, ours, indexing="xy"), ours.new_ones(size, size)])
    source = torch.einsum("nij,jyx->niyx", _back(moves, size), place)
    tilted = _sample(images, source, mirror_pixels=False)
    shifts = draws.uniform(2, size, size, low=-1, high=1)
    if sigma:
        shifts = smooth(shifts, sigma * size, mode="reflect", truncate=3.0)
    return _sample(tilted, place[:2] + strength * size * shifts, mirror_pixels=True)


def _back(moves: Tensor, size: int) -> Tensor:
    """Affine maps (n, 2, 3) from the moved points (by (n, 3, 2)) to those around the centre."""
    middle, reach = size // 2, size // 3
    corners = [(1, 1), (1, -1), (-1, -1)]
    points = torch.tensor([[middle + x * reach, middle + y * reach] for x, y in corners])
    points = points.to(moves)
    moved = F.pad(points + moves, (0, 1), value=1.0)
    return torch.linalg.solve(moved.double(), points.double().expand(len(moves), -1, -1)).mT.float()


def _sample(images: Tensor, places: Tensor, mirror_pixels: bool) -> Tensor:
    """Bilinear values at places (n, 2, S, S), x and y in pixels, in the image and its mirrors.

    The mirror stands beyond the outermost pixels, or in their middle.
    """
    size = images.shape[-1]
    grid = (2 * places + 1) / size - 1 if mirror_pixels else 2 * places / (size - 1) - 1
    return F.grid_sample(
        images,
        grid.permute(0, 2, 3, 1),
        padding_mode="reflection",
        align_corners=not mirror_pixels,
    )


def pixelate(images: Tensor, draws: Draws, share: float) -> Tensor:
    """Shrink to this share of the side and enlarge again, both with Pillow's box filter."""
    size = images.shape[-1]
    small = int(size * share)
    return _resize(_resize(images, small), size)


def _resize(images: Tensor, size: int) -> Tensor:
    """Columns first, then rows, each rounded to 8-bit levels."""
    matrix = torch.from_numpy(_box(images.shape[-1], size)).to(images)
    columns = (255 * images @ matrix.T).round()
    return (matrix @ columns).round() / 255


@functools.cache
def _box(size: int, target: int) -> np.ndarray:
    """Weights (target, size), float32: which pixels each new one is the mean of."""
    scale = size / target
    support = max(scale, 1.0) / 2
    centres = (np.arange(target) + 0.5) * scale
    first = np.maximum((centres - support + 0.5).astype(int), 0)
    last = np.minimum((centres + support + 0.5).astype(int), size)
    places = np.arange(size)
    used = (places >= first[:, None]) & (places < last[:, None])
    inside = (places + 0.5 - centres[:, None]) / (2 * support)
    weights = used * ((inside > -0.5) & (inside <= 0.5))
    return (weights / weights.sum(1, keepdims=True)).astype(np.float32)


def jpeg_compression(images: Tensor, draws: Draws, quality: int) -> Tensor:
    """Compress as JPEG with Pillow, on the CPU, image by image."""
    levels = (255 * images).round().byte().permute(0, 2, 3, 1).cpu().numpy()
    found = np.stack([_compressed(one, quality) for one in levels])
    return torch.from_numpy(found).permute(0, 3, 1, 2).to(images) / 255


def _compressed(levels: np.ndarray, quality: int) -> np.ndarray:
    file = io.BytesIO()
    Image.fromarray(levels).save(file, "JPEG", quality=quality)
    return np.asarray(Image.open(file))
