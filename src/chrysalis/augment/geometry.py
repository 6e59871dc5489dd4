"""Crop, flip, rotation, shear and shift as affine maps, resampled once for all of them.

A map (N, 2, 3) tells for each image where in the input an output position comes from: with
(x, y, 1) multiplied to it from the right it gives the input's (x, y). Positions are in [-1, 1] from
border to border, y downwards.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F

from chrysalis.augment.draws import first, integers, rectangles, uniform


def draw_crop(
    count: int,
    area: tuple[float, float],
    aspect: tuple[float, float],
    generator: torch.Generator,
) -> Tensor:
    """Draw crops (count, 4): left, top, width and height as shares of the image's side.

    As torchvision's RandomResizedCrop, but not rounded to whole pixels: the first of ten candidates
    that fits in the image counts, else the largest central crop of the allowed aspect nearest to 1.
    """
    widths, heights = rectangles(count, area, aspect, generator)
    found, width, height = first((widths <= 1) & (heights <= 1), widths, heights)
    central = min(max(1.0, aspect[0]), aspect[1])
    width = torch.where(found, width, min(1.0, central))
    height = torch.where(found, height, min(1.0, 1 / central))
    left, top = (
        torch.where(found, uniform((count,), 0, 1, generator), 0.5) * (1 - side)
        for side in (width, height)
    )
    return torch.stack([left, top, width, height], dim=1)


def crop_map(crop: Tensor) -> Tensor:
    """The map of crops (N, 4) as `draw_crop` gives them, each stretched to the whole output."""
    left, top, width, height = crop.unbind(1)
    zero = torch.zeros_like(left)
    return affine(width, zero, 2 * left + width - 1, zero, height, 2 * top + height - 1)


def flip_map(flip: Tensor) -> Tensor:
    """The map that mirrors left to right where flip (N,) is true."""
    mirror = 1 - 2 * flip.float()
    zero = torch.zeros_like(mirror)
    return affine(mirror, zero, zero, zero, torch.ones_like(mirror), zero)


def draw_shift(count: int, most: float, size: int, generator: torch.Generator) -> Tensor:
    """Draw shifts (count, 2) int64 to the right and down, of up to `most` of the side each way."""
    pixels = round(most * size)
    return integers((count, 2), 2 * pixels + 1, generator) - pixels


def shift_map(shift: Tensor, size: int) -> Tensor:
    """The map of shifts (N, 2) to the right and down, in pixels of an output of side `size`."""
    right, down = (shift.float() * 2 / size).unbind(1)
    one, zero = torch.ones_like(right), torch.zeros_like(right)
    return affine(one, zero, -right, zero, one, -down)


def rotation_map(angle: Tensor) -> Tensor:
    """The map of rotations about the centre by angles (N,) in degrees, counter-clockwise."""
    turn = angle.deg2rad()
    cos, sin, zero = turn.cos(), turn.sin(), torch.zeros_like(turn)
    return affine(cos, -sin, zero, sin, cos, zero)


def affine(xx: Tensor, xy: Tensor, x1: Tensor, yx: Tensor, yy: Tensor, y1: Tensor) -> Tensor:
    """The map of the input's x = xx x + xy y + x1 and y = yx x + yy y + y1, coefficients (N,)."""
    return torch.stack([xx, xy, x1, yx, yy, y1], dim=1).view(-1, 2, 3)


def compose(earlier: Tensor, later: Tensor) -> Tensor:
    """The map of doing `earlier` and then `later`.

    An output position goes through the later map first. Written without a matrix product, which
    autocast would round to bf16.
    """
    product = (earlier[:, :, :2, None] * later[:, None]).sum(dim=2)
    product[:, :, 2] += earlier[:, :, 2]
    return product


def resample(images: Tensor, affine_map: Tensor, size: int) -> Tensor:
    """Values (N, 3, size, size), float32, of uint8 images (N, 3, S, S) at the mapped positions.

    Between pixels values are bilinear; outside the image it is reflected at its border.
    """
    return F.grid_sample(
        images.float(),
        _grid(affine_map, size),
        mode="bilinear",
        padding_mode="reflection",
        align_corners=False,
    )


def resize(images: Tensor, size: int) -> Tensor:
    """Resize float images (N, 3, S, S) by antialiased bilinear interpolation."""
    if images.shape[-1] == size:
        return images
    return F.interpolate(images, (size, size), mode="bilinear", antialias=True)


def inside(boxes: Tensor, size: int) -> Tensor:
    """Which pixels lie in a rectangle: bool (N, 1, size, size).

    `boxes` (N, 4) are top, left, height and width in whole pixels.
    """
    top, left, height, width = boxes[:, :, None].unbind(1)
    place = torch.arange(size, device=boxes.device)
    rows = (place >= top) & (place < top + height)
    columns = (place >= left) & (place < left + width)
    return (rows[:, :, None] & columns[:, None, :])[:, None]


def _grid(affine_map: Tensor, size: int) -> Tensor:
    """Map all pixel centres of the output: (N, size, size, 2).

    As functional.affine_grid, without its matrix product, which autocast would round to bf16. As
    complex numbers x + iy, whose sums torch vectorises where it would not those of pairs.
    """
    steps = (torch.arange(size, device=affine_map.device) * 2 + 1) / size - 1
    columns = affine_map.transpose(1, 2).contiguous()
    along_x, along_y, start = torch.view_as_complex(columns)[:, :, None, None].unbind(1)
    return torch.view_as_real((start + along_x * steps) + along_y * steps[:, None])
