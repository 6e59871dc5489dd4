"""The policies' pixel operations against torchvision's own on 8-bit images."""

import pytest
import torch
from torchvision.transforms.v2 import TrivialAugmentWide

from chrysalis.augment.operations import OPERATIONS

MAGNITUDES = {
    "Posterize": [0.0, 2.0, 3.0, 5.0, 7.0, 8.0],
    "Solarize": [0.0, 0.2, 1 / 3, 0.5, 0.9, 1.0],
}
FACTORS = [-0.99, -0.4, 0.0, 0.03, 0.6, 0.99]
# Torchvision fuses multiplication and addition here, which may turn 17 into 16.999998.
FUSED = ("Color", "Contrast", "Sharpness")


def reference(image, name, magnitude):
    transform = TrivialAugmentWide()
    return transform._apply_image_or_video_transform(
        image, name, magnitude, transform.interpolation, transform._fill
    )


def expected_of(images, name, magnitudes):
    pairs = zip(images, magnitudes, strict=True)
    return torch.stack([reference(image, name, magnitude) for image, magnitude in pairs])


def noise(count, size):
    generator = torch.Generator().manual_seed(size)
    return torch.randint(0, 256, (count, 3, size, size), dtype=torch.uint8, generator=generator)


@pytest.fixture
def images():
    """Noise, a narrow range, few values, one value, black and white, a ramp: (6, 3, 40, 40)."""
    images = noise(6, 40)
    images[1] = images[1] // 4 + 90
    images[2] = images[2] // 85 * 60 + 7
    images[3, 0] = 77
    images[3, 1, :, :20] = 0
    images[3, 1, :, 20:] = 255
    images[4] = torch.where(images[4] > 30, 0, 255).to(torch.uint8)
    images[5] = torch.arange(1600).view(40, 40) // 7
    return images


@pytest.mark.parametrize("name", OPERATIONS)
@pytest.mark.parametrize("shift", range(6))
def test_agrees_with_torchvision(images, name, shift):
    magnitudes = MAGNITUDES.get(name, FACTORS)
    magnitudes = magnitudes[shift:] + magnitudes[:shift]
    before = images.clone()
    result = OPERATIONS[name](images, torch.tensor(magnitudes, dtype=torch.float64))
    expected = expected_of(images, name, magnitudes)
    assert result.dtype == torch.uint8
    assert torch.equal(images, before)
    if name in FUSED:
        apart = (result.int() - expected.int()).abs()
        assert apart.max() <= 1
        assert apart.float().mean() < 5e-3
    else:
        assert torch.equal(result, expected)


@pytest.mark.parametrize("name", OPERATIONS)
@pytest.mark.parametrize("size", [1, 2, 3, 11])
def test_small_images_agree_with_torchvision(name, size):
    # Up to 254 pixels Equalize leaves most channels as they are.
    images = noise(3, size)
    magnitudes = MAGNITUDES.get(name, FACTORS)[2:5]
    result = OPERATIONS[name](images, torch.tensor(magnitudes, dtype=torch.float64))
    expected = expected_of(images, name, magnitudes)
    assert (result.int() - expected.int()).abs().max() <= (name in FUSED)


@pytest.mark.parametrize("name", OPERATIONS)
def test_autocast_changes_nothing(images, name):
    magnitudes = torch.tensor(MAGNITUDES.get(name, FACTORS), dtype=torch.float64)
    expected = OPERATIONS[name](images, magnitudes)
    with torch.autocast("cpu", torch.bfloat16):
        assert torch.equal(OPERATIONS[name](images, magnitudes), expected)
