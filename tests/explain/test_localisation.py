"""Measures against masks: cases by hand, scikit-learn's Jaccard index, and what holds always."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import jaccard_score

from chrysalis.explain.localisation import (
    THRESHOLDS,
    best_threshold,
    energy_inside,
    overlaps,
    pointing,
)

MAP = torch.tensor([[[1.0, 0.5], [0.25, 0.25]]])


def mask(*rows):
    return torch.tensor([rows], dtype=torch.bool)


@pytest.mark.parametrize(
    ("inside", "energy", "hit"),
    [
        (mask([1, 0], [0, 0]), 0.5, 1),
        (mask([0, 1], [1, 0]), 0.375, 0),
        (mask([1, 1], [1, 1]), 1, 1),
        (mask([0, 0], [0, 0]), 0, 0),
    ],
)
def test_by_hand(inside, energy, hit):
    assert energy_inside(MAP, inside) == pytest.approx([energy])
    assert pointing(MAP, inside) == [hit]


def test_several_highest_places_share_the_point():
    flat = torch.ones(1, 2, 2)
    assert pointing(flat, mask([1, 0], [0, 0])) == [0.25]


def test_a_map_of_zeros_tells_nothing():
    zeros = torch.zeros(1, 2, 2)
    assert np.isnan(energy_inside(zeros, mask([1, 0], [0, 0]))).all()
    assert np.isnan(pointing(zeros, mask([1, 0], [0, 0]))).all()
    assert (overlaps(zeros, mask([1, 0], [0, 0])) == 0).all()


@given(st.integers(0, 10_000))
@settings(max_examples=20)
def test_overlap_is_the_jaccard_index(seed):
    generator = torch.Generator().manual_seed(seed)
    maps = torch.rand(3, 5, 4, generator=generator)
    masks = torch.rand(3, 5, 4, generator=generator) > 0.6
    found = overlaps(maps, masks)
    for image in range(3):
        for column, threshold in enumerate(THRESHOLDS):
            above = (maps[image] >= threshold).flatten().numpy()
            expected = jaccard_score(masks[image].flatten().numpy(), above, zero_division=0)
            assert found[image, column] == pytest.approx(expected)


def test_the_best_threshold_is_one_for_all_images():
    assert best_threshold(np.array([[0.9, 0.5, 0.0], [0.0, 0.5, 0.9]])) == 1
