"""Bootstrap, sign-flip and McNemar: hand-worked cases, and scipy where it has the same."""

import itertools

import numpy as np
import pytest
from scipy import stats

from chrysalis.stats.checks import (
    bootstrap,
    bootstrap_resampled,
    least_sign_flip_p,
    pairs,
    sign_flip,
)


def draw(seed, seeds=4, images=80, chance=(0.7, 0.6)):
    rng = np.random.default_rng(seed)
    return [rng.random((seeds, images)) < share for share in chance]


def test_bootstrap_over_images_alone_is_scipys_percentile_bootstrap():
    arm, baseline = (correct[:1] for correct in draw(0, images=300))
    found = bootstrap(arm, baseline)
    expected = stats.bootstrap(
        (arm[0] * 1.0 - baseline[0],), np.mean, method="percentile", rng=np.random.default_rng(1)
    ).confidence_interval
    assert found == pytest.approx(tuple(expected), abs=0.007)


def test_bootstrap_over_trainings_alone_by_enumeration():
    """Two trainings an arm that are right on all images or on none: 16 equally likely resamples."""
    arm = np.array([[1, 1], [0, 0]], bool)
    baseline = np.array([[0, 0], [0, 0]], bool)
    outcomes = [np.mean(picked) for picked in itertools.product([1, 0], repeat=2)]
    for level in (0.4, 0.6, 0.95):
        low, high = np.quantile(np.repeat(outcomes, 1000), [(1 - level) / 2, (1 + level) / 2])
        assert bootstrap(arm, baseline, level) == pytest.approx((low, high))


def test_bootstrap_is_paired_repeatable_and_the_same_in_parts(monkeypatch):
    arm = draw(1)[0]
    baseline = arm.copy()
    baseline[:, :5] = False
    whole = bootstrap(arm, baseline)
    assert whole == bootstrap(arm, baseline)
    shuffled = bootstrap(arm, np.roll(baseline, 40, axis=1))
    assert whole[1] - whole[0] < shuffled[1] - shuffled[0]
    monkeypatch.setattr("chrysalis.stats.checks._COUNTS_AT_ONCE", 80 * 777)
    assert bootstrap(arm, baseline) == pytest.approx(whole, abs=0.01)


def test_bootstrap_of_one_seed_with_its_own_images_is_scipys():
    arm, baseline = (correct[:1] for correct in draw(0, images=300))
    expected = stats.bootstrap(
        (arm[0] * 1.0 - baseline[0],), np.mean, method="percentile", rng=np.random.default_rng(1)
    ).confidence_interval
    assert bootstrap_resampled(arm, baseline) == pytest.approx(tuple(expected), abs=0.007)


def test_bootstrap_over_seeds_with_their_own_images_by_enumeration():
    """Two seeds that differ on all images or on none: 4 equally likely resamples."""
    arm, baseline = np.array([[1, 1], [0, 0]], bool), np.zeros((2, 2), bool)
    outcomes = [np.mean(picked) for picked in itertools.product([1, 0], repeat=2)]
    for level in (0.4, 0.6, 0.95):
        low, high = np.quantile(np.repeat(outcomes, 1000), [(1 - level) / 2, (1 + level) / 2])
        assert bootstrap_resampled(arm, baseline, level) == pytest.approx((low, high))


def test_bootstrap_of_seeds_with_their_own_images_by_variances():
    """Variance of a mean over seeds drawn, plus that of images drawn within each."""
    arm, baseline = draw(4, images=200)
    gains = arm.astype(int) - baseline
    expected = gains.mean(1).var() / 4 + gains.var(1).mean() / 200 / 4
    low, high = bootstrap_resampled(arm, baseline)
    assert (high - low) / 2 == pytest.approx(1.96 * np.sqrt(expected), rel=0.05)
    assert (low + high) / 2 == pytest.approx(gains.mean(), abs=0.005)
    assert bootstrap_resampled(arm, baseline) == (low, high)


def test_bootstrap_keeps_the_arms_of_a_seed_together():
    arm = np.array([[1] * 50, [0] * 50], bool)
    assert bootstrap_resampled(arm, arm) == (0, 0)


@pytest.mark.parametrize("seed", range(4))
def test_sign_flip_by_enumeration(seed):
    arm, baseline = draw(seed, seeds=5)
    differences = arm.mean(1) - baseline.mean(1)
    means = [abs(np.mean(differences * signs)) for signs in itertools.product([1, -1], repeat=5)]
    expected = np.mean(np.array(means) >= abs(differences.mean()) - 1e-12)
    assert sign_flip(arm, baseline) == pytest.approx(expected)


@pytest.mark.parametrize(("seeds", "least"), [(1, 1), (2, 0.5), (3, 0.25), (6, 1 / 32)])
def test_the_least_p_is_reached_by_the_clearest_difference(seeds, least):
    shape = (seeds, 9)
    assert least_sign_flip_p(seeds) == least
    assert sign_flip(np.ones(shape, bool), np.zeros(shape, bool)) == pytest.approx(least)
    assert sign_flip(np.ones(shape, bool), np.ones(shape, bool)) == 1


def test_many_seeds_are_sampled():
    arm, baseline = draw(2, seeds=20, images=10)
    expected = stats.wilcoxon(arm.mean(1), baseline.mean(1)).pvalue
    assert sign_flip(arm, baseline) == pytest.approx(expected, abs=0.1)


def test_mcnemar_is_the_binomial_test_of_the_images_that_decide():
    arm, baseline = draw(3)
    for row, (a, b) in zip(pairs(arm, baseline), zip(arm, baseline, strict=True), strict=True):
        won, lost = (a & ~b).sum(), (b & ~a).sum()
        assert (row.arm_only, row.baseline_only) == (won, lost)
        assert row.p == pytest.approx(stats.binomtest(int(won), int(won + lost)).pvalue)


def test_mcnemar_by_hand_and_without_any_image_that_decides():
    arm = np.array([[1, 1, 1, 1, 1, 0, 1], [1, 0, 1, 0, 1, 0, 1]], bool)
    baseline = np.array([[0, 0, 0, 0, 0, 0, 1], [1, 0, 1, 0, 1, 0, 1]], bool)
    first, second = pairs(arm, baseline)
    assert (first.arm_only, first.baseline_only, first.p) == (5, 0, pytest.approx(2 / 32))
    assert (second.arm_only, second.baseline_only, second.p) == (0, 0, 1.0)
