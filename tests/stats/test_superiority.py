"""The probability that one training beats another: by hand, by Wilson, and by simulation."""

import numpy as np
import pytest
from scipy import stats

from chrysalis.stats.superiority import of_paired_trainings, of_separate_trainings


def test_all_pairs_count_and_ties_by_half():
    found = of_separate_trainings(np.array([3.0, 2.0]), np.array([2.0, 1.0, 3.0]))
    # 3 beats 2 and 1 and ties 3; 2 ties 2, beats 1 and loses to 3.
    assert found.probability == pytest.approx((2.5 + 1.5) / 6)
    expected = stats.mannwhitneyu([3.0, 2.0], [2.0, 1.0, 3.0]).statistic / 6
    assert found.probability == pytest.approx(expected)
    assert 0 < found.low < found.probability < found.high < 1


def test_the_limits_solve_newcombes_equation():
    arm, baseline = np.array([0.8, 0.9, 0.7, 0.85]), np.array([0.75, 0.6, 0.82, 0.7])
    found = of_separate_trainings(arm, baseline)
    for limit in (found.low, found.high):
        spread = (4 + 4) / 2 - 1
        ratio = (1 - limit) / (2 - limit) + limit / (1 + limit)
        variance = limit * (1 - limit) * (1 + spread * ratio) / 16
        assert abs(limit - found.probability) == pytest.approx(2.446912 * np.sqrt(variance))


def test_arms_that_do_not_overlap_are_not_certain_with_three_seeds():
    found = of_separate_trainings(np.array([0.9, 0.91, 0.92]), np.array([0.7, 0.71, 0.72]))
    assert (found.probability, found.high) == (1, 1)
    assert 0.25 < found.low < 0.5
    back = of_separate_trainings(np.array([0.7, 0.71, 0.72]), np.array([0.9, 0.91, 0.92]))
    assert (back.low, back.probability) == (0, 0)
    assert back.high == pytest.approx(1 - found.low)


def test_paired_trainings_have_wilsons_interval():
    found = of_paired_trainings(np.array([3.0, 2, 5, 4]), np.array([1.0, 2.5, 4, 3]))
    expected = stats.binomtest(3, 4).proportion_ci(method="wilson")
    assert found.probability == 0.75
    assert (found.low, found.high) == pytest.approx((expected.low, expected.high))
    ties = of_paired_trainings(np.ones(3), np.ones(3))
    assert ties.probability == 0.5


@pytest.mark.parametrize(("seeds", "shift"), [(3, 0.0), (3, 1.0), (10, 1.0)])
def test_intervals_hold_the_truth(seeds, shift):
    rng = np.random.default_rng(0)
    truth = stats.norm.cdf(shift / np.sqrt(2))
    holds = 0
    for _ in range(400):
        arm, baseline = rng.normal(shift, 1, seeds), rng.normal(0, 1, seeds)
        found = of_separate_trainings(arm, baseline)
        holds += found.low <= truth <= found.high
    assert holds / 400 > 0.92
