"""Real-valued scores: against scipy, scikit-learn, and the comparison of answers."""

import numpy as np
import pytest
from scipy import stats
from scipy.special import softmax
from sklearn.metrics import log_loss

from chrysalis.stats import compare, readers, scores


def losses(seed, shape=(3, 60), sd=0.3):
    rng = np.random.default_rng(seed)
    return (
        rng.gamma(1.0, 1.0, shape[1]) + rng.normal(0, sd, shape) + rng.normal(0, 0.2, (shape[0], 1))
    )


@pytest.mark.parametrize(
    ("one", "design"),
    [(scores.compare, readers.nested), (scores.compare_paired, readers.crossed)],
)
def test_p_and_interval_are_the_wider_of_both_models(one, design):
    arm, baseline = losses(0) - 0.4, losses(1)
    found = one(arm, baseline)
    images = stats.ttest_1samp((arm - baseline).mean(0), 0)
    total, freedom = readers.error_term(design(arm, baseline), 3)
    error = np.sqrt(2 * total / 180)
    effect = arm.mean() - baseline.mean()
    assert found.p_image == pytest.approx(images.pvalue)
    p = 2 * stats.t.sf(abs(effect) / error, freedom)
    assert found.p == pytest.approx(max(p, images.pvalue))
    halves = [stats.t.isf(0.025, freedom) * error, stats.t.isf(0.025, 59) * found.image_error]
    assert (found.low, found.high) == pytest.approx((effect - max(halves), effect + max(halves)))


def test_no_bound_and_no_shrinkage():
    arm = losses(2) + 50
    found = scores.compare(arm, losses(3))
    assert found.low > 40
    assert found.image_centre == pytest.approx(found.effect)
    assert np.isnan(found.trials)


def test_the_unit_does_not_matter():
    arm, baseline = losses(4) - 0.1, losses(5)
    found, hundredfold = scores.compare(arm, baseline), scores.compare(100 * arm, 100 * baseline)
    assert hundredfold.p == pytest.approx(found.p)
    assert hundredfold.high == pytest.approx(100 * found.high)


def test_answers_as_scores_give_the_trainings_model_of_answers(draw):
    arm, baseline = draw(0, images=80)
    as_scores, as_answers = scores.compare(arm, baseline), compare.compare(arm, baseline)
    assert as_scores.effect == pytest.approx(as_answers.effect)
    assert as_scores.error == pytest.approx(as_answers.error)


def test_scores_of_different_shape_are_refused():
    with pytest.raises(ValueError, match=r"\(3, 60\) and \(2, 60\)"):
        scores.compare(losses(0), losses(0)[:2])
    assert np.isnan(scores.compare(losses(0)[:1], losses(1)[:1]).p)


def test_false_alarms_of_log_losses_are_rare():
    rng = np.random.default_rng(0)
    shape = (2000, 2, 3, 100)
    drawn = rng.gamma(0.5, 1, (2000, 1, 1, 100)) * np.exp(rng.normal(0, 0.3, shape))
    drawn = drawn + rng.normal(0, 0.05, (2000, 2, 3, 1))
    found = scores.compare(drawn[:, 0], drawn[:, 1])
    assert np.mean(np.asarray(found.p) < 0.05) < 0.05


def test_losses_by_image_are_scikit_learns():
    rng = np.random.default_rng(1)
    labels, logits = rng.integers(0, 5, 40), rng.normal(size=(40, 5))
    chances = softmax(logits, axis=1)
    assert scores.log_losses(labels, logits).mean() == pytest.approx(log_loss(labels, chances))
    wrong = chances - np.eye(5)[labels]
    assert scores.brier_scores(labels, logits) == pytest.approx((wrong**2).sum(1))


def test_splits_of_their_own_make_the_seeds_variance_larger():
    """By Nadeau and Bengio: (1 / seeds + test / train) times that of the seeds' differences."""
    rng = np.random.default_rng(2)
    arm = rng.normal(0, 0.1, (4, 50)) + np.array([[0.0], [1.0], [2.0], [3.0]])
    found = scores.compare_resampled(arm, np.zeros((4, 50)), 200)
    by_seed = arm.mean(1)
    error = np.sqrt((1 / 4 + 50 / 200) * by_seed.var(ddof=1))
    assert found.effect == pytest.approx(by_seed.mean())
    assert found.error == pytest.approx(error)
    assert found.freedom == pytest.approx(3)
    assert found.p == pytest.approx(2 * stats.t.sf(by_seed.mean() / error, 3))


def test_equal_seeds_leave_the_images_variance():
    one = np.random.default_rng(3).normal(0.2, 1, 60)
    arm = np.stack([one, one[::-1], np.roll(one, 7)])
    found = scores.compare_resampled(arm, np.zeros_like(arm), 120)
    inflation = 1 + 2 * 60 / 180
    assert found.error == pytest.approx(np.sqrt(inflation * one.var(ddof=1) / 180))
    assert np.isnan(scores.compare_resampled(arm[:1], arm[:1], 120).p)
    with pytest.raises(ValueError, match="different shape"):
        scores.compare_resampled(arm, arm[:2], 120)
