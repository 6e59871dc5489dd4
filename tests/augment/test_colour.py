"""Colour changes against torchvision and, for hue, Python's colorsys, on fixed numbers."""

import colorsys

import numpy as np
import pytest
import torch
from torchvision.transforms.v2 import functional as tv

from chrysalis.augment import colour

FACTORS = [0.0, 0.4, 1.0, 1.3, 2.0]


@pytest.fixture
def images():
    generator = torch.Generator().manual_seed(0)
    return torch.randint(0, 256, (5, 3, 17, 17), generator=generator) / 255


@pytest.mark.parametrize(
    ("change", "function"),
    [
        (colour.brightness, tv.adjust_brightness),
        (colour.contrast, tv.adjust_contrast),
        (colour.saturation, tv.adjust_saturation),
    ],
)
def test_factors_agree_with_torchvision(images, change, function):
    expected = torch.stack([function(i, f) for i, f in zip(images, FACTORS, strict=True)])
    result = change(images.clone(), torch.tensor(FACTORS))
    torch.testing.assert_close(result, expected, atol=2e-6, rtol=0)


def test_grey_agrees_with_torchvision(images):
    assert torch.equal(colour.grey(images), tv.rgb_to_grayscale(images))


@pytest.mark.parametrize("turn", [-0.5, -0.31, -1 / 6, 0.0, 0.01, 1 / 3, 0.5])
def test_hue_agrees_with_colorsys(turn):
    # All pixels of five levels: every sector, its borders, greys, black and white.
    levels = np.linspace(0, 1, 5)
    pixels = np.stack(np.meshgrid(levels, levels, levels), axis=-1).reshape(-1, 3)
    expected = []
    for pixel in pixels:
        h, s, v = colorsys.rgb_to_hsv(*pixel)
        expected.append(colorsys.hsv_to_rgb((h + turn) % 1, s, v))
    images = torch.from_numpy(pixels.T.astype(np.float32)).reshape(1, 3, 5, 25)
    result = colour.hue(images, torch.tensor([turn]))
    np.testing.assert_allclose(result.reshape(3, -1).T, expected, atol=2e-6)


def test_hue_of_nearly_grey_pixels_keeps_value_and_least_channel():
    base = torch.rand(1, 1, 20, 20, generator=torch.Generator().manual_seed(0))
    noise = torch.rand(1, 3, 20, 20, generator=torch.Generator().manual_seed(1))
    images = (base + 1e-6 * noise).clamp(0, 1)
    result = colour.hue(images.clone(), torch.tensor([0.37]))
    torch.testing.assert_close(result.amax(1), images.amax(1), atol=3e-7, rtol=0)
    torch.testing.assert_close(result.amin(1), images.amin(1), atol=3e-7, rtol=0)
    assert result.min() >= 0
    assert result.max() <= 1


def test_hue_stays_in_the_range():
    images = torch.rand(8, 3, 60, 60, generator=torch.Generator().manual_seed(0)) ** 3
    images[:4] /= images[:4].amax(1, keepdim=True)  # the largest channel is exactly 1
    images[4:, 2] *= 1e-7  # the least is next to 0
    result = colour.hue(images, torch.linspace(-0.5, 0.5, 8))
    assert result.min() >= 0
    assert result.max() <= 1
