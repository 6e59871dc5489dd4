"""Slopes over places against least squares, and shuffled orders against counting by hand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from chrysalis.stats.positions import MOST_ORDERS, orders_as_steep, slope

RNG = np.random.default_rng(3)


def answers(shares, seeds=3, images=200, rng=RNG):
    """Right answers of classes with these accuracies."""
    return [rng.random((seeds, images)) < share for share in shares]


def test_the_slope_is_that_of_least_squares():
    arm, baseline = answers([0.9, 0.8, 0.7, 0.6]), answers([0.5, 0.6, 0.7, 0.8])
    distances = np.array([1.0, 2, 3, 2])
    gains = [a.mean() - b.mean() for a, b in zip(arm, baseline, strict=True)]
    estimate, interval = slope(arm, baseline, distances, 1)
    assert estimate == pytest.approx(stats.linregress(distances, gains).slope)
    assert interval.low < estimate < interval.high
    wider = slope(arm, baseline, distances, 10)[1]
    assert wider.low < interval.low and interval.high < wider.high


def test_the_interval_covers_a_slope_of_zero_as_often_as_it_says():
    rng = np.random.default_rng(0)
    distances = np.array([1.0, 2, 3, 4])
    missed = 0
    for _ in range(400):
        trainings = rng.normal(0, 0.05, (2, 3))
        sides = [
            [
                rng.random((3, 60)) < 0.7 + (share + rng.normal(0, 0.02, 3))[:, None]
                for _ in distances
            ]
            for share in trainings
        ]
        low, high = slope(*sides, distances, 1)[1]
        missed += not low <= 0 <= high
    assert missed <= stats.binom.isf(0.001, 400, 0.05)


def test_answers_that_never_vary_tell_no_interval():
    certain = [np.ones((3, 10), bool)] * 3
    estimate, interval = slope(certain, certain, np.array([1.0, 2, 3]), 1)
    assert estimate == 0 and np.isnan(interval).all()


@pytest.mark.parametrize(
    ("gains", "distances", "steep", "orders"),
    [
        # The order itself, alone in its direction.
        ([1, 2, 3, 4], [1, 2, 3, 4], 1, 24),
        ([4, 3, 2, 1], [1, 2, 3, 4], 1, 24),
        # Equal distances of two classes: both orders of those two.
        ([1, 2, 2.5, 4], [1, 2, 2, 3], 2, 24),
        ([1, 1, 1], [1, 2, 3], 6, 6),
    ],
)
def test_orders_counted_by_hand(gains, distances, steep, orders):
    assert orders_as_steep(np.array(gains), np.array(distances)) == (steep, orders)


@given(st.lists(st.integers(-9, 9), min_size=2, max_size=5), st.data())
def test_every_order_counts_once_and_theirs_is_among_the_steep(gains, data):
    distances = data.draw(st.lists(st.integers(1, 4), min_size=len(gains), max_size=len(gains)))
    steep, orders = orders_as_steep(np.array(gains), np.array(distances))
    assert 1 <= steep <= orders
    assert (steep, orders) == orders_as_steep(-np.array(gains), np.array(distances))


def test_many_classes_are_sampled_alike_each_time():
    gains, distances = RNG.normal(size=9), np.arange(9)
    first = orders_as_steep(gains, distances)
    assert first[1] == MOST_ORDERS and first == orders_as_steep(gains, distances)
