"""The pixel operations of augmentation policies on 8-bit images, value by value as torchvision's.

All take uint8 images (N, 3, S, S) and magnitudes (N,), float64, signed and in the units of
torchvision's policies, and return new uint8 images.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor
from torch.nn import functional as F

from chrysalis.augment.colour import grey, per_image


def brightness(images: Tensor, magnitude: Tensor) -> Tensor:
    """Multiply by 1 + magnitude."""
    return _to_levels(images * per_image(1 + magnitude).float())


def colour(images: Tensor, magnitude: Tensor) -> Tensor:
    """Change the distance from grey by the factor 1 + magnitude."""
    return _blend(images, grey(images).floor_(), magnitude)


def contrast(images: Tensor, magnitude: Tensor) -> Tensor:
    """Change the distance from the mean luma by the factor 1 + magnitude."""
    return _blend(images, grey(images).floor_().mean((1, 2, 3), keepdim=True), magnitude)


def sharpness(images: Tensor, magnitude: Tensor) -> Tensor:
    """Change the distance from a smoothed image by the factor 1 + magnitude; the rim stays.

    The smoothing kernel is 1/13 everywhere but 5/13 in the middle.
    """
    if images.shape[-1] <= 2:
        return images.clone()
    result = images.float()
    inner = result[..., 1:-1, 1:-1]
    # Not as a convolution, which autocast would compute in bf16.
    smooth = F.avg_pool2d(result, 3, stride=1, divisor_override=1).add_(inner, alpha=4).div_(13)
    inner.add_(smooth.round_().sub_(inner).mul_(per_image(-magnitude).float()))
    return _to_levels(result)


def posterize(images: Tensor, magnitude: Tensor) -> Tensor:
    """Keep the highest `magnitude` bits (0 to 8)."""
    return images & per_image(256 - 2 ** (8 - magnitude)).to(torch.uint8)


def solarize(images: Tensor, magnitude: Tensor) -> Tensor:
    """Invert the values from `magnitude` (share of the largest value) upwards."""
    return torch.where(images >= per_image(255 * magnitude).float(), ~images, images)


def auto_contrast(images: Tensor, magnitude: Tensor) -> Tensor:
    """Stretch each channel to the whole range; a channel of one value stays."""
    values = images.float()
    least, most = values.amin((2, 3), keepdim=True), values.amax((2, 3), keepdim=True)
    uniform = least == most
    step = ((most - least) * (1 / 255)).masked_fill_(uniform, 1)
    return _to_levels(values.sub_(least.masked_fill_(uniform, 0)).div_(step))


def equalize(images: Tensor, magnitude: Tensor) -> Tensor:
    """Flatten each channel's histogram by the rule of Pillow's ImageOps.equalize.

    A channel stays whose pixels below its largest value are fewer than 255.
    """
    values = images.flatten(2).long()
    counts = torch.zeros(*values.shape[:2], 256, dtype=torch.long, device=images.device)
    counts.scatter_add_(2, values, torch.ones_like(values))
    up_to = counts.cumsum(2)
    largest = up_to.argmax(2, keepdim=True)  # the first index at which all pixels are counted
    step = (values.shape[2] - counts.gather(2, largest)) // 255
    table = (up_to - counts + step // 2).div_(step.clamp(min=1), rounding_mode="floor")
    table = torch.where(step == 0, torch.arange(256, device=images.device), table.clamp_(0, 255))
    return table.gather(2, values).to(torch.uint8).view_as(images)


def invert(images: Tensor, magnitude: Tensor) -> Tensor:
    """Turn each value v into 255 - v."""
    return ~images


# By their names in torchvision's policies.
OPERATIONS: dict[str, Callable[[Tensor, Tensor], Tensor]] = {
    "Brightness": brightness,
    "Color": colour,
    "Contrast": contrast,
    "Sharpness": sharpness,
    "Posterize": posterize,
    "Solarize": solarize,
    "AutoContrast": auto_contrast,
    "Equalize": equalize,
    "Invert": invert,
}


def _blend(images: Tensor, base: Tensor, magnitude: Tensor) -> Tensor:
    factor, rest = per_image(1 + magnitude).float(), per_image(-magnitude).float()
    return _to_levels((images * factor).add_(base * rest))


def _to_levels(values: Tensor) -> Tensor:
    """Cut off fractions, as torchvision does."""
    return values.clamp_(0, 255).to(torch.uint8)
