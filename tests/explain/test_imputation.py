"""Filling in against the sparse linear system that the paper's code solves."""

import numpy as np
import pytest
import torch
from scipy.sparse import lil_matrix
from scipy.sparse.linalg import spsolve
from torch.nn import functional as F

from chrysalis.explain.imputation import linear_imputation


def smooth(count, side):
    generator = torch.Generator().manual_seed(0)
    return F.interpolate(torch.rand(count, 3, 4, 4, generator=generator), side, mode="bilinear")


def solved(image, hole):
    """Each pixel of the hole equals the weighted mean of its neighbours."""
    number = {place: n for n, place in enumerate(zip(*np.nonzero(hole), strict=True))}
    system, known = lil_matrix((len(number), len(number))), np.zeros((len(number), 3))
    for (y, x), n in number.items():
        for dy, dx in np.ndindex(3, 3):
            place = (y + dy - 1, x + dx - 1)
            inside = 0 <= place[0] < hole.shape[0] and 0 <= place[1] < hole.shape[1]
            if not inside or place == (y, x):
                continue
            weight = 1 / 6 if 1 in (dy, dx) else 1 / 12
            system[n, n] += weight
            if place in number:
                system[n, number[place]] -= weight
            else:
                known[n] += weight * image[:, *place]
    return spsolve(system.tocsr(), known)


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
def test_solves_the_equations(share):
    images = smooth(3, 17)
    order = smooth(3, 17).sum(1)
    order[1] = torch.rand(17, 17, generator=torch.Generator().manual_seed(1))
    removed = order > order.flatten(1).quantile(1 - share, dim=1)[:, None, None]
    found = linear_imputation(images, removed)
    for image, hole, ours in zip(images, removed, found, strict=True):
        assert torch.equal(ours[:, ~hole], image[:, ~hole])
        expected = solved(image.double().numpy(), hole.numpy())
        np.testing.assert_allclose(ours[:, hole].T.numpy(), expected, atol=0.01)


def test_nothing_removed_and_everything():
    images = smooth(2, 8)
    removed = torch.tensor([False, True])[:, None, None].expand(-1, 8, 8)
    found = linear_imputation(images, removed)
    assert torch.equal(found[0], images[0])
    mean = images[1].mean((1, 2), keepdim=True).expand(-1, 8, 8)
    torch.testing.assert_close(found[1], mean)


def test_what_is_removed_plays_no_part():
    images = smooth(1, 12)
    removed = torch.zeros(1, 12, 12, dtype=torch.bool)
    removed[:, 3:9, 2:7] = True
    other = torch.where(removed[:, None], 0.7, images)
    found = linear_imputation(images, removed)
    torch.testing.assert_close(linear_imputation(other, removed), found, atol=1e-4, rtol=0)
