"""What choosing an epoch by the images that judge it adds: hand-worked and drawn courses."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chrysalis.evaluation.optimism import optimism
from chrysalis.records.training import HistoryRow


def course(right):
    """A training whose answers to val were right (epochs, images), boolean."""
    return [
        HistoryRow(n, 0, 0, 0, float(row.mean()), 0, 1, 1, float(row[::2].mean()))
        for n, row in enumerate(np.asarray(right, bool), 1)
    ]


def test_worked_by_hand():
    # Images 0 and 2 choose the second epoch (2 of 2; the others 0 of 1), image 1 the first.
    right = [[1, 1, 0], [1, 0, 1]]
    assert optimism(course(right), 3) == pytest.approx(((1 - 0) + (1 - 1 / 2)) / 2)


@given(st.integers(2, 30), st.integers(1, 6), st.randoms(use_true_random=False))
def test_one_best_epoch_for_both_halves_means_none(images, epochs, random):
    right = np.array([[random.random() < 0.5 for _ in range(images)] for _ in range(epochs)])
    right[0] = True
    assert optimism(course(right), images) == pytest.approx(0)


def test_no_epoch_and_no_second_image_tell_nothing():
    assert math.isnan(optimism([], 10))
    assert math.isnan(optimism(course([[1]]), 1))


def test_its_mean_is_what_fresh_images_show():
    """Epochs that are all equally good: whatever the best seems to have more, is optimism."""
    rng = np.random.default_rng(0)
    epochs, images, truth = 12, 200, 0.7
    drawn = rng.random((4000, epochs, images)) < truth
    found = [optimism(course(right), images) for right in drawn]
    expected = drawn[:, :, ::2].mean(2).max(1).mean() - truth
    error = np.std(found) / math.sqrt(len(found))
    assert np.mean(found) == pytest.approx(expected, abs=4 * error)
    assert 10 * error < expected
