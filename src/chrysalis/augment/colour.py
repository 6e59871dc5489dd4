"""Colour changes of float images, as torchvision's ColorJitter makes them one by one.

All take images (N, 3, S, S) in [0, 1] and a number for each image, (N,), and may change the images
in place: training spends its time in passes over memory.
"""

from __future__ import annotations

import torch
from torch import Tensor


def per_image(values: Tensor) -> Tensor:
    """View (N,) as (N, 1, 1, 1)."""
    return values.view(-1, 1, 1, 1)


def grey(images: Tensor) -> Tensor:
    """Luma (N, 1, S, S), float32, with ITU-R BT.601's weights, rounded as in torchvision."""
    red, green, blue = images.split(1, dim=1)
    return (red * 0.2989).add_(green, alpha=0.587).add_(blue, alpha=0.114)


def brightness(images: Tensor, factor: Tensor) -> Tensor:
    """Multiply by the factor and clamp to [0, 1]."""
    return images.mul_(per_image(factor)).clamp_(0, 1)


def contrast(images: Tensor, factor: Tensor) -> Tensor:
    """Move away from (factor > 1) or towards (factor < 1) the image's mean luma."""
    return _blend(images, grey(images.mean((2, 3), keepdim=True)), factor)


def saturation(images: Tensor, factor: Tensor) -> Tensor:
    """Move away from (factor > 1) or towards (factor < 1) each pixel's luma."""
    return _blend(images, grey(images), factor)


def hue(images: Tensor, turns: Tensor) -> Tensor:
    """Turn the hue of HSV by turns in [-0.5, 0.5] of the colour circle; value and chroma stay.

    Hue is in sixths of the circle, 0 being red. Of a pixel with channels r, g, b, least channel m
    and chroma C (largest - m) it is 1 + (g + b - r - m) / C, with the sign of g - b; this equals
    the usual formulas by sector. Back from it, each channel is a clamped triangle wave (Smith 1978,
    "Color gamut transform pairs", in its piecewise linear form): of the distance from cyan for red,
    from the complements magenta and yellow for green and blue, all on [-3, 3].
    """
    red, green, blue = images.unbind(1)
    least = torch.minimum(red, green).minimum(blue)
    chroma = torch.maximum(red, green).maximum(blue).sub_(least)
    angle = (green - red).add_(blue).sub_(least)
    angle.div_(chroma.clamp(min=torch.finfo(chroma.dtype).tiny)).add_(1).copysign_(green - blue)
    angle.add_(6 * turns.view(-1, 1, 1))
    angle.sub_((angle / 6).round_(), alpha=6)

    # In channel c, clamp(|angle - c| - 1, 0, 1) C + m for green and blue, and for red, opposite to
    # its complement, clamp(2 - |angle|, 0, 1) C + m. As rounding is monotone, none leaves [0, 1].
    low, high = least - chroma, least.add_(chroma, alpha=2)
    result = torch.empty_like(images)
    torch.addcmul(high, angle.abs().clamp_(1, 2), chroma, value=-1, out=result[:, 0])
    torch.addcmul(low, (angle + 1).abs_().clamp_(1, 2), chroma, out=result[:, 1])
    torch.addcmul(low, angle.sub_(1).abs_().clamp_(1, 2), chroma, out=result[:, 2])
    return result


def _blend(images: Tensor, base: Tensor, factor: Tensor) -> Tensor:
    return images.lerp_(base, 1 - per_image(factor)).clamp_(0, 1)
