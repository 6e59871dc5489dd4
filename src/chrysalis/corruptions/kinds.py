"""The kinds of corruption and their severities.

Source of kinds and constants: Hendrycks and Dietterich, "Benchmarking Neural Network Robustness to
Common Corruptions and Perturbations", ICLR 2019, with those of CIFAR-10-C for small images and
those of ImageNet-C for others. Of the paper's 15 kinds frost is left out.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from chrysalis.corruptions import blur, digital, noise, weather
from chrysalis.corruptions.draws import Draws

SEVERITIES = (1, 2, 3, 4, 5)
LARGE = 96  # px: from here on images have the constants of ImageNet-C

Corruption = Callable[..., Tensor]
KINDS: dict[str, Corruption] = {
    "gaussian_noise": noise.gaussian_noise,
    "shot_noise": noise.shot_noise,
    "impulse_noise": noise.impulse_noise,
    "defocus_blur": blur.defocus_blur,
    "glass_blur": blur.glass_blur,
    "motion_blur": blur.motion_blur,
    "zoom_blur": blur.zoom_blur,
    "snow": weather.snow,
    "fog": weather.fog,
    "brightness": weather.brightness,
    "contrast": digital.contrast,
    "elastic_transform": digital.elastic_transform,
    "pixelate": digital.pixelate,
    "jpeg_compression": digital.jpeg_compression,
}
_OF_244 = 244 / 224  # ImageNet-C's constants are shares of 244 px, of images of 224

# By kind, the arguments of its five severities.
SMALL_IMAGES: dict[str, list[tuple[Any, ...]]] = {
    "gaussian_noise": [(0.04,), (0.06,), (0.08,), (0.09,), (0.10,)],
    "shot_noise": [(500,), (250,), (100,), (75,), (50,)],
    "impulse_noise": [(0.01,), (0.02,), (0.03,), (0.05,), (0.07,)],
    "defocus_blur": [(0.3, 0.4), (0.4, 0.5), (0.5, 0.6), (1, 0.2), (1.5, 0.1)],
    "glass_blur": [(0.05, 1, 1), (0.25, 1, 1), (0.4, 1, 1), (0.25, 1, 2), (0.4, 1, 2)],
    "motion_blur": [(6, 1), (6, 1.5), (6, 2), (8, 2), (9, 2.5)],
    "zoom_blur": [(1.06, 0.01), (1.11, 0.01), (1.16, 0.01), (1.21, 0.01), (1.26, 0.01)],
    "snow": [
        ((0.1, 0.2, 1, 0.6), (8, 3), 0.95),
        ((0.1, 0.2, 1, 0.5), (10, 4), 0.9),
        ((0.15, 0.3, 1.75, 0.55), (10, 4), 0.9),
        ((0.25, 0.3, 2.25, 0.6), (12, 6), 0.85),
        ((0.3, 0.3, 1.25, 0.65), (14, 12), 0.8),
    ],
    "fog": [(0.2, 3), (0.5, 3), (0.75, 2.5), (1, 2), (1.5, 1.75)],
    "brightness": [(0.05,), (0.1,), (0.15,), (0.2,), (0.3,)],
    "contrast": [(0.75,), (0.5,), (0.4,), (0.3,), (0.15,)],
    "elastic_transform": [
        (0.0, 0.0, 0.08),
        (0.05, 0.2, 0.07),
        (0.08, 0.06, 0.06),
        (0.1, 0.04, 0.05),
        (0.1, 0.03, 0.03),
    ],
    "pixelate": [(0.95,), (0.9,), (0.85,), (0.75,), (0.65,)],
    "jpeg_compression": [(80,), (65,), (58,), (50,), (40,)],
}
LARGE_IMAGES: dict[str, list[tuple[Any, ...]]] = {
    "gaussian_noise": [(0.08,), (0.12,), (0.18,), (0.26,), (0.38,)],
    "shot_noise": [(60,), (25,), (12,), (5,), (3,)],
    "impulse_noise": [(0.03,), (0.06,), (0.09,), (0.17,), (0.27,)],
    "defocus_blur": [(3, 0.1), (4, 0.5), (6, 0.5), (8, 0.5), (10, 0.5)],
    "glass_blur": [(0.7, 1, 2), (0.9, 2, 1), (1, 2, 3), (1.1, 3, 2), (1.5, 4, 2)],
    "motion_blur": [(10, 3), (15, 5), (15, 8), (15, 12), (20, 15)],
    "zoom_blur": [(1.11, 0.01), (1.16, 0.01), (1.21, 0.02), (1.26, 0.02), (1.31, 0.03)],
    "snow": [
        ((0.1, 0.3, 3, 0.5), (10, 4), 0.8),
        ((0.2, 0.3, 2, 0.5), (12, 4), 0.7),
        ((0.55, 0.3, 4, 0.9), (12, 8), 0.7),
        ((0.55, 0.3, 4.5, 0.85), (12, 8), 0.65),
        ((0.55, 0.3, 2.5, 0.85), (12, 12), 0.55),
    ],
    "fog": [(1.5, 2), (2, 2), (2.5, 1.7), (2.5, 1.5), (3, 1.4)],
    "brightness": [(0.1,), (0.2,), (0.3,), (0.4,), (0.5,)],
    "contrast": [(0.4,), (0.3,), (0.2,), (0.1,), (0.05,)],
    "elastic_transform": [
        (strength * _OF_244, sigma * _OF_244, tilt * _OF_244)
        for strength, sigma, tilt in (
            (2, 0.7, 0.1),
            (2, 0.08, 0.2),
            (0.05, 0.01, 0.02),
            (0.07, 0.01, 0.02),
            (0.12, 0.01, 0.02),
        )
    ],
    "pixelate": [(0.6,), (0.5,), (0.4,), (0.3,), (0.25,)],
    "jpeg_compression": [(25,), (18,), (15,), (10,), (7,)],
}


def corrupt(images: Tensor, keys: Tensor, kind: str, severity: int) -> Tensor:
    """Corrupted uint8 images (n, 3, S, S) of such images and their keys (n,), on one device.

    What is random is drawn for each key, kind and severity; see `draws`.
    """
    constants = LARGE_IMAGES if images.shape[-1] >= LARGE else SMALL_IMAGES
    draws = Draws(keys, f"{kind} {severity}")
    found = KINDS[kind](images.float() / 255, draws, *constants[kind][severity - 1])
    # The paper cuts off fractions of a level; the little more keeps whole levels from falling.
    return (255 * found.clamp(0, 1) + 1e-3).floor().to(torch.uint8)
