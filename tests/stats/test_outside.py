"""The score is the logarithm of a sum, and the threshold refuses no more than it says."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chrysalis.stats.outside import familiarity, threshold


def test_a_case_by_hand():
    logits = np.log(np.array([[1.0, 2.0, 5.0], [0.5, 0.25, 0.25]]))
    np.testing.assert_allclose(familiarity(logits), np.log([8.0, 1.0]), atol=1e-12)


@pytest.mark.parametrize(("count", "place"), [(18, None), (19, 0), (38, 0), (39, 1), (59, 2)])
def test_the_threshold_is_a_score_of_that_rank(count, place):
    scores = np.random.default_rng(0).permutation(count).astype(float)
    assert threshold(scores, 0.05) == place


@given(st.lists(st.floats(-1e6, 1e6), min_size=2, max_size=60), st.sampled_from([0.05, 0.1, 0.5]))
def test_leaving_one_out_refuses_at_most_the_rate(values, rate):
    """Any of n + 1 images may be the new one: at most that share lies below the others' limit."""
    scores = np.array(values)
    refused = 0
    for left_out in range(len(scores)):
        limit = threshold(np.delete(scores, left_out), rate)
        refused += limit is not None and scores[left_out] < limit
    assert refused <= rate * len(scores) + 1e-9
