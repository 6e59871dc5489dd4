"""Answers that several tests of the statistics draw."""

import numpy as np
import pytest


def first(images, *counts):
    """Right answers (seeds, images): each seed is right on so many images, the first."""
    return np.arange(images) < np.array(counts)[:, None]


@pytest.fixture
def first_right():
    return first


@pytest.fixture
def draw():
    """Unrelated right answers (2, seeds, images) of two arms."""

    def _draw(seed, seeds=3, images=12, chance=0.6):
        return np.random.default_rng(seed).random((2, seeds, images)) < chance

    return _draw
