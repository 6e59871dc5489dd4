"""Outcomes follow from numbers alone."""

import numpy as np
import pytest

from chrysalis.stats import minimums
from chrysalis.stats.effects import Effect
from chrysalis.stats.verdict import OUTCOMES, outcome


def effect(value=0.02, seeds=3, images=50):
    return Effect(value, 0, 0, 0, 0, seeds, images)


@pytest.mark.parametrize(
    ("found", "p_different", "p_equal", "expected"),
    [
        (effect(), 0.049, 0.9, "better"),
        (effect(-0.02), 0.049, 0.9, "worse"),
        (effect(), 0.05, 0.9, "none"),
        (effect(), 0.5, 0.049, "equal"),
        (effect(), 0.5, 0.05, "none"),
        (effect(), 0.01, 0.01, "better"),
        (effect(), 0.5, np.nan, "none"),
        (effect(seeds=2), 0.01, 0.01, "insufficient"),
        (effect(images=49), 0.01, 0.01, "insufficient"),
        (effect(seeds=1), np.nan, np.nan, "insufficient"),
    ],
)
def test_outcomes(found, p_different, p_equal, expected):
    assert outcome(found, p_different, p_equal) == expected
    assert expected in OUTCOMES


def test_a_class_needs_fewer_images():
    enough = minimums.ENOUGH_CLASS_IMAGES
    assert outcome(effect(images=20), 0.01, np.nan, enough) == "better"
    assert outcome(effect(images=19), 0.01, np.nan, enough) == "insufficient"


def test_minimums():
    assert (minimums.ENOUGH_SEEDS, minimums.ENOUGH_EPOCHS) == (3, 5)
    assert (minimums.ENOUGH_TEST_IMAGES, minimums.ENOUGH_CLASS_IMAGES) == (50, 20)
