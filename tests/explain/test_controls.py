"""Controls against their definitions, computed another way."""

import numpy as np
import torch
from scipy import ndimage

from chrysalis.explain.controls import CONTROLS, control_maps


def images(count=3, height=12, width=10):
    return torch.rand(count, 3, height, width, generator=torch.Generator().manual_seed(1))


def test_maps_between_0_and_1_that_reach_1():
    made = control_maps(images(), (4, 4), [5, 6, 7])
    assert list(made) == list(CONTROLS)
    for maps in made.values():
        assert maps.shape == (3, 12, 10)
        assert maps.min() >= 0
        assert torch.allclose(maps.amax((1, 2)), torch.ones(3))


def test_random_maps_follow_the_row_alone():
    one = control_maps(images(), (4, 4), [5, 6, 7])["random"]
    other = control_maps(images().flip(0), (4, 4), [7, 5, 6])["random"]
    assert torch.equal(one[[2, 0, 1]], other)
    assert not torch.equal(one[0], one[1])


def test_gaussian():
    found = control_maps(images(1, 9, 9), (4, 4), [0])["gaussian"][0].numpy()
    y, x = np.mgrid[-4:5, -4:5] / 8
    np.testing.assert_allclose(found, np.exp(-(x**2 + y**2) / (2 * 0.25**2)), atol=1e-6)


def test_edges():
    batch = images(1)
    grey = batch[0].mean(0).double().numpy()
    size = np.hypot(*(ndimage.sobel(grey, axis, mode="nearest") for axis in (0, 1)))
    found = control_maps(batch, (4, 4), [0])["sobel"][0].numpy()
    np.testing.assert_allclose(found, size / size.max(), atol=1e-5)


def test_a_plain_image_has_no_edges():
    assert control_maps(torch.full((1, 3, 8, 8), 0.5), (2, 2), [0])["sobel"].sum() == 0
