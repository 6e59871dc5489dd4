"""The worst class: against scipy, and how often its interval holds the truth."""

import numpy as np
import pytest
from scipy import stats

from chrysalis.stats.worst_class import worst_class


def drawn(rng, chances, size, seeds=3, spread=0.0):
    """Right answers (seeds, images) of classes of `size` images, and their labels.

    `spread` is how far the chance of each training and class is from the class's own.
    """
    labels = np.repeat(np.arange(len(chances)), size)
    own = rng.normal(0, spread, (seeds, len(chances)))
    chance = np.clip(np.asarray(chances) + own, 0, 1)[:, labels]
    hardness = rng.random(len(labels)) if spread else rng.random((seeds, len(labels)))
    return hardness < chance, labels


def test_by_hand():
    correct = np.array([[1, 1, 1, 1, 0, 1, 0, 0], [1, 1, 1, 1, 0, 1, 0, 0]], bool)
    labels = np.array([3, 3, 3, 3, 7, 7, 7, 7])
    found = worst_class(correct, labels)
    assert (found.label, found.images, found.accuracy) == (7, 4, 0.25)
    # Both seeds agree, so only the images vary: 1 of 4, at 2.5 %, and 4 of 4 at 1.25 %.
    low = stats.beta.ppf(0.025, 1, 4)
    high = stats.beta.isf(0.0125, 2, 3)
    t_low, t_high = (
        0.25 + sign * stats.t.isf(tail, np.inf) * np.sqrt(0.25 / 4)
        for sign, tail in ((-1, 0.025), (1, 0.0125))
    )
    assert (found.low, found.high) == pytest.approx(
        (max(0, min(low, t_low)), min(1, max(high, t_high)))
    )
    # Of 70 ways to give 3 errors of 8 to two classes of 4: 8 put all 3 into one class, 8 more.
    exact = {0.25: 2 * 4 * 1 / 56, 0.5: 1 - 2 * 4 / 56}
    assert found.by_chance == pytest.approx(sum(v * p for v, p in exact.items()), abs=0.01)
    assert found.p == pytest.approx(exact[0.25], abs=0.02)


@pytest.mark.parametrize(
    ("chances", "size", "spread"),
    [([0.9] * 10, 12, 0.0), ([0.9] * 9 + [0.5], 12, 0.05), ([0.8] * 10, 60, 0.05)],
)
def test_intervals_hold_the_least_true_accuracy(chances, size, spread):
    rng = np.random.default_rng(0)
    found = []
    for _ in range(80):
        one = worst_class_without_chance(*drawn(rng, chances, size, spread=spread))
        found.append(one.low <= min(chances) <= one.high)
    assert np.mean(found) >= 0.95


def worst_class_without_chance(*arguments):
    """With few permutations, which the interval does not need."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("chrysalis.stats.worst_class.PERMUTATIONS", 1)
        return worst_class(*arguments)


def test_equal_classes_are_worst_by_chance_alone():
    rng = np.random.default_rng(1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("chrysalis.stats.worst_class.PERMUTATIONS", 200)
        found = [worst_class(*drawn(rng, [0.9] * 8, 15)) for _ in range(120)]
    assert np.mean([one.p < 0.05 for one in found]) <= 0.08
    assert np.mean([one.accuracy for one in found]) == pytest.approx(
        np.mean([one.by_chance for one in found]), abs=0.01
    )


def test_a_hard_class_is_no_chance():
    found = worst_class(*drawn(np.random.default_rng(2), [0.95] * 5 + [0.4], 30))
    assert found.label == 5
    assert found.p < 0.01
    assert found.accuracy < found.by_chance


def test_one_seed_has_no_interval_and_no_images_no_class():
    correct, labels = drawn(np.random.default_rng(3), [0.9, 0.8], 10, seeds=1)
    assert np.isnan(worst_class(correct, labels).low)
    with pytest.raises(ValueError, match="no images"):
        worst_class(np.zeros((3, 0), bool), np.zeros(0, int))
