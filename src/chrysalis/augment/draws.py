"""Random numbers for augmentation, and their way to the images' device.

Everything is drawn on the CPU: a batch needs only a few numbers for each image, the same seed
gives the same changes on every device, and the host knows what was drawn without waiting for a GPU.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor

ATTEMPTS = 10  # at a rectangle that fits, as in torchvision's RandomResizedCrop and RandomErasing


def uniform(shape: tuple[int, ...], low: float, high: float, generator: torch.Generator) -> Tensor:
    """Draw float32 numbers from [low, high), on the CPU wherever the generator is."""
    numbers = torch.empty(shape, device=generator.device)
    return numbers.uniform_(low, high, generator=generator).cpu()


def integers(shape: tuple[int, ...], count: int, generator: torch.Generator) -> Tensor:
    """Draw int64 numbers from 0 to count - 1, on the CPU."""
    return torch.randint(count, shape, generator=generator, device=generator.device).cpu()


def rectangles(
    count: int,
    area: tuple[float, float],
    aspect: tuple[float, float],
    generator: torch.Generator,
) -> tuple[Tensor, Tensor]:
    """Draw widths and heights, (count, ATTEMPTS) each, as shares of the side of a square.

    Area is uniform in its limits, aspect (width / height) log-uniform.
    """
    shape = (count, ATTEMPTS)
    areas = uniform(shape, *area, generator)
    aspects = uniform(shape, math.log(aspect[0]), math.log(aspect[1]), generator).exp()
    return (areas * aspects).sqrt(), (areas / aspects).sqrt()


def first(fits: Tensor, *values: Tensor) -> tuple[Tensor, ...]:
    """Whether any attempt fits, (count,) bool, and each of `values` at the first that does.

    `fits` and `values` are (count, ATTEMPTS); where none fits a value means nothing.
    """
    place = fits.byte().argmax(dim=1, keepdim=True)
    return fits.any(dim=1), *(value.gather(1, place).squeeze(1) for value in values)


def send(values: Tensor, device: torch.device) -> Tensor:
    """Bring drawn numbers to the device; neither the host nor a GPU waits for the copy."""
    if device.type == "cuda" and values.device.type == "cpu":
        values = values.pin_memory()
    return values.to(device, non_blocking=True)
