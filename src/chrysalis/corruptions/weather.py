"""Weather: snow, fog and light. Frost is not among them, since it takes photographs of frost."""

from __future__ import annotations

import torch
from torch import Tensor

from chrysalis.corruptions.blur import clipped_zoom, motion_blur
from chrysalis.corruptions.draws import Draws

GREY = (0.299, 0.587, 0.114)


def snow(
    images: Tensor,
    draws: Draws,
    flakes: tuple[float, float, float, float],
    wind: tuple[int, float],
    kept: float,
) -> Tensor:
    """Blurred flakes, on an image that is whitened.

    `flakes` are mean, standard deviation, size and least value of the noise that they are made of,
    `wind` the radius and the sigma of their motion, and `kept` is how much stays of the image.
    """
    mean, sd, zoom, least = flakes
    layer = clipped_zoom(draws.normal(1, *images.shape[2:], mean=mean, sd=sd), zoom)
    layer = (255 * layer.masked_fill(layer < least, 0).clamp(0, 1)).floor()
    layer = motion_blur(layer, draws, *wind, least=-135, most=-45).floor() / 255
    grey = (images * torch.tensor(GREY).to(images)[:, None, None]).sum(1, keepdim=True)
    whitened = torch.maximum(images, 1.5 * grey + 0.5)
    return kept * images + (1 - kept) * whitened + layer + layer.rot90(2, (2, 3))


def fog(images: Tensor, draws: Draws, density: float, decay: float) -> Tensor:
    """Add a fractal cloud, and bring the image back to its largest value."""
    size = images.shape[-1]
    largest = images.amax((1, 2, 3), keepdim=True)
    cloud = plasma(draws, 1 << (size - 1).bit_length(), decay)[:, None, :size, :size]
    return (images + density * cloud) * largest / (largest + density)


def plasma(draws: Draws, size: int, decay: float) -> Tensor:
    """Height maps (n, size, size) in [0, 1] by the diamond-square algorithm, without edges.

    `size` is a power of two. Source: Fournier, Fussell and Carpenter, Communications of the ACM 25,
    1982.
    """
    count, device = len(draws.keys), draws.keys.device
    heights = torch.zeros(count, size, size, device=device)
    step, roughness = size, 100.0

    def rough(corners: Tensor) -> Tensor:
        return corners / 4 + roughness * draws.uniform(
            *corners.shape[1:], low=-roughness, high=roughness
        )

    while step >= 2:
        half = step // 2
        corners = heights[:, ::step, ::step]
        pairs = corners + corners.roll(-1, 1)
        centres = rough(pairs + pairs.roll(-1, 2))
        heights[:, half::step, half::step] = centres
        across = centres + centres.roll(1, 1) + corners + corners.roll(-1, 2)
        heights[:, ::step, half::step] = rough(across)
        along = centres + centres.roll(1, 2) + corners + corners.roll(-1, 1)
        heights[:, half::step, ::step] = rough(along)
        step, roughness = half, roughness / decay
    heights = heights - heights.amin((1, 2), keepdim=True)
    return heights / heights.amax((1, 2), keepdim=True)


def brightness(images: Tensor, draws: Draws, change: float) -> Tensor:
    """Raise the value of each pixel's colour (of hue, saturation and value).

    With hue and saturation kept, a pixel's channels grow in proportion.
    """
    value = images.amax(1, keepdim=True)
    raised = (value + change).clamp(0, 1)
    return torch.where(value > 0, images * raised / value.clamp(min=1e-6), raised)
