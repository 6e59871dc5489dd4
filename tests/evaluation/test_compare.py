"""The comparison of two arms: against other implementations, and on data of known truth."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from statsmodels.formula.api import ols
from statsmodels.stats.anova import anova_lm

from benchmarks.intervals import SCENARIOS
from chrysalis.evaluation.compare import compare, holm


def draw(seed, seeds=3, images=12, chance=0.6):
    """Unrelated correctness of two arms."""
    return np.random.default_rng(seed).random((2, seeds, images)) < chance


def anova(both):
    """Mean squares by statsmodels' least squares, of seeds nested in arms, crossed with images."""
    arm, seed, image = (part.ravel() for part in np.indices(both.shape))
    table = pd.DataFrame({"y": both.ravel().astype(float), "a": arm, "s": seed, "i": image})
    fitted = ols("y ~ C(a) + C(a):C(s) + C(i) + C(a):C(i)", table).fit()
    rows = anova_lm(fitted)
    squares = rows["sum_sq"] / rows["df"]
    return {
        "seed": squares["C(a):C(s)"],
        "image": squares["C(a):C(i)"],
        "residual": squares["Residual"],
    }


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("seeds", [2, 4])
def test_effect_interval_and_p_follow_from_statsmodels_mean_squares(seed, seeds):
    both = draw(seed, seeds)
    found = compare(*both)
    squares = anova(both)
    total = squares["seed"] + max(squares["image"] - squares["residual"], 0)
    by_arm = 12 * both.mean(2).var(1, ddof=1)
    assert by_arm.mean() == pytest.approx(squares["seed"])
    freedom = total**2 / ((by_arm / 2) ** 2 / (seeds - 1)).sum()
    error = np.sqrt(2 * total / (seeds * 12))
    difference = both[0].mean() - both[1].mean()
    assert (found.seeds, found.images) == (seeds, 12)
    assert found.difference == pytest.approx(difference)
    assert found.p == pytest.approx(2 * stats.t.sf(abs(difference) / error, freedom))
    interval = stats.t.interval(0.95, freedom, difference, error)
    assert (found.low, found.high) == pytest.approx(interval)


def test_without_interaction_it_is_welchs_t_test_of_the_seeds_accuracies():
    # Seeds err on images of their own: the interaction falls below the residual.
    both = np.ones((2, 3, 40), bool)
    for seed, errors in enumerate([(2, 5), (3, 7), (5, 6)]):
        both[0, seed, 10 * seed : 10 * seed + errors[0]] = False
        both[1, seed, 10 * seed : 10 * seed + errors[1]] = False
    both[1] = np.roll(both[1], 7, axis=1)
    squares = anova(both)
    assert squares["image"] < squares["residual"]
    expected = stats.ttest_ind(both[0].mean(1), both[1].mean(1), equal_var=False)
    found = compare(*both)
    assert found.p == pytest.approx(expected.pvalue)
    assert (found.low, found.high) == pytest.approx(expected.confidence_interval(0.95))


def test_identical_trainings_leave_the_paired_t_test_over_images():
    arm, baseline = draw(1, seeds=1, images=30)
    found = compare(np.repeat(arm, 3, axis=0), np.repeat(baseline, 3, axis=0))
    expected = stats.ttest_rel(arm[0].astype(float), baseline[0].astype(float))
    assert found.p == pytest.approx(expected.pvalue)
    assert (found.low, found.high) == pytest.approx(expected.confidence_interval(0.95))


def test_equal_accuracies_of_all_seeds_do_not_make_a_difference_certain():
    # Each seed errs twice or once, always elsewhere: no spread of accuracies, and no interaction.
    both = np.ones((2, 3, 60), bool)
    for seed in range(3):
        both[0, seed, [2 * seed, 2 * seed + 1]] = False
        both[1, seed, 20 + seed] = False
    found = compare(*both)
    # Fixed trainings: the paired t test over the images' mean correctness.
    expected = stats.ttest_rel(both[0].mean(0), both[1].mean(0))
    assert found.p == pytest.approx(expected.pvalue)
    assert found.p > 0.05


def test_swapping_arms_changes_the_sign_only():
    arm, baseline = draw(3)
    there, back = compare(arm, baseline), compare(baseline, arm)
    assert back.difference == pytest.approx(-there.difference)
    assert (back.low, back.high) == pytest.approx((-there.high, -there.low))
    assert back.p == pytest.approx(there.p)


def test_neither_the_order_of_images_nor_of_seeds_matters():
    arm, baseline = draw(4)
    order = np.random.default_rng(0).permutation(12)
    expected = compare(arm, baseline)
    for other in (
        compare(arm[:, order], baseline[:, order]),
        compare(arm[[2, 0, 1]], baseline),
    ):
        assert vars(other) == pytest.approx(vars(expected))


def test_the_pairing_of_images_matters():
    arm = draw(5, images=60)[0]
    baseline = arm.copy()
    baseline[:, :4] = False
    paired = compare(arm, baseline)
    unpaired = compare(arm, np.roll(baseline, 30, axis=1))
    assert paired.high - paired.low < unpaired.high - unpaired.low


@pytest.mark.parametrize("shape", [(1, 50), (3, 1)])
def test_one_seed_or_one_image_gives_a_difference_without_an_interval(shape):
    found = compare(np.ones(shape, bool), np.zeros(shape, bool))
    assert found.difference == 1
    assert np.isnan([found.low, found.high, found.p, found.smallest_detectable]).all()


def test_identical_arms_do_not_differ():
    arm = draw(6)[0]
    found = compare(arm, arm)
    assert (found.difference, found.p) == (0, 1)
    assert found.low < 0 < found.high
    right = np.ones((3, 50), bool)
    assert vars(compare(right, right)) == {
        **{"difference": 0, "low": 0, "high": 0, "p": 1, "seeds": 3, "images": 50}
    }


def test_all_right_against_all_wrong_is_certain():
    found = compare(np.ones((3, 50), bool), np.zeros((3, 50), bool))
    assert (found.difference, found.low, found.high, found.p) == (1, 1, 1, 0)


def test_arms_of_different_shape_are_refused():
    with pytest.raises(ValueError, match=r"\(3, 12\) and \(2, 12\)"):
        compare(draw(0)[0], draw(0)[0][:2])


def test_smallest_detectable_is_half_the_interval():
    found = compare(*draw(7))
    assert found.smallest_detectable == pytest.approx((found.high - found.low) / 2)


SIMULATIONS = 4000


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.name)
def test_intervals_cover_the_truth_and_false_alarms_are_rare(scenario):
    effects = [compare(*both) for both in scenario.draw(SIMULATIONS)]
    coverage = np.mean([e.low <= scenario.truth <= e.high for e in effects])
    assert 0.93 <= coverage <= 0.98
    if not scenario.shift:
        assert np.mean([e.p < 0.05 for e in effects]) < 0.06
        assert np.mean([e.p < 0.001 for e in effects]) < 0.006


@pytest.mark.parametrize(
    ("p", "adjusted"),
    [
        ([0.01, 0.04, 0.03], [0.03, 0.06, 0.06]),
        ([0.02], [0.02]),
        ([0.5, 0.6], [1.0, 1.0]),
        ([0.01, np.nan, 0.02], [0.02, np.nan, 0.02]),
        ([np.nan, np.nan], [np.nan, np.nan]),
        ([], []),
    ],
)
def test_holm_by_hand(p, adjusted):
    np.testing.assert_allclose(holm(p), adjusted)


def test_holm_is_the_step_down_procedure():
    p = np.random.default_rng(0).random(9) ** 3
    found = holm(p.tolist())
    order = np.argsort(p)
    running = 0.0
    for rank, index in enumerate(order):
        running = max(running, min(1.0, (9 - rank) * p[index]))
        assert found[index] == pytest.approx(running)
