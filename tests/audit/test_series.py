"""Series of images of one subject, planted among strangers."""

import numpy as np
import pytest

from chrysalis.audit.series import WIDTH, find_series


@pytest.fixture
def vectors():
    return np.random.default_rng(0).normal(size=(4 * WIDTH, 300)).astype(np.float32)


def test_planted_series_are_found_and_pairs_are_none(vectors):
    rng = np.random.default_rng(1)
    planted = {0: (5, 9, 700), 20: (21, 22)}
    for first, others in planted.items():
        for row in others:
            vectors[row] = vectors[first] + rng.normal(0, 0.1, 300)
    vectors[40] = vectors[41]
    paths = [f"{row:04d}.jpg" for row in range(len(vectors))]
    expected = [[paths[row] for row in (first, *others)] for first, others in planted.items()]
    assert find_series(paths, vectors) == expected


def test_few_images_hold_no_series(vectors):
    few = np.repeat(vectors[:5], 3, axis=0)
    assert find_series([f"{row}.jpg" for row in range(15)], few) == []
