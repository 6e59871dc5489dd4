"""The images' own test against enumeration, McNemar's test and its own monotonicity."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from chrysalis.stats.swaps import discordant_test, swap_test


def by_enumeration(net, seeds, pseudo):
    sizes = [*np.abs(net), *[seeds] * pseudo]
    sums = np.array([np.dot(signs, sizes) for signs in product((-1, 1), repeat=len(sizes))])
    total = abs(sum(net))
    return min(1.0, 2 * ((sums > total).mean() + (sums == total).mean() / 2))


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize(("images", "pseudo"), [(4, 5), (7, 3), (10, 2)])
def test_it_counts_all_swaps(seed, images, pseudo):
    net = np.random.default_rng(seed).integers(-3, 4, images)
    assert swap_test(net, 3) == pytest.approx(by_enumeration(net, 3, pseudo), abs=1e-12)


@pytest.mark.parametrize(("won", "lost"), [(6, 0), (9, 2), (20, 11), (3, 3), (0, 0), (40, 12)])
def test_of_one_training_it_is_mcnemars_mid_p(won, lost):
    net = np.repeat([1, -1, 0], [won, lost, 60])
    exact = stats.binomtest(won, won + lost).pvalue if won + lost else 1.0
    tie = stats.binom.pmf(won, won + lost, 0.5)
    expected = 1.0 if won == lost else exact - tie
    assert swap_test(net, 1) == pytest.approx(expected, abs=1e-12)
    assert discordant_test(np.array(won), np.array(lost), 60, 1.0) == pytest.approx(expected)


def test_two_of_two_images_are_no_evidence():
    assert swap_test(np.array([3, 3]), 3) > 0.5
    assert discordant_test(np.array(6), np.array(0), 2, 1.5) > 0.2


def test_leading_axes_are_studies():
    net = np.random.default_rng(0).integers(-3, 4, (2, 5, 30))
    found = swap_test(net, 3)
    assert found.shape == (2, 5)
    assert found[1, 2] == swap_test(net[1, 2], 3)


@given(st.lists(st.integers(-4, 4), min_size=1, max_size=40), st.data())
def test_a_smaller_difference_of_any_image_never_makes_p_smaller(net, data):
    net = np.array(net)
    place = data.draw(st.integers(0, len(net) - 1))
    smaller = net.copy()
    smaller[place] = max(-4, smaller[place] - data.draw(st.integers(1, 3)))
    if smaller.sum() >= 0:
        assert swap_test(smaller, 4) >= swap_test(net, 4) - 1e-12


@given(st.integers(0, 60), st.integers(0, 60), st.floats(1, 4))
def test_fractional_counts_are_monotone(won, lost, inflation):
    p = [
        discordant_test(np.array(a), np.array(b), 100, inflation)
        for a, b in ((won + 1, lost), (won, lost), (won, lost + 1))
    ]
    if won > lost:
        assert p[0] <= p[1] + 1e-12
        assert p[1] <= p[2] + 1e-12


def test_alarms_of_single_trainings_stay_at_five_percent():
    """Whatever share of 125 images tells the arms apart, each equally likely to favour either."""
    size = np.zeros(126)
    for count in range(1, 126):
        p = [
            discordant_test(np.array(won), np.array(count - won), 125, 1.0)
            for won in range(count + 1)
        ]
        size[count] = stats.binom.pmf(np.arange(count + 1), count, 0.5)[np.array(p) < 0.05].sum()
    for share in np.linspace(0.01, 0.9, 90):
        assert stats.binom.pmf(np.arange(126), 125, share) @ size < 0.0505
