"""Metrics of one training by hand."""

import numpy as np
import pandas as pd
import pytest

from chrysalis.evaluation.evaluate import evaluate
from chrysalis.records.evaluation import (
    CALIBRATION_ERROR,
    PER_CLASS,
    RELIABILITY,
    RISK_COVERAGE,
)
from chrysalis.records.paths import TrainingPaths
from chrysalis.records.training import RunMetrics

# On val a logit of 2 among two of 0 is right once and wrong once; the prior of log T weighs 10 / 2.
GRID = np.linspace(0.5, 2, 200_001)
LOSS = 2 * np.log(np.exp(2 / GRID) + 2) - 2 / GRID + 5 * np.log(GRID) ** 2
TEMPERATURE = GRID[LOSS.argmin()]


@pytest.fixture
def paths(write_run):
    """Val: one of two right; test: two of three. Classes are called as columns are."""
    classes = ["class", "split", "empty"]
    write_run("m-1", 0, classes, ["class", "split"], ["class", "class"], split="val")
    truth, guesses = ["class", "class", "split"], ["class", "empty", "split"]
    return TrainingPaths(write_run("m-1", 0, classes, truth, guesses).parent)


def test_by_hand(paths):
    found = evaluate(paths)
    assert found.metrics.val.top1 == 1 / 2
    assert found.metrics.test.top1 == pytest.approx(2 / 3)
    assert found.metrics.temperature == pytest.approx(TEMPERATURE, rel=1e-3)
    assert set(found.metrics.test.scaled.model_dump()) == {"ece", "nll", "brier"}
    test = [row for row in found.per_class if row.split == "test"]
    assert [row.support for row in test] == [2, 1, 0]
    assert [row.accuracy for row in test][:2] == [0.5, 1.0]
    assert found.confusion.columns.tolist() == ["split", "class", "class", "split", "empty"]
    assert found.confusion.iloc[3:, 2:].to_numpy().tolist() == [[1, 0, 1], [0, 1, 0], [0, 0, 0]]
    images = {scaled: 0 for scaled in ("no", "yes")}
    for row in found.reliability:
        images[row.scaled] += row.images
    assert images == {"no": 3, "yes": 3}


def test_files(paths):
    found = evaluate(paths)
    found.write(paths)
    assert RunMetrics.read(paths.metrics) == found.metrics
    assert PER_CLASS.read(paths.per_class)[0] == found.per_class[0]
    assert len(RELIABILITY.read(paths.reliability)) == len(found.reliability)
    assert len(pd.read_csv(paths.confusion)) == 6
    assert [row.scaled for row in CALIBRATION_ERROR.read(paths.calibration_error)] == ["no", "yes"]


def test_calibration_error_by_hand(paths):
    """Three images of confidence c in one bin, two right: the gap is that of 2/3 and c."""
    plain, scaled = evaluate(paths).calibration_error
    confidence = np.exp(2) / (np.exp(2) + 2)
    assert (plain.images, plain.ece) == (3, pytest.approx(confidence - 2 / 3))
    # The mean distance of a normal variable from its centre is sqrt(2 / pi) deviations.
    deviation = np.sqrt(confidence * (1 - confidence) / 3)
    assert plain.perfect == pytest.approx(np.sqrt(2 / np.pi) * deviation)
    assert plain.debiased == plain.low == 0 < plain.high
    cooler = np.exp(2 / TEMPERATURE)
    assert scaled.ece == pytest.approx(abs(cooler / (cooler + 2) - 2 / 3), rel=1e-3)


def test_risk_by_coverage_by_hand(paths, write_run):
    """All three confidences are equal, so one of three errs at every coverage."""
    found = evaluate(paths).risk_coverage
    assert [row.coverage for row in found] == pytest.approx([1 / 3, 2 / 3, 1])
    assert [row.risk for row in found] == pytest.approx([1 / 3] * 3)
    assert [row.area for row in found] == pytest.approx([1 / 3] * 3)
    classes = [str(n) for n in range(5)]
    guesses = [classes[n % 5] for n in range(250)]
    truth = [classes[(n + (n % 10 == 0)) % 5] for n in range(250)]
    write_run("n-1", 0, classes, truth[:9], guesses[:9], split="val")
    place = TrainingPaths(write_run("n-1", 0, classes, truth, guesses).parent)
    evaluate(place).write(place)
    found = RISK_COVERAGE.read(place.risk_coverage)
    assert len(found) == 100
    assert found[79].coverage == pytest.approx(0.8)
    assert found[-1].area == pytest.approx(0.1)
