"""Maps against matrix products and torch's affine_grid, rectangles against loops."""

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from chrysalis.augment import geometry


def random_maps(count, seed=0):
    noise = torch.randn(count, 2, 3, generator=torch.Generator().manual_seed(seed))
    return 0.3 * noise + torch.eye(2, 3)


def square(maps):
    """As 3 x 3 matrices of NumPy."""
    bottom = np.broadcast_to([[0.0, 0.0, 1.0]], (len(maps), 1, 3))
    return np.concatenate([maps.numpy(), bottom], axis=1)


def test_compose_is_the_matrix_product():
    earlier, later = random_maps(5), random_maps(5, seed=1)
    expected = square(earlier) @ square(later)
    np.testing.assert_allclose(square(geometry.compose(earlier, later)), expected, atol=1e-6)


def test_single_maps_at_hand_worked_places():
    one = torch.ones(1)
    # The right half of the lower half: from (0, 0) to (1, 1).
    crop = square(geometry.crop_map(torch.tensor([[0.5, 0.5, 0.5, 0.5]])))[0]
    np.testing.assert_allclose(crop @ [-1, -1, 1], [0, 0, 1])
    np.testing.assert_allclose(crop @ [1, 1, 1], [1, 1, 1])
    flip = square(geometry.flip_map(torch.tensor([True, False])))
    np.testing.assert_array_equal(flip @ [0.25, 0.5, 1], [[-0.25, 0.5, 1], [0.25, 0.5, 1]])
    # Turned counter-clockwise by 90 degrees, the right edge's middle becomes the top's.
    turn = square(geometry.rotation_map(90 * one))[0]
    np.testing.assert_allclose(turn @ [0, -1, 1], [1, 0, 1], atol=1e-7)


@pytest.mark.parametrize("size", [1, 7, 20])
def test_resample_agrees_with_affine_grid(size):
    images = torch.randint(0, 256, (3, 3, 13, 13), dtype=torch.uint8)
    maps = random_maps(3)
    grid = F.affine_grid(maps, [3, 3, size, size], align_corners=False)
    expected = F.grid_sample(
        images.float(), grid, padding_mode="reflection", align_corners=False, mode="bilinear"
    )
    result = geometry.resample(images, maps, size)
    assert result.dtype == torch.float32
    torch.testing.assert_close(result, expected, atol=2e-3, rtol=0)  # of 255


def test_autocast_changes_nothing():
    images = torch.randint(0, 256, (3, 3, 13, 13), dtype=torch.uint8)
    maps = geometry.compose(random_maps(3), random_maps(3, seed=1))
    expected = geometry.resample(images, maps, 9)
    with torch.autocast("cpu", torch.bfloat16):
        maps = geometry.compose(random_maps(3), random_maps(3, seed=1))
        result = geometry.resample(images, maps, 9)
    assert torch.equal(result, expected)


def test_inside():
    boxes = torch.tensor([[1, 2, 3, 2], [0, 0, 0, 0], [0, 0, 5, 5], [4, 0, 1, 5]])
    expected = np.zeros((4, 1, 5, 5), bool)
    for image, (top, left, height, width) in enumerate(boxes.tolist()):
        expected[image, 0, top : top + height, left : left + width] = True
    np.testing.assert_array_equal(geometry.inside(boxes, 5), expected)
