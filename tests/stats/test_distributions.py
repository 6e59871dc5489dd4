"""Tails and quantiles, against scipy.stats, to the bit."""

import numpy as np
import pytest
from scipy import stats

from chrysalis.stats import distributions

FREEDOM = np.array([1e-3, 0.5, 1, 2, 3.7, 50, 1e6, np.inf, np.nan, 0, -1])
VALUES = np.array([0, 0.1, -0.1, 1, -3, 9, 40, 1e9, np.inf, -np.inf, np.nan])
TAILS = np.array([0, 1e-300, 1e-12, 0.025, 0.5, 0.9, 1, np.nan, -1, 2])


@pytest.mark.parametrize(
    ("ours", "theirs", "values"),
    [
        (distributions.t_above, stats.t.sf, VALUES),
        (distributions.t_reach, stats.t.isf, TAILS),
    ],
)
def test_of_t(ours, theirs, values):
    found, expected = (each(values[:, None], FREEDOM) for each in (ours, theirs))
    np.testing.assert_array_equal(found, expected)
    for value in values:
        assert isinstance(ours(value, 3.0), float)
        np.testing.assert_array_equal(ours(value, 3.0), theirs(value, 3.0))


@pytest.mark.parametrize(
    ("ours", "theirs", "values"),
    [
        (distributions.normal_above, stats.norm.sf, VALUES),
        (distributions.normal_reach, stats.norm.isf, TAILS),
        (distributions.normal_density, stats.norm.pdf, VALUES),
    ],
)
def test_of_the_normal_distribution(ours, theirs, values):
    np.testing.assert_array_equal(ours(values), theirs(values))
