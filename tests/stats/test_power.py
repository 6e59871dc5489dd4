"""Detectable differences against statsmodels, by hand, and against simulated studies."""

from dataclasses import replace

import numpy as np
import pytest
from scipy import stats
from statsmodels.stats.power import TTestPower

from benchmarks.studies import SameWeights, Trainings
from chrysalis.stats import power, scores
from chrysalis.stats.compare import compare
from chrysalis.stats.power import Components


def test_of_images_alone_it_is_a_paired_t_tests():
    rng = np.random.default_rng(0)
    arm = np.repeat(rng.normal(size=(1, 30)), 3, 0)
    found = scores.compare(arm, np.zeros((3, 30)))
    sd = arm[0].std(ddof=1)
    expected = sd * TTestPower().solve_power(nobs=30, alpha=0.01, power=0.8)
    # The degrees of freedom of trainings that don't vary are endless: only the images' count.
    assert power.detectable(found, alpha=0.01) == pytest.approx(expected, rel=0.01)


def test_stricter_levels_and_more_power_need_more():
    arm, baseline = np.random.default_rng(1).random((2, 3, 200)) < 0.8
    found = compare(arm, baseline)
    needed = [power.detectable(found, alpha) for alpha in (0.05, 0.05 / 3, 0.05 / 10)]
    assert needed == sorted(needed)
    assert power.detectable(found, 0.05, 0.9) > needed[0]
    half = (found.high - found.low) / 2
    assert needed[0] > half


def test_answers_that_never_differ_still_need_eight_images():
    right = np.ones((3, 100), bool)
    square = (stats.norm.isf(0.025) + stats.norm.isf(0.2)) ** 2
    assert power.detectable(compare(right, right)) == pytest.approx(square / (100 + square))


def test_unknown_spread_detects_nothing():
    one = np.ones((1, 100), bool)
    assert np.isnan(power.detectable(compare(one, one)))
    noisy = compare(np.eye(3, 4).astype(bool), ~np.eye(3, 4).astype(bool))
    assert power.detectable(noisy) <= 1


def test_components_are_those_that_scores_were_made_of():
    rng = np.random.default_rng(2)
    shape = (60, 600)
    shared = rng.normal(0, 2, (1, 600))
    arms = [
        shared + rng.normal(0, 0.5, (60, 1)) + rng.normal(0, 1, (1, 600)) + rng.normal(0, 3, shape)
        for _ in range(2)
    ]
    found = power.variance_components(*arms)
    assert found.seed == pytest.approx(2 * 0.25, rel=0.35)
    assert found.image == pytest.approx(2 * 1, rel=0.25)
    assert found.residual == pytest.approx(2 * 9, rel=0.05)
    assert (found.arms, found.answers) == (2, False)


def test_paired_components_leave_out_what_both_share():
    rng = np.random.default_rng(3)
    shared = rng.normal(0, 5, (50, 1)) + rng.normal(0, 1, (50, 400))
    arms = [shared + rng.normal(0, 0.5, (50, 1)) + rng.normal(0, 1, (50, 400)) for _ in range(2)]
    found = power.variance_components_paired(*arms)
    assert found.seed == pytest.approx(0.5, rel=0.5)
    assert found.residual == pytest.approx(2, rel=0.05)
    assert found.arms == 1


def test_components_add_up_to_the_effects_variance():
    rng = np.random.default_rng(4)
    chance = np.array([[0.9], [0.6], [0.75]])
    arm, baseline = rng.random((3, 200)) < chance, rng.random((3, 200)) < chance - 0.1
    found = power.variance_components(arm, baseline)
    assert found.answers
    variance = found.seed / 3 + found.image / 200 + found.residual / 600
    assert compare(arm, baseline).error == pytest.approx(np.sqrt(variance))


def test_a_plan_by_hand():
    # No trainings' part: 1.96 sqrt(0.04 / 100), and what 80 % need is 2.80 of its 1.96.
    components = Components(0.0, 0.04, 0.0, 2, False)
    found = power.plan(components, 3, 100)
    assert found.half_width == pytest.approx(1.959964 * 0.02)
    assert found.detectable == pytest.approx(0.02 * 2.8293, rel=1e-2)


def test_seeds_do_not_shrink_the_images_part():
    images_only = Components(0.0, 0.04, 0.0, 2, False)
    assert power.more_seeds_to_halve(images_only, 3, 100) is None
    seeds_only = Components(0.04, 0.0, 0.0, 2, False)
    more = power.more_seeds_to_halve(seeds_only, 3, 100)
    assert more is not None
    half = power.plan(seeds_only, 3, 100).half_width
    assert power.plan(seeds_only, 3 + more, 100).half_width <= half / 2
    assert power.plan(seeds_only, 2 + more, 100).half_width > half / 2
    mixed = Components(0.04, 1.0, 0.0, 2, False)
    assert power.more_seeds_to_halve(mixed, 10, 100) is None


def test_the_floor_of_seeds_and_answers_is_its_mean():
    rng = np.random.default_rng(5)
    drawn = np.maximum(2 * rng.chisquare(4, 200_000) / 4, 1.5)
    assert power._expected_floor(2, 1.5, 4) == pytest.approx(drawn.mean(), rel=0.01)


USUAL = Trainings("", 5, 500, 2, 0, (0.2, 2, 0.5, 0.5))
QUANTISED = SameWeights("", 5, 500, 2, 0, (0.2, 2, 0.5), (0.2, 0.3))


@pytest.mark.parametrize(
    ("scenario", "components"),
    [
        (USUAL, power.variance_components),
        (replace(USUAL, seeds=3, images=125), power.variance_components),
        (QUANTISED, power.variance_components_paired),
    ],
)
def test_a_pilots_variances_foretell_what_other_studies_find(scenario, components):
    """The difference planned for is found by about 80 % of simulated studies of another size."""
    pilot = replace(scenario, seeds=20, images=2000).draw(1, np.random.default_rng(6))[0]
    planned = power.plan(components(*pilot), scenario.seeds, scenario.images)
    shifts = np.linspace(0, 2, 81)
    truths = [replace(scenario, shift=shift).truth for shift in shifts]
    shift = float(np.interp(planned.detectable, truths, shifts))
    studies = replace(scenario, shift=shift).draw(1000, np.random.default_rng(7))
    found = scenario.judge(studies)
    assert 0.7 < np.mean(np.asarray(found.p) < 0.05) < 0.9
    halves = (np.asarray(found.high) - np.asarray(found.low)) / 2
    assert planned.half_width == pytest.approx(halves.mean(), rel=0.25)
