"""Spread from seed to seed, and from the draw of test images."""

import numpy as np
import pytest

from chrysalis.stats.variance import of_test_images, spread


def test_a_textbook_interval():
    # n = 10, s = 5: chi-squared with 9 degrees of freedom has quantiles 2.7004 and 19.0228.
    values = np.array([-1.0, 1.0] * 5)
    found = spread(5 * values / values.std(ddof=1))
    assert found.sd == pytest.approx(5)
    assert found.low == pytest.approx(5 * np.sqrt(9 / 19.0228), rel=1e-5)
    assert found.high == pytest.approx(5 * np.sqrt(9 / 2.7004), rel=1e-4)


@pytest.mark.parametrize("seeds", [2, 3, 5, 10])
def test_the_interval_covers_as_often_as_it_says(seeds):
    draws = np.random.default_rng(0).normal(0.9, 0.02, (4000, seeds))
    covered = [found.low <= 0.02 <= found.high for found in map(spread, draws)]
    assert np.mean(covered) == pytest.approx(0.95, abs=0.012)


def test_one_value_tells_nothing():
    assert np.isnan([spread(np.array([0.9])).sd, spread(np.array([0.9])).high]).all()


def test_the_draw_of_test_images_against_a_simulation():
    draws = np.random.default_rng(0).binomial(270, 0.93, 20_000) / 270
    assert of_test_images(0.93, 270) == pytest.approx(draws.std(), rel=0.02)
