"""All pairs: Shaffer's steps by hand, letters, and the error rate of everything said."""

from itertools import combinations

import numpy as np
import pytest
from scipy import stats

from chrysalis.stats import best
from chrysalis.stats.compare import compare
from chrysalis.stats.effects import Effect


def pairs(*values):
    """Values of all pairs of arms in the order (0, 1), (0, 2), .. by pair."""
    arms = next(n for n in range(1, 20) if n * (n - 1) // 2 == len(values))
    return dict(zip(combinations(range(arms), 2), values, strict=True))


def effects(*values):
    return {pair: Effect(value, 0, 0, 0, 0, 3, 100) for pair, value in pairs(*values).items()}


def test_of_three_arms_two_steps_are_free():
    # Three hypotheses; once one is false, no more than one can be true.
    assert best.shaffer(pairs(0.01, 0.03, 0.04)) == pytest.approx(pairs(0.03, 0.03, 0.04))
    assert best.shaffer(pairs(0.04, 0.001, 0.2)) == pytest.approx(pairs(0.04, 0.003, 0.2))


def test_of_four_arms_shaffers_own_steps():
    # Shaffer (1986), table 2: of 6 pairs 6, 3, 3, 3, 2, 1 hypotheses can be true.
    p = [0.001, 0.002, 0.003, 0.004, 0.01, 0.02]
    assert list(best.shaffer(pairs(*p)).values()) == pytest.approx(
        [0.006, 0.006, 0.009, 0.012, 0.02, 0.02]
    )


def test_unknown_pairs_count_and_stay_unknown():
    found = best.shaffer(pairs(np.nan, 0.01, 0.04))
    assert np.isnan(found[0, 1])
    assert found[0, 2] == pytest.approx(0.03)


def test_two_arms_are_one_comparison():
    assert best.shaffer({(0, 1): 0.04}) == {(0, 1): 0.04}
    assert best.shaffer({}) == {}


def test_all_pairs_are_compared(draw):
    arms = [*draw(0, images=60), draw(1, images=60)[0]]
    found = best.all_pairs(arms, compare)
    assert list(found) == [(0, 1), (0, 2), (1, 2)]
    assert found[0, 2] == compare(arms[0], arms[2])


def test_the_best_are_those_that_nothing_beats():
    # 0 beats 2, 1 beats 2, 3 beats none and is beaten by none.
    shown = pairs(0.5, 0.01, 0.5, 0.01, 0.5, 0.5)
    assert best.not_shown_worse(effects(0.1, 0.2, 0.1, 0.1, 0.1, -0.1), shown) == [0, 1, 3]
    assert best.not_shown_worse(effects(-0.1), pairs(0.01)) == [1]


@pytest.mark.parametrize(
    ("shown", "means", "expected"),
    [
        (pairs(0.5, 0.5, 0.5), [3, 2, 1], ["a", "a", "a"]),
        (pairs(0.01, 0.01, 0.01), [1, 2, 3], ["c", "b", "a"]),
        (pairs(0.5, 0.01, 0.5), [3, 2, 1], ["a", "ab", "b"]),
        (pairs(0.01, 0.01, 0.5), [3, 2, 1], ["a", "b", "b"]),
        (pairs(np.nan, 0.5, 0.5), [3, 2, 1], ["a", "a", "a"]),
    ],
)
def test_letters_by_hand(shown, means, expected):
    assert best.letters(shown, means) == expected


@pytest.mark.parametrize("seed", range(20))
def test_arms_share_a_letter_unless_they_differ(seed):
    rng = np.random.default_rng(seed)
    shown = pairs(*rng.choice([0.01, 0.5], 15))
    found = best.letters(shown, rng.random(6).tolist())
    for (i, j), p in shown.items():
        assert bool(set(found[i]) & set(found[j])) == (p >= 0.05)


@pytest.mark.parametrize("means", [(0, 0, 0, 0, 0), (3, 0, 0, 0, 0), (0, 0, 0, 2, 2)])
def test_a_best_arm_is_left_out_in_at_most_five_percent(means):
    """Normal means of sd 1; any false claim of a difference counts, and any best arm left out."""
    means = np.array(means)
    seen = means + np.random.default_rng(1).normal(size=(3000, 5))
    apart = np.stack([seen[:, i] - seen[:, j] for i, j in combinations(range(5), 2)], axis=1)
    p_values = 2 * stats.norm.sf(np.abs(apart) / np.sqrt(2))
    wrong = lost = 0
    for differences, found in zip(apart, p_values, strict=True):
        shown = best.shaffer(pairs(*found))
        wrong += any(p < 0.05 and means[i] == means[j] for (i, j), p in shown.items())
        kept = best.not_shown_worse(effects(*differences), shown)
        lost += not set(np.flatnonzero(means == means.max())) <= set(kept)
    assert wrong / 3000 < 0.055
    assert lost / 3000 < 0.055
