"""The expected best of so many trials."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chrysalis.stats.budget import expected_best


def test_against_all_draws_with_replacement():
    values = [0.2, 0.9, 0.5, 0.5]
    for n, found in enumerate(expected_best(np.array(values)), start=1):
        draws = itertools.product(values, repeat=n)
        assert found == pytest.approx(np.mean([max(draw) for draw in draws]))


@given(st.lists(st.floats(0, 1), min_size=1, max_size=30))
def test_it_starts_at_the_mean_and_never_falls_nor_passes_the_best(values):
    found = expected_best(np.array(values))
    assert found[0] == pytest.approx(np.mean(values))
    assert (np.diff(found) >= -1e-12).all()
    assert found[-1] <= max(values) + 1e-12
