"""Arms judged on different images: against SciPy's tests, and how often chance alone is called."""

import numpy as np
import pytest
from scipy import stats

from chrysalis.stats.unpaired import compare_unpaired


def answers(seed, images, share, seeds=3):
    return np.random.default_rng(seed).random((seeds, images)) < share


def test_trainings_that_agree_leave_welchs_test_of_the_images():
    arm, base = (np.repeat(answers(n, images, 0.7, 1), 3, 0) for n, images in ((0, 90), (1, 60)))
    found = compare_unpaired(arm, base)
    expected = stats.ttest_ind(arm[0].astype(float), base[0].astype(float), equal_var=False)
    assert found.effect == pytest.approx(arm.mean() - base.mean())
    assert found.p == pytest.approx(expected.pvalue)
    low, high = expected.confidence_interval()
    assert (found.low, found.high) == pytest.approx((low, high), abs=1e-9)


def test_never_surer_than_either_source_of_chance_alone():
    for seed in range(50):
        arm, base = answers(2 * seed, 80, 0.8), answers(2 * seed + 1, 50, 0.6)
        found = compare_unpaired(arm, base)
        by_image = stats.ttest_ind(arm.mean(0), base.mean(0), equal_var=False).pvalue
        assert found.p >= by_image - 1e-12
        assert found.low <= found.effect <= found.high


def test_swapping_the_sides_turns_the_sign():
    arm, base = answers(0, 80, 0.8, 4), answers(1, 50, 0.6, 2)
    one, other = compare_unpaired(arm, base), compare_unpaired(base, arm)
    assert (one.effect, one.low, one.high) == pytest.approx(
        (-other.effect, -other.high, -other.low)
    )
    assert one.p == pytest.approx(other.p)
    assert (one.seeds, one.images) == (2, 50)


def test_false_alarms_are_at_most_5_percent():
    """Images of different difficulty, trainings of different skill, no difference on average."""
    rng = np.random.default_rng(0)
    alarms = 0
    for _ in range(400):
        sides = []
        for images in (120, 80):
            logits = 1 + rng.normal(0, 0.3, (3, 1)) + rng.normal(0, 2, (1, images))
            sides.append(rng.random((3, images)) < 1 / (1 + np.exp(-logits)))
        alarms += compare_unpaired(*sides).p < 0.05
    assert alarms <= stats.binom.isf(0.001, 400, 0.05)


def test_a_single_training_tells_nothing():
    assert np.isnan(compare_unpaired(answers(0, 50, 0.5, 1), answers(1, 50, 0.5, 3)).p)
