"""The comparison of two arms: hand-worked and library cases, and what holds of every table."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from scipy import stats

from chrysalis.stats import readers
from chrysalis.stats.compare import compare, compare_paired, compare_resampled


def rolled(images, counts, step):
    """Right answers (seeds, images), each seed's errors elsewhere than the others'."""
    rows = np.arange(images) >= (images - np.array(counts))[:, None]
    return np.stack([np.roll(row, step * (seed + 1)) for seed, row in enumerate(rows)])


def own(arm, baseline):
    return compare_resampled(arm, baseline, 4 * arm.shape[-1])


COMPARES = {"separate": compare, "paired": compare_paired, "own splits": own}
every_compare = pytest.mark.parametrize("one", COMPARES.values(), ids=COMPARES)


@pytest.mark.parametrize("seed", range(4))
def test_trainings_that_differ_widely_leave_the_analysis_of_variance(seed):
    rng = np.random.default_rng(seed)
    chance = np.array([[0.9], [0.6], [0.75]])
    arm, baseline = rng.random((3, 200)) < chance, rng.random((3, 200)) < chance - 0.1
    found = compare(arm, baseline)
    squares = readers.nested(arm.astype(float), baseline.astype(float))
    total, freedom = readers.error_term(squares, 3)
    error = np.sqrt(2 * total / 600)
    effect = arm.mean() - baseline.mean()
    assert found.effect == pytest.approx(effect)
    assert (found.error, found.freedom) == pytest.approx((error, float(freedom)))
    assert found.p == pytest.approx(2 * stats.t.sf(abs(effect) / error, freedom))
    interval = stats.t.interval(0.95, freedom, effect, error)
    assert (found.low, found.high) == pytest.approx(interval)


def test_without_interaction_it_is_welchs_t_test_of_the_seeds_accuracies():
    both = np.ones((2, 3, 40), bool)
    for seed, errors in enumerate([(1, 5), (3, 9), (6, 13)]):
        both[0, seed, 10 * seed : 10 * seed + errors[0]] = False
        both[1, seed, 10 * seed : 10 * seed + errors[1]] = False
    both[1] = np.roll(both[1], 7, axis=1)
    squares = readers.nested(*both.astype(float))
    assert squares.image < squares.residual < squares.seed
    expected = stats.ttest_ind(both[0].mean(1), both[1].mean(1), equal_var=False)
    found = compare(*both)
    assert found.p == pytest.approx(expected.pvalue)
    assert (found.low, found.high) == pytest.approx(expected.confidence_interval(0.95))


def test_paired_trainings_without_interaction_leave_the_paired_t_test():
    both = np.ones((2, 4, 80), bool)
    for seed, errors in enumerate([1, 3, 12, 18]):
        both[1, seed, 20 * seed : 20 * seed + errors] = False
    squares = readers.crossed(*both.astype(float))
    assert squares.image < squares.residual < squares.seed
    expected = stats.ttest_rel(both[0].mean(1), both[1].mean(1))
    found = compare_paired(*both)
    assert found.p == pytest.approx(expected.pvalue)


def test_corrected_resampled_t_test_by_hand(first_right):
    # Seeds differ by 10, 20 and 30 of 100: mean 0.2, variance 0.01. Of 200 training images:
    # (1/3 + 100/200) 0.01 = 1/120, so t = 0.2 sqrt(120), and p = 1 - t / sqrt(2 + t^2).
    arm, baseline = first_right(100, 60, 80, 80), first_right(100, 50, 60, 50)
    found = compare_resampled(arm, baseline, 200)
    assert (found.seeds, found.images, found.effect) == (3, 100, pytest.approx(0.2))
    t = 0.2 * np.sqrt(120)
    assert found.p == pytest.approx(1 - t / np.sqrt(2 + t**2))
    assert found.low == pytest.approx(0.2 - 4.302653 / np.sqrt(120))


def test_with_endless_training_images_it_is_the_paired_t_test(draw):
    arm, baseline = draw(8, seeds=5, images=40)
    arm[0], baseline[0] = True, False
    expected = stats.ttest_rel(arm.mean(1), baseline.mean(1))
    found = compare_resampled(arm, baseline, np.inf)
    assert found.error == pytest.approx(expected.confidence_interval(0.95).high - found.effect) or (
        found.error * stats.t.isf(0.025, 4)
        == pytest.approx(expected.confidence_interval(0.95).high - found.effect)
    )


def test_images_interval_is_bonett_and_prices():
    # Of 50 images 7 are won and 2 lost: (8 - 3) / 52, variance (8 + 3 - 52 (5/52)^2) / 52^2.
    arm, baseline = np.ones((2, 50), bool), np.ones((2, 50), bool)
    baseline[:, :7] = arm[:, 7:9] = False
    found = compare(arm, baseline)
    assert found.image_centre == pytest.approx(5 / 52)
    error = np.sqrt((11 / 52 - (5 / 52) ** 2) / 52)
    assert found.image_error == pytest.approx(error)
    half = stats.t.isf(0.025, 49) * error
    assert found.low == pytest.approx(min(5 / 52 - half, 0))
    assert found.high == pytest.approx(5 / 52 + half)


def test_right_answers_more_in_one_baseline_training_make_no_verdict():
    """Once p = 0.21 fell to 0.008 where the effect became smaller."""
    arm = rolled(125, (112, 112, 112), 13)
    before = compare(arm, rolled(125, (108, 108, 108), -17))
    after = compare(arm, rolled(125, (108, 108, 109), -17))
    assert after.effect < before.effect
    assert after.p >= before.p > 0.1


def test_equal_effects_of_all_seeds_are_the_limit_of_nearly_equal_ones(first_right):
    """Once p = 0.23 fell to 0.0096 from effects of 4, 4 and 4 images to 4, 4 and 5."""
    arm = np.concatenate([first_right(60, 30, 30, 30), np.ones((3, 60), bool)], 1)
    p = []
    for counts in ((4, 4, 4), (4, 4, 5), (4, 4, 3)):
        baseline = arm.copy()
        for seed, count in enumerate(counts):
            baseline[seed, : count + 6] = False
            baseline[seed, 30:36] = True
        p.append(compare_resampled(arm, baseline, 500).p)
    assert p == pytest.approx([p[0]] * 3, abs=0.12)
    assert p[1] < p[0] < p[2]


@every_compare
def test_two_of_two_images_are_no_evidence(one):
    found = one(np.ones((3, 2), bool), np.zeros((3, 2), bool))
    assert found.effect == 1
    assert found.p > 0.2
    assert -1 <= found.low < 0 < found.high <= 1


def test_a_collapsed_training_leaves_limits_within_bounds(first_right):
    found = compare(first_right(125, 112, 110, 12), first_right(125, 111, 109, 112))
    assert found.p > 0.3
    assert found.low == -1
    assert 0 < found.high <= 1


@every_compare
def test_identical_arms_do_not_differ(one):
    right = np.ones((3, 50), bool)
    found = one(right, right)
    assert (found.effect, found.p, found.p_image) == (0, 1, 1)
    assert found.low == pytest.approx(-found.high)
    assert 0.02 < found.high < 0.08


@every_compare
@pytest.mark.parametrize("shape", [(1, 50), (3, 1)])
def test_one_seed_or_one_image_gives_an_effect_without_an_interval(one, shape):
    found = one(np.ones(shape, bool), np.zeros(shape, bool))
    assert found.effect == 1
    assert np.isnan([found.low, found.high, found.p, found.p_image, found.error]).all()


@every_compare
def test_arms_of_different_shape_are_refused(one, draw):
    with pytest.raises(ValueError, match=r"\(3, 12\) and \(2, 12\)"):
        one(draw(0)[0], draw(0)[0][:2])


@every_compare
def test_leading_axes_are_studies(one):
    both = np.random.default_rng(0).random((5, 2, 3, 40)) < 0.8
    found = one(both[:, 0], both[:, 1])
    for study, (arm, baseline) in enumerate(both):
        alone = one(arm, baseline)
        for name in ("effect", "low", "high", "p", "p_image", "error", "freedom"):
            assert getattr(found, name)[study] == pytest.approx(getattr(alone, name), nan_ok=True)


def test_the_pairing_of_seeds_matters_to_paired_trainings_only():
    rng = np.random.default_rng(1)
    baseline = rng.random((3, 200)) < np.array([[0.9], [0.7], [0.5]])
    arm = baseline & (rng.random((3, 200)) < 0.95)
    assert compare_paired(arm, baseline).p < 0.05 < compare(arm, baseline).p
    swapped = compare_paired(arm[[1, 2, 0]], baseline)
    assert swapped.p > 0.05
    assert compare(arm[[1, 2, 0]], baseline).p == pytest.approx(compare(arm, baseline).p)


tables = st.tuples(st.integers(2, 4), st.integers(2, 12)).flatmap(
    lambda shape: arrays.arrays(bool, (2, *shape))
)


@every_compare
@given(both=tables)
@settings(max_examples=80)
def test_what_holds_of_every_table(one, both):
    found = one(*both)
    assert found.p >= found.p_image
    assert -1 <= found.low <= found.effect <= found.high <= 1
    assert (found.p < 0.05) == (found.low > 0 or found.high < 0)
    back = one(both[1], both[0])
    mirrored = replace(
        back,
        effect=-back.effect,
        low=-back.high,
        high=-back.low,
        image_centre=-back.image_centre,
    )
    assert vars(mirrored) == pytest.approx(vars(found), nan_ok=True, rel=1e-6, abs=1e-9)
    images = np.random.default_rng(0).permutation(both.shape[2])
    shuffled = one(*both[:, ::-1, images])
    assert vars(shuffled) == pytest.approx(vars(found), nan_ok=True, rel=1e-6, abs=1e-9)


@every_compare
@given(both=tables)
@settings(max_examples=60)
def test_an_image_that_all_seeds_lose_alike_never_makes_p_smaller(one, both):
    """An image that only the arm knows, in all trainings, becomes one that nobody knows."""
    won = np.flatnonzero(both[0].all(0) & ~both[1].any(0))
    if len(won) == 0 or both[0].mean() <= both[1].mean():
        return
    lost = both.copy()
    lost[0, :, won[0]] = False
    if lost[0].mean() >= lost[1].mean():
        assert one(*lost).p >= one(*both).p - 1e-9
