"""Random erasing against torchvision: its values on fixed boxes, and the law of its boxes."""

import math

import pytest
import torch
from scipy.stats import ks_2samp, kstest
from torchvision.transforms.v2 import RandomErasing
from torchvision.transforms.v2 import functional as tv

from chrysalis.augment.erasing import draw_boxes, erase

MANY = 3000


def generator(seed=0):
    return torch.Generator().manual_seed(seed)


def test_erase_agrees_with_torchvision():
    images = torch.rand(4, 3, 21, 21, generator=generator())
    boxes = torch.tensor([[3, 5, 10, 4], [0, 0, 0, 0], [20, 20, 1, 1], [0, 0, 20, 20]])
    expected = torch.stack(
        [
            tv.erase(image, *box, v=image.mean((1, 2))[:, None, None])
            for image, box in zip(images, boxes.tolist(), strict=True)
        ]
    )
    torch.testing.assert_close(erase(images, boxes), expected, atol=1e-7, rtol=0)
    assert torch.equal(erase(images, boxes)[1], images[1])


def test_the_laws_of_boxes_that_always_fit():
    # The largest is sqrt(0.25 * 3.3) = 0.91 of the side.
    size = 1000
    top, left, height, width = (
        draw_boxes(MANY, size, 1.0, (0.05, 0.25), generator()).double().unbind(1)
    )
    areas = width * height / size**2
    assert kstest(areas.numpy(), "uniform", args=(0.05, 0.2)).pvalue > 0.01
    least = math.log(0.3)
    aspects = (width / height).log()
    assert kstest(aspects.numpy(), "uniform", args=(least, math.log(3.3) - least)).pvalue > 0.01
    for start, side in ((top, height), (left, width)):
        places = (start + 0.5) / (size - side + 1)
        assert kstest(places.numpy(), "uniform").pvalue > 0.01


def test_the_law_of_boxes_that_may_not_fit_is_torchvisions():
    size = 33
    transform = RandomErasing(p=1, scale=(0.3, 1.0), ratio=(0.3, 3.3))
    torch.manual_seed(0)
    image = torch.zeros(3, size, size)
    found = [transform.make_params([image]) for _ in range(MANY)]
    theirs = {key: [p[key] for p in found if p["v"] is not None] for key in "ijhw"}
    boxes = draw_boxes(MANY, size, 1.0, (0.3, 1.0), generator())
    mine = boxes[boxes[:, 2] > 0]
    assert len(mine) == pytest.approx(len(theirs["h"]), abs=5 * math.sqrt(MANY / 4))
    for key, values in zip("ijhw", mine.unbind(1), strict=True):
        assert ks_2samp(values.numpy(), theirs[key]).pvalue > 0.01, key


@pytest.mark.parametrize("size", [1, 2, 7, 96])
def test_boxes_lie_inside_the_image(size):
    top, left, height, width = draw_boxes(MANY, size, 1.0, (0.0, 1.0), generator()).unbind(1)
    assert min(values.min() for values in (top, left, height, width)) >= 0
    assert (top + height).max() <= size
    assert (left + width).max() <= size
    assert max(height.max(), width.max()) < size


def test_where_none_fits_nothing_is_erased():
    assert not draw_boxes(50, 32, 1.0, (1.0, 1.0), generator()).any()


@pytest.mark.parametrize("probability", [0.25, 0.9])
def test_rate(probability):
    erased = draw_boxes(MANY, 500, probability, (0.02, 0.2), generator())[:, 2] > 0
    error = 4 * math.sqrt(probability * (1 - probability) / MANY)
    assert erased.float().mean().item() == pytest.approx(probability, abs=error)
    # Neighbours in a batch are erased independently.
    both = (erased[1:] & erased[:-1]).float().mean().item()
    assert both == pytest.approx(probability**2, abs=2 * error)
