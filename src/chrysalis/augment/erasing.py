"""Random erasing (Zhong et al., AAAI 2020), which with fixed areas is Cutout (DeVries 2017)."""

from __future__ import annotations

import torch
from torch import Tensor

from chrysalis.augment.draws import first, rectangles, uniform
from chrysalis.augment.geometry import inside

ASPECT = (0.3, 3.3)  # least and largest width / height


def draw_boxes(
    count: int,
    size: int,
    probability: float,
    area: tuple[float, float],
    generator: torch.Generator,
) -> Tensor:
    """Draw what to erase: int64 (count, 4) top, left, height and width in pixels; 0 0 0 0: nothing.

    As torchvision's RandomErasing: area is uniform in `area` (share of the image), aspect
    log-uniform in `ASPECT`, and the first of ten candidates counts that is smaller than the image.
    """
    widths, heights = (
        (shares * size).round() for shares in rectangles(count, area, ASPECT, generator)
    )
    found, width, height = first((widths < size) & (heights < size), widths, heights)
    left, top = (
        (uniform((count,), 0, 1, generator) * (size - side + 1)).floor().clamp(max=size - side)
        for side in (width, height)
    )
    erased = found & (uniform((count,), 0, 1, generator) < probability)
    boxes = torch.stack([top, left, height, width], dim=1).long()
    return boxes * erased[:, None]


def erase(images: Tensor, boxes: Tensor) -> Tensor:
    """Fill the boxes (N, 4) of float images (N, 3, S, S) with each image's own mean colour."""
    mean = images.mean((2, 3), keepdim=True)
    return torch.where(inside(boxes, images.shape[-1]), mean, images)
