"""Images with another background, or without their object."""

import numpy as np
import pytest
import torch

from chrysalis.explain.backgrounds import boxes, partners, variants
from chrysalis.records.maps import VARIANTS

SIDE = 16
GREY = torch.full((1, 3, 1, 1), 0.5)


@pytest.fixture
def made():
    """Two classes: a bright object each, on a plain background of its own."""
    images = torch.empty(2, 3, SIDE, SIDE)
    images[0], images[1] = 0.2, 0.6
    masks = torch.zeros(2, SIDE, SIDE)
    masks[0, 4:8, 5:9] = 1
    masks[1, 9:12, 2:12] = 1
    images = torch.where(masks[:, None] > 0, 1.0, images)
    return masks > 0, variants(images, masks, torch.tensor([0, 1]), GREY), images


def test_the_object_stays_and_the_background_goes(made):
    objects, found, images = made
    assert tuple(found) == VARIANTS
    assert torch.equal(found["whole"], images)
    for name in ("background_grey", "background_blurred", "background_replaced"):
        for image in range(2):
            assert (found[name][image][:, objects[image]] == 1).all()
    behind = [{0.5}, {0.5}], [{0.2}, {0.6}], [{0.6}, {0.2}]
    names = ("background_grey", "background_blurred", "background_replaced")
    for name, expected in zip(names, behind, strict=True):
        for image in range(2):
            rest = found[name][image][:, ~objects[image]]
            torch.testing.assert_close(
                rest, torch.full_like(rest, *expected[image]), atol=0.01, rtol=0
            )


def test_without_the_object_neither_it_nor_its_outline_is_left(made):
    _, found, _ = made
    for image, level in enumerate((0.2, 0.6)):
        plain = torch.full((3, SIDE, SIDE), level)
        torch.testing.assert_close(found["object_removed"][image], plain, atol=0.01, rtol=0)


def test_boxes_are_grown_by_a_pixel():
    objects = torch.zeros(2, 6, 6, dtype=torch.bool)
    objects[0, 2, 1] = objects[0, 3, 3] = True
    objects[1, 0, 0] = True
    expected = torch.zeros(2, 6, 6, dtype=torch.bool)
    expected[0, 1:5, 0:5] = True
    expected[1, :2, :2] = True
    assert torch.equal(boxes(objects), expected)


def test_partners_are_of_another_class_where_there_is_one():
    assert partners([0, 0, 1, 0]).tolist() == [2, 2, 3, 2]
    assert partners([1, 1]).tolist() == [0, 1]
    assert np.array_equal(partners([]), np.array([], int))
