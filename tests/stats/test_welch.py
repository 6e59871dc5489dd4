"""Welch's test against its formulas, and what too few or too equal trainings leave unsaid."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from chrysalis.stats.welch import welch

VALUES = st.lists(st.floats(-50, 50).map(lambda v: round(v, 3)), min_size=2, max_size=6)


@given(arm=VALUES, base=VALUES)
def test_against_the_formulas_of_welch_and_satterthwaite(arm, base):
    found = welch(arm, base)
    parts = [np.var(side, ddof=1) / len(side) for side in (arm, base)]
    if sum(parts) < 1e-12:
        return
    error = math.sqrt(sum(parts))
    freedom = sum(parts) ** 2 / sum(
        part**2 / (len(side) - 1) for part, side in zip(parts, (arm, base), strict=True)
    )
    effect = np.mean(arm) - np.mean(base)
    reach = stats.t.isf(0.025, freedom) * error
    assert found.effect == pytest.approx(effect)
    assert (found.low, found.high) == pytest.approx((effect - reach, effect + reach), abs=1e-9)
    assert found.p == pytest.approx(2 * stats.t.sf(abs(effect) / error, freedom), abs=1e-9)
    assert found.seeds == min(len(arm), len(base))


@pytest.mark.parametrize(("arm", "base", "seeds"), [([1.0], [2.0], 1), ([1.0, 3.0], [2.0], 1)])
def test_a_single_training_tells_no_chance(arm, base, seeds):
    found = welch(arm, base)
    assert found.seeds == seeds
    assert found.effect == np.mean(arm) - 2
    assert all(map(math.isnan, (found.low, found.high, found.p)))


def test_no_training_at_all():
    assert (welch([], []).seeds, math.isnan(welch([], []).effect)) == (0, True)


@pytest.mark.parametrize(
    ("arm", "base", "effect"),
    [
        ([0.0] * 3, [0.0] * 3, 0.0),
        ([0.25] * 3, [0.0] * 3, 0.25),
        ([0.1 + 0.2, 0.3, 0.3], [0.3, 0.3, 0.3], 0.0),
        ([0.1 + 0.2, 0.3, 0.3], [0.2, 0.2, 0.2], 0.1),
    ],
)
def test_trainings_that_are_all_alike_tell_no_chance(arm, base, effect):
    found = welch(arm, base)
    assert found.effect == pytest.approx(effect)
    assert math.isnan(found.low) and math.isnan(found.high)
    assert found.p == 1 if effect == 0 else math.isnan(found.p)


def test_one_side_without_spread_leaves_the_others_degrees_of_freedom():
    found = welch([1.0, 1.0, 1.0], [2.0, 2.5, 3.0])
    assert found.p == pytest.approx(2 * stats.t.sf(1.5 / (0.5 / math.sqrt(3)), 2))
