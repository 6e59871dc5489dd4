"""What a network is shown of an image without augmentation."""

from __future__ import annotations

from torch import Tensor

from chrysalis.augment.geometry import resize
from chrysalis.config.run import CROP_PCT


def to_input(images: Tensor, size: int, crop_pct: float = CROP_PCT) -> Tensor:
    """The network's input without augmentation: float32 (N, 3, size, size) in [0, 1].

    It is the centre of the uint8 images (N, 3, S, S), resized by antialiased bilinear
    interpolation.
    """
    return resize(centre(images, crop_pct).float(), size).div_(255)


def centre(images: Tensor, crop_pct: float = CROP_PCT) -> Tensor:
    """The central square of images (N, 3, S, S): this share of each side, in whole pixels."""
    side = round(images.shape[-1] * crop_pct)
    start = (images.shape[-1] - side) // 2
    return images[..., start : start + side, start : start + side]
