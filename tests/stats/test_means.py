"""Intervals of means against SciPy and the papers' formulas."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from chrysalis.stats import means


def test_scores_by_students_t():
    values = np.array([0.2, 0.5, np.nan, 0.9, 0.4])
    found = means.of_scores(values)
    known = values[~np.isnan(values)]
    expected = stats.ttest_1samp(known, 0).confidence_interval(0.95)
    assert found == pytest.approx((known.mean(), *expected, 4))
    wide = means.of_scores(values, 0.01)
    assert (wide.low, wide.high) == pytest.approx(
        tuple(stats.ttest_1samp(known, 0).confidence_interval(0.99))
    )


@pytest.mark.parametrize("values", [[], [0.3], [0.3, 0.3], [np.nan]])
def test_scores_that_tell_nothing_of_others(values):
    found = means.of_scores(np.array(values, float))
    assert math.isnan(found.low)
    assert math.isnan(found.high)


def test_share_by_wilson():
    right = np.array([True] * 9 + [False] * 3)
    expected = stats.binomtest(9, 12).proportion_ci(0.95, "wilson")
    assert means.of_share(right) == pytest.approx((0.75, *expected, 12))
    assert math.isnan(means.of_share(np.array([], bool)).mean)


def test_changes_by_bonett_and_price():
    before = np.array([True] * 8 + [False] * 4)
    after = np.array([True] * 5 + [False] * 6 + [True])
    # 3 became wrong and 1 right; with a pseudo-image of each kind 4 and 2 of 14.
    error = math.sqrt((2 / 14 + 4 / 14 - (2 / 14 - 4 / 14) ** 2) / 14)
    reach = stats.norm.isf(0.025) * error
    centre = -2 / 14
    assert means.of_changes(after, before) == pytest.approx(
        (-2 / 12, centre - reach, centre + reach, 12)
    )


@given(st.lists(st.tuples(st.booleans(), st.booleans()), min_size=1, max_size=40))
def test_no_change_is_ever_certain(pairs):
    after, before = np.array(pairs).T
    found = means.of_changes(after, before)
    assert -1 <= found.low < found.high <= 1
    assert found.mean == pytest.approx(after.mean() - before.mean())
