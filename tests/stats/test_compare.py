"""The comparison of two arms: against other implementations, and on data of known truth."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.model_selection import train_test_split
from statsmodels.formula.api import ols
from statsmodels.stats.anova import anova_lm

from benchmarks.intervals import SCENARIOS
from chrysalis.stats.compare import compare, compare_resampled, holm


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
    both = draw(seed, seeds, images=60)
    found = compare(*both)
    squares = anova(both)
    total = squares["seed"] + max(squares["image"] - squares["residual"], 0)
    by_arm = 60 * both.mean(2).var(1, ddof=1)
    assert by_arm.mean() == pytest.approx(squares["seed"])
    freedom = total**2 / ((by_arm / 2) ** 2 / (seeds - 1)).sum()
    error = np.sqrt(2 * total / (seeds * 60))
    difference = both[0].mean() - both[1].mean()
    assert (found.seeds, found.images) == (seeds, 60)
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
    # Each seed errs six or three times, always elsewhere: no spread of accuracies, no interaction.
    both = np.ones((2, 3, 60), bool)
    for seed in range(3):
        both[0, seed, 6 * seed : 6 * seed + 6] = False
        both[1, seed, 30 + 3 * seed : 33 + 3 * seed] = False
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


def agresti_min(won, lost, images):
    """Half the interval of a paired difference with a half added to each of the four cells."""
    p, q = (won + 0.5) / (images + 2), (lost + 0.5) / (images + 2)
    return stats.norm.ppf(0.975) * np.sqrt((p + q - (p - q) ** 2) / (images + 2))


def test_arms_that_never_disagree_are_not_certain_to_be_equal():
    right = np.ones((3, 50), bool)
    half = agresti_min(0, 0, 50)
    assert vars(compare(right, right)) == pytest.approx(
        {"difference": 0, "low": -half, "high": half, "p": 1, "seeds": 3, "images": 50}
    )


def test_a_single_image_is_no_evidence_however_alike_the_trainings():
    arm = np.ones((3, 50), bool)
    baseline = arm.copy()
    baseline[:, 0] = False
    assert compare(arm, baseline).p > 0.05


def test_all_right_against_all_wrong_is_nearly_certain():
    found = compare(np.ones((3, 50), bool), np.zeros((3, 50), bool))
    assert found.difference == 1
    assert found.low == pytest.approx(1 - agresti_min(0, 0, 50))
    assert found.p < 1e-100


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
    assert 0.93 <= coverage <= 0.97
    if not scenario.shift:
        assert np.mean([e.p < 0.05 for e in effects]) < 0.06
        assert np.mean([e.p < 0.001 for e in effects]) < 0.006


def first(images, *counts):
    """Correctness (seeds, images): each seed is right on so many images, the first."""
    return np.arange(images) < np.array(counts)[:, None]


def test_corrected_resampled_t_test_by_hand():
    # Seeds differ by 0.1, 0.2 and 0.3: mean 0.2, variance 0.01. Of 20 training images and 10 test
    # images: (1/3 + 10/20) 0.01 = 1/120, so t = 0.2 sqrt(120), and p = 1 - t / sqrt(2 + t^2).
    found = compare_resampled(first(10, 6, 8, 8), first(10, 5, 6, 5), 20)
    assert (found.seeds, found.images) == (3, 10)
    assert found.difference == pytest.approx(0.2)
    t = 0.2 * np.sqrt(120)
    assert found.p == pytest.approx(1 - t / np.sqrt(2 + t**2))
    assert found.smallest_detectable == pytest.approx(4.302653 / np.sqrt(120))
    assert (found.low + found.high) / 2 == pytest.approx(0.2)


def test_with_endless_training_images_it_is_the_paired_t_test():
    arm, baseline = draw(8, seeds=5, images=40)
    expected = stats.ttest_rel(arm.mean(1), baseline.mean(1))
    found = compare_resampled(arm, baseline, np.inf)
    assert found.p == pytest.approx(expected.pvalue)
    assert (found.low, found.high) == pytest.approx(expected.confidence_interval(0.95))
    wider = compare_resampled(arm, baseline, 40)
    assert wider.smallest_detectable == pytest.approx(np.sqrt(6) * found.smallest_detectable)


def test_the_same_difference_in_every_seed_is_not_certain():
    # Four images more of 60 in each seed: the images alone give it a variance of 4/60 56/60 / 59.
    found = compare_resampled(first(60, 50, 52, 54), first(60, 46, 48, 50), 240)
    error = np.sqrt((1 / 3 + 1 / 4) * 4 / 60 * 56 / 60 / 59)
    assert found.p == pytest.approx(2 * stats.t.sf(4 / 60 / error, 59))
    single = compare_resampled(first(60, 50, 52, 54), first(60, 49, 51, 53), 240)
    assert single.p > 0.05
    assert single.low < 0 < single.high


def test_resampled_extremes():
    right, wrong = np.ones((3, 50), bool), np.zeros((3, 50), bool)
    certain = compare_resampled(right, wrong, 200)
    assert certain.difference == 1
    assert certain.p < 1e-100
    alike = compare_resampled(right, right, 200)
    half = agresti_min(0, 0, 50)
    assert (alike.difference, alike.p) == (0, 1)
    assert (alike.low, alike.high) == pytest.approx((-half, half))
    single = compare_resampled(right[:1], wrong[:1], 200)
    assert single.difference == 1
    assert np.isnan([single.low, single.high, single.p]).all()
    with pytest.raises(ValueError, match=r"\(3, 50\) and \(2, 50\)"):
        compare_resampled(right, wrong[:2], 200)


FEATURES = {"left": slice(0, 4), "right": slice(4, 8), "all": slice(0, 8)}


def gaussians(rng, images):
    """Two classes of 8 features, (images, 8), with unit variance and means of +-0.35; labels."""
    labels = np.arange(images) % 2
    return rng.normal(0.35 * (2 * labels[:, None] - 1), 1, (images, 8)), labels


def answers(train, test):
    """Correctness on `test` of a discriminant fitted on `train`, by the features it may see."""
    found = {}
    for name, seen in FEATURES.items():
        model = LinearDiscriminantAnalysis(solver="lsqr").fit(train[0][:, seen], train[1])
        found[name] = model.predict(test[0][:, seen]) == test[1]
    return found


def test_resampled_intervals_cover_the_truth_and_false_alarms_are_rare():
    """Datasets of 250 images, each split five times; truth from training sets of 200 anew."""
    rng = np.random.default_rng(20260101)
    effects, alarms, uncorrected = [], [], []
    for _ in range(300):
        features, labels = gaussians(rng, 250)
        seeds = []
        for _ in range(5):
            drawn = int(rng.integers(2**31))
            rows = train_test_split(
                np.arange(250), test_size=50, stratify=labels, random_state=drawn
            )
            seeds.append(answers(*((features[part], labels[part]) for part in rows)))
        correct = {name: np.stack([seed[name] for seed in seeds]) for name in FEATURES}
        effects.append(compare_resampled(correct["all"], correct["left"], 200))
        # Both halves of the features tell as much.
        alarms.append(compare_resampled(correct["left"], correct["right"], 200).p)
        uncorrected.append(compare_resampled(correct["left"], correct["right"], np.inf).p)
    large = gaussians(rng, 20_000)
    fresh = [answers(gaussians(rng, 200), large) for _ in range(60)]
    truth = np.mean([one["all"].mean() - one["left"].mean() for one in fresh])
    assert 0.07 < truth < 0.085
    assert 0.92 <= np.mean([e.low <= truth <= e.high for e in effects]) <= 0.99
    assert np.mean([e.p < 0.05 for e in effects]) > 0.2
    assert np.mean(np.array(alarms) < 0.05) < 0.08
    assert np.mean(np.array(uncorrected) < 0.05) > 0.1


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
