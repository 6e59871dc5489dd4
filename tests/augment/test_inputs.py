"""What a network is shown without augmentation, against torchvision."""

import numpy as np
import pytest
import torch
from torchvision.transforms.v2 import functional as tv

from chrysalis.augment.inputs import centre, to_input


@pytest.fixture
def smooth():
    """Waves of a few pixels' length, so that interpolation at slightly other places shows."""
    y, x = torch.meshgrid(torch.arange(48.0), torch.arange(48.0), indexing="ij")
    phase = torch.arange(12.0).view(4, 3, 1, 1)
    waves = 0.5 + 0.25 * torch.sin(x / 3 + phase) + 0.25 * torch.cos(y / 4 - x / 9 + 2 * phase)
    return (waves * 255).round().to(torch.uint8)


def test_values_are_scaled_to_0_1():
    levels = torch.arange(256, dtype=torch.uint8).view(1, 1, 16, 16).expand(1, 3, 16, 16)
    result = to_input(levels, 14)  # all of the centre's pixels
    assert result.dtype == torch.float32
    np.testing.assert_array_equal(result, levels[..., 1:-1, 1:-1].numpy() / np.float32(255))


@pytest.mark.parametrize(("share", "side"), [(7 / 8, 42), (1.0, 48), (0.5, 24)])
def test_the_centre_is_resized_as_torchvision_does(smooth, share, side):
    middle = tv.center_crop(smooth, [side, side])
    assert torch.equal(centre(smooth, share), middle)
    expected = tv.resize(middle / 255, [20, 20], antialias=True)
    torch.testing.assert_close(to_input(smooth, 20, share), expected, atol=1e-6, rtol=0)
    assert torch.equal(to_input(smooth, side, share), middle.float() / 255)
