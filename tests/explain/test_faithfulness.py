"""Measures that remove pixels, on a network whose answer is known pixel by pixel."""

import numpy as np
import pytest
import torch
from torchvision.transforms.functional import gaussian_blur

from chrysalis.explain import faithfulness
from chrysalis.explain.faithfulness import STEPS, deletion, insertion, ranks, road, smoothed

SIDE = 8
ROWS = [4, 9]


def images():
    return torch.rand(2, 3, SIDE, SIDE, generator=torch.Generator().manual_seed(0))


def test_ranks_follow_the_map_and_ties_follow_the_row():
    maps = torch.stack([torch.arange(64.0).view(8, 8), torch.zeros(8, 8)])
    found = ranks(maps, ROWS)
    assert torch.equal(found[0], (63 - torch.arange(64.0)).view(8, 8) / 64)
    assert sorted(found[1].flatten().tolist()) == [n / 64 for n in range(64)]
    assert torch.equal(found[1], ranks(maps[[1]], [ROWS[1]])[0])
    assert not torch.equal(found[1], ranks(maps[[1]], [5])[0])


def left_half(batch):
    """A made-up probability: the mean of the red channel's left half."""
    return batch[:, 0, :, : SIDE // 2].mean((1, 2))


def test_deletion_and_insertion_by_hand():
    """Red at 1 on grey 0: the map's first half of the pixels is all that counts."""
    batch = torch.zeros(1, 3, SIDE, SIDE)
    batch[:, 0] = 1
    good = torch.zeros(1, SIDE, SIDE)
    good[:, :, : SIDE // 2] = 1
    grey = torch.zeros(1, 3, 1, 1)
    # The probability falls from 1 to 0 over the first half: the area is 1/4; then the second
    # half's, which removes what doesn't count first, is 3/4.
    assert deletion(batch, ranks(good, [0]), grey, left_half) == pytest.approx([0.25])
    assert deletion(batch, ranks(1 - good, [0]), grey, left_half) == pytest.approx([0.75])
    # A plain image is as it was when blurred, so insertion has nothing to add.
    assert insertion(batch, ranks(good, [0]), left_half) == pytest.approx([1.0])


@pytest.mark.parametrize(("sd", "radius"), [(0.7, 1), (1.0, 2), (1.9, 3), (40.0, 3)])
def test_blurred_as_torchvision_does(sd, radius):
    expected = gaussian_blur(images(), [2 * radius + 1] * 2, [sd, sd])
    torch.testing.assert_close(smoothed(images(), sd), expected, rtol=0, atol=1e-6)


def test_the_area_is_the_mean_of_the_trapezoids():
    batch, order = images(), ranks(images()[:, 1], ROWS)
    grey = torch.full((1, 3, 1, 1), 0.4)
    curve = []
    for step in range(STEPS + 1):
        changed = batch.clone()
        for image in range(2):
            gone = order[image] < step / STEPS
            changed[image][:, gone] = 0.4
        curve.append(left_half(changed).numpy())
    expected = (np.array(curve)[1:] + np.array(curve)[:-1]).mean(0) / 2
    np.testing.assert_allclose(deletion(batch, order, grey, left_half), expected, atol=1e-6)


def test_road_prefers_the_map_that_names_what_counts(monkeypatch):
    monkeypatch.setattr(faithfulness, "NOISE", 0.0)
    batch = torch.full((1, 3, SIDE, SIDE), 0.2)
    batch[:, :, 2:6, 2:6] = 1.0

    def middle(changed):
        return changed[:, 0, 2:6, 2:6].mean((1, 2))

    good = torch.zeros(1, SIDE, SIDE)
    good[:, 2:6, 2:6] = 1
    of_good = road(batch, ranks(good, [0]), [0], middle)
    assert of_good > 0.05
    assert road(batch, ranks(1 - good, [0]), [0], middle) < 0


def test_no_measure_depends_on_the_other_images():
    batch, order = images(), ranks(images()[:, 1], ROWS)
    grey = torch.full((1, 3, 1, 1), 0.4)
    for image in range(2):
        own, ranked = batch[[image]], order[[image]]
        both = [
            deletion(batch, order, grey, left_half)[image],
            insertion(batch, order, left_half)[image],
            road(batch, order, ROWS, left_half)[image],
        ]
        alone = [
            *deletion(own, ranked, grey, left_half),
            *insertion(own, ranked, left_half),
            *road(own, ranked, [ROWS[image]], left_half),
        ]
        np.testing.assert_allclose(both, alone, atol=1e-3)
