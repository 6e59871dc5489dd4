"""Calibration against scikit-learn, plain loops, a grid, and hand-worked cases."""

import math
import warnings

import numpy as np
import pytest
from scipy.special import softmax
from sklearn.metrics import brier_score_loss, log_loss

from chrysalis.stats import calibration


def draw(seed, images=200, classes=7, sharpness=1.5):
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, classes, images)
    logits = rng.normal(size=(images, classes)).astype(np.float32)
    logits[np.arange(images), labels] += sharpness
    return labels, logits


@pytest.fixture(params=[(0, 200, 7), (1, 200, 2), (2, 1, 7)], ids=["seven", "two", "one image"])
def case(request):
    return draw(*request.param)


def test_log_loss_is_scikit_learns(case):
    labels, logits = case
    shifted = np.exp(logits.astype(float))
    expected = log_loss(
        labels, shifted / shifted.sum(1, keepdims=True), labels=range(logits.shape[1])
    )
    assert calibration.negative_log_likelihood(labels, logits) == pytest.approx(expected, rel=1e-9)


def test_huge_logits_overflow_nowhere():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        labels, logits = np.array([0, 1]), np.array([[1e4, 0], [1e4, 0]], np.float32)
        assert calibration.negative_log_likelihood(labels, logits) == pytest.approx(5e3)
        assert calibration.expected_calibration_error(labels, logits) == pytest.approx(0.5)


def test_calibration_error_by_hand():
    # Two images of confidence 0.7 (bin 11 of 15), one of them right; one of confidence 0.95
    # (bin 15), right: |1 - 1.4| and |1 - 0.95|, over 3 images.
    probabilities = np.array([[0.7, 0.3], [0.7, 0.3], [0.05, 0.95]])
    found = calibration.expected_calibration_error(np.array([0, 1, 1]), np.log(probabilities))
    assert found == pytest.approx((0.4 + 0.05) / 3)


def test_calibration_error_cancels_only_inside_a_bin():
    # Right with confidence 0.9 (bin 14), wrong with 0.95 (bin 15): the two gaps add up.
    probabilities = np.array([[0.9, 0.1], [0.95, 0.05]])
    found = calibration.expected_calibration_error(np.array([0, 1]), np.log(probabilities))
    assert found == pytest.approx((0.1 + 0.95) / 2)
    # Both in bin 15: they cancel.
    probabilities = np.array([[0.94, 0.06], [0.95, 0.05]])
    found = calibration.expected_calibration_error(np.array([0, 1]), np.log(probabilities))
    assert found == pytest.approx((0.95 - 0.06) / 2)


def test_calibration_error_is_a_plain_loops(case):
    labels, logits = case
    total = 0.0
    rows = []
    for row in logits.astype(float):
        exponentials = [math.exp(value) for value in row]
        rows.append([value / sum(exponentials) for value in exponentials])
    for index in range(15):
        inside = [
            (max(row), row.index(max(row)) == label)
            for row, label in zip(rows, labels, strict=True)
            if index / 15 < max(row) <= (index + 1) / 15
        ]
        if inside:
            accuracy = sum(right for _, right in inside) / len(inside)
            confidence = sum(value for value, _ in inside) / len(inside)
            total += len(inside) / len(labels) * abs(accuracy - confidence)
    assert calibration.expected_calibration_error(labels, logits) == pytest.approx(total, abs=1e-12)


def test_brier_score_is_scikit_learns(case):
    labels, logits = case
    chances = softmax(logits.astype(float), axis=1)
    expected = brier_score_loss(labels, chances, labels=range(logits.shape[1]), scale_by_half=False)
    assert calibration.brier_score(labels, logits) == pytest.approx(expected)


def test_brier_score_by_hand():
    logits = np.log([[0.7, 0.2, 0.1], [0.5, 0.5, 1e-300]])
    found = calibration.brier_score(np.array([0, 2]), logits)
    assert found == pytest.approx((0.3**2 + 0.2**2 + 0.1**2 + 0.5**2 + 0.5**2 + 1) / 2)


def test_reliability_bins_by_hand():
    probabilities = np.array([[0.7, 0.3], [0.7, 0.3], [0.05, 0.95]])
    table = calibration.reliability(np.array([0, 1, 1]), np.log(probabilities))
    assert table["images"].sum() == 3
    assert table.loc[10, ["low", "high", "images"]].tolist() == pytest.approx([10 / 15, 11 / 15, 2])
    assert table.loc[10, ["confidence", "accuracy"]].tolist() == pytest.approx([0.7, 0.5])
    assert table.loc[14, ["confidence", "accuracy"]].tolist() == pytest.approx([0.95, 1])
    assert table.drop([10, 14])["accuracy"].isna().all()


@pytest.mark.parametrize("factor", [0.3, 1.0, 4.0])
def test_the_temperature_is_the_most_probable_of_a_grid(factor):
    labels, logits = draw(3, 500)
    logits = logits * factor
    logs = np.linspace(np.log(0.05), np.log(20), 4001)
    losses = [
        500 * calibration.negative_log_likelihood(labels, logits / np.exp(log)) + 5 * log**2
        for log in logs
    ]
    found = calibration.fit_temperature(labels, logits)
    assert found == pytest.approx(np.exp(logs[np.argmin(losses)]), rel=2e-3)


def test_the_temperature_grows_with_the_logits_where_there_are_many_images():
    labels, logits = draw(4, 5000)
    once, four_times = (calibration.fit_temperature(labels, k * logits) for k in (1, 4))
    assert four_times == pytest.approx(4 * once, rel=0.02)


def test_logits_of_drawn_labels_need_no_scaling():
    rng = np.random.default_rng(5)
    logits = 2 * rng.normal(size=(20_000, 5))
    chances = softmax(logits, axis=1)
    labels = (chances.cumsum(1) < rng.random((len(logits), 1))).sum(1)
    assert calibration.fit_temperature(labels, logits) == pytest.approx(1, abs=0.04)
    assert calibration.expected_calibration_error(labels, logits) < 0.015


def test_where_val_has_no_errors_the_temperature_stays_moderate():
    """Likelihood alone let it fall to the bound of 0.05, and test NLL rose from 0.025 to 0.150."""
    rng = np.random.default_rng(6)
    labels, logits = draw(6, 125, 10, 0.0)
    logits = 2 * logits
    logits[np.arange(125), labels] += 14
    assert (logits.argmax(1) == labels).all()
    assert 0.5 < calibration.fit_temperature(labels, logits) < 1
    test = logits[:100].copy()
    wrong = (labels[:2] + 1 + rng.integers(9, size=2)) % 10
    test[[0, 1], wrong] = test[[0, 1]].max(1) + 1
    after = test / calibration.fit_temperature(labels, logits)
    raw, scaled = (calibration.negative_log_likelihood(labels[:100], one) for one in (test, after))
    assert scaled < raw + 0.015


def test_the_prior_fades_with_more_images():
    temperatures = []
    for images in (20, 200, 2000):
        labels, logits = draw(7, images)
        temperatures.append(calibration.fit_temperature(labels, 5 * logits))
    labels, logits = draw(8, 50_000)
    limit = calibration.fit_temperature(labels, 5 * logits)
    gaps = np.abs(np.log(temperatures) - np.log(limit))
    assert gaps[0] > gaps[1] > gaps[2]


def calibrated(rng, images, scale=1.0):
    """Labels drawn from the softmax of logits, which are then multiplied by `scale`."""
    logits = 2 * rng.normal(size=(images, 7))
    chances = softmax(logits, axis=1)
    labels = (chances.cumsum(1) < rng.random((images, 1))).sum(1)
    return labels, scale * logits


def test_a_perfect_networks_error_is_what_simulated_labels_show():
    rng = np.random.default_rng(9)
    labels, logits = calibrated(rng, 125)
    found = calibration.calibration_error(labels, logits)
    assert found.ece == pytest.approx(calibration.expected_calibration_error(labels, logits))
    chances = softmax(logits, axis=1)
    confidence = chances.max(1)
    shown = []
    for _ in range(2000):
        right = rng.random(125) < confidence
        drawn = np.where(right, chances.argmax(1), (chances.argmax(1) + 1) % 7)
        shown.append(calibration.expected_calibration_error(drawn, logits))
    assert found.perfect == pytest.approx(np.mean(shown), rel=0.03)


@pytest.mark.parametrize("scale", [1.0, 1.5, 3.0])
def test_debiased_error_and_its_interval_find_the_truth(scale):
    rng = np.random.default_rng(10)
    truth = calibration.expected_calibration_error(*calibrated(rng, 400_000, scale))
    found = [calibration.calibration_error(*calibrated(rng, 125, scale)) for _ in range(400)]
    # A perfectly calibrated network's bins still differ by 0.0016 on 400,000 images.
    holds = [e.low <= truth + 1e-12 and (truth <= e.high or scale == 1) for e in found]
    assert np.mean(holds) >= 0.92
    bias = np.mean([e.debiased for e in found]) - truth
    assert abs(bias) < np.mean([e.ece for e in found]) - truth + 0.005
    assert abs(bias) < 0.035


def test_the_error_of_a_certain_network_that_is_right_is_nothing():
    logits = np.array([[0.0, 800.0], [800.0, 0.0]])
    found = calibration.calibration_error(np.array([1, 0]), logits)
    assert vars(found) == pytest.approx(
        {"ece": 0, "perfect": 0, "debiased": 0, "low": 0, "high": 0}
    )
    wrong = calibration.calibration_error(np.array([0, 1]), logits)
    assert (wrong.ece, wrong.perfect) == (1, 0)
    assert wrong.debiased == pytest.approx(1)
