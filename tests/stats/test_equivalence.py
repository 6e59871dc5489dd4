"""Equality within a margin and non-inferiority, against two one-sided t-tests and simulation."""

import numpy as np
import pytest
from scipy import stats
from statsmodels.stats.weightstats import ttost_paired

from chrysalis.stats import scores
from chrysalis.stats.compare import compare, compare_paired
from chrysalis.stats.equivalence import equivalence_interval, p_equal, p_not_worse


def alike(images=500, won=3, lost=3):
    """Answers (3, images) of two arms whose trainings all agree, but for so many images."""
    arm = np.ones((3, images), bool)
    baseline = arm.copy()
    baseline[:, :won] = arm[:, won : won + lost] = False
    return arm, baseline


def test_of_images_alone_it_is_statsmodels_tost():
    rng = np.random.default_rng(0)
    arm = np.repeat(rng.normal(0, 1, (1, 60)), 3, 0)
    baseline = arm + rng.normal(0.02, 0.3, (1, 60))
    found = scores.compare(arm, baseline)
    expected = ttost_paired(arm[0], baseline[0], -0.2, 0.2)[0]
    assert p_equal(found, 0.2) == pytest.approx(expected)


def test_with_trainings_that_vary_it_is_two_one_sided_t_tests():
    rng = np.random.default_rng(1)
    arm = np.tile(rng.normal(0, 1, 80), (4, 1)) + rng.normal(0, 0.2, (4, 1))
    baseline = np.tile(arm[0], (4, 1)) + rng.normal(0, 0.2, (4, 1))
    found = scores.compare(arm, baseline)
    below = stats.t.sf((0.5 + found.effect) / found.error, found.freedom)
    above = stats.t.sf((0.5 - found.effect) / found.error, found.freedom)
    assert p_equal(found, 0.5) == pytest.approx(max(below, above))
    assert p_not_worse(found, 0.5) == pytest.approx(below)


@pytest.mark.parametrize("margin", [0.005, 0.01, 0.02, 0.03, 0.05])
def test_equal_only_if_the_90_percent_interval_is_within_the_margin(margin):
    found = compare(*alike())
    low, high = equivalence_interval(found)
    if p_equal(found, margin) < 0.05:
        assert -margin < low < high < margin
    assert p_equal(found, margin) == pytest.approx(p_equal(compare(*alike()[::-1]), margin))


def test_arms_that_never_disagreed_are_equal_only_on_enough_images():
    # Were 1 % of images lost, none of 298 would be seen lost with 0.99^298 = 5.003 %.
    few, enough = (compare(*alike(images, 0, 0)) for images in (298, 300))
    assert p_equal(few, 0.01) == pytest.approx(0.99**298)
    assert p_equal(enough, 0.01) == pytest.approx(0.99**300)
    assert p_equal(enough, 0.01) < 0.05 < p_equal(few, 0.01)


def test_better_is_not_worse_and_not_equal():
    found = compare(*alike(500, 30, 0))
    assert p_not_worse(found, 0.01) < 1e-6
    assert p_equal(found, 0.01) > 0.99
    lost = compare(*alike(500, 0, 30))
    assert p_not_worse(lost, 0.01) > 0.99


def test_a_wider_margin_is_easier():
    found = compare(*alike(300, 4, 2))
    ps = [p_equal(found, margin) for margin in (0.005, 0.01, 0.02, 0.04, 0.2)]
    assert ps == sorted(ps, reverse=True)


def test_unknown_spread_shows_nothing():
    found = compare(np.ones((1, 50), bool), np.ones((1, 50), bool))
    assert np.isnan(p_equal(found, 0.01))


def test_all_lost_is_worse():
    found = compare(np.zeros((3, 60), bool), np.ones((3, 60), bool))
    assert p_not_worse(found, 0.1) == 1


@pytest.mark.parametrize("margin", [0.0, -0.1, np.nan])
def test_a_margin_is_above_zero(margin):
    with pytest.raises(ValueError, match="margin"):
        p_equal(compare(*alike()), margin)


@pytest.mark.parametrize("images", [150, 300, 600])
def test_arms_that_differ_by_the_margin_are_rarely_called_equal(images):
    """The hardest case: 2 % of images are lost, and none is won, by one network judged twice."""
    rng = np.random.default_rng(images)
    calls = []
    for _ in range(600):
        lost = rng.random(images) < 0.02
        arm = np.repeat(~lost[None], 3, 0)
        calls.append(p_equal(compare_paired(arm, np.ones_like(arm)), 0.02) < 0.05)
    assert np.mean(calls) < 0.07
