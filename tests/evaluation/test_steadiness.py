"""How far the loss on val jumps, by hand and by what must hold of every curve."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chrysalis.evaluation.steadiness import swing
from chrysalis.records.training import HistoryRow

LOSSES = st.lists(st.floats(-100, 100), min_size=3, max_size=12)


def history(losses):
    return [
        HistoryRow(epoch, 0.5, 0.5, loss, 0.5, 0.001, 1.0, 100.0, 0.5)
        for epoch, loss in enumerate(losses, start=1)
    ]


def test_each_loss_against_the_mean_of_its_neighbours():
    # 3 lies 2 above the mean of 1 and 1, the second 1 lies 1.5 below that of 3 and 2.
    assert swing(history([1, 3, 1, 2])) == pytest.approx((2 + 1.5) / 2)


@given(LOSSES, st.floats(-3, 3), st.floats(-10, 10))
def test_a_trend_is_no_swing_and_adds_none(losses, slope, start):
    tilted = [loss + start + slope * epoch for epoch, loss in enumerate(losses)]
    assert swing(history(tilted)) == pytest.approx(swing(history(losses)), abs=1e-9)
    straight = [start + slope * epoch for epoch in range(len(losses))]
    assert swing(history(straight)) == pytest.approx(0, abs=1e-9)


@given(LOSSES, st.floats(0, 5))
def test_twice_the_jumps_are_twice_the_swing_and_time_may_run_backwards(losses, times):
    scaled = [times * loss for loss in losses]
    assert swing(history(scaled)) == pytest.approx(times * swing(history(losses)), abs=1e-9)
    assert swing(history(losses[::-1])) == pytest.approx(swing(history(losses)), abs=1e-9)


@pytest.mark.parametrize("losses", [[], [1.0], [1.0, 2.0], [1.0, math.nan, 1.0], [1, math.inf, 1]])
def test_not_known_of_too_short_a_curve_or_one_that_diverged(losses):
    assert math.isnan(swing(history(losses)))
