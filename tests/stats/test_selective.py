"""Risk and coverage by hand."""

import numpy as np
import pytest

from chrysalis.stats.selective import area_under_risk_coverage, risk_coverage


def test_risk_by_hand():
    confidence = np.array([0.6, 0.9, 0.8, 0.7])
    correct = np.array([False, True, False, True])
    coverage, risk = risk_coverage(confidence, correct)
    assert coverage == pytest.approx([0.25, 0.5, 0.75, 1])
    assert risk == pytest.approx([0, 1 / 2, 1 / 3, 2 / 4])
    assert area_under_risk_coverage(confidence, correct) == pytest.approx(
        (1 / 2 + 1 / 3 + 1 / 2) / 4
    )


def test_images_of_equal_confidence_come_in_no_order():
    correct = np.array([True, False, True, False])
    risk = risk_coverage(np.array([0.5, 0.5, 0.5, 0.5]), correct)[1]
    assert risk == pytest.approx([0.5] * 4)
    again = risk_coverage(np.array([0.9, 0.5, 0.5, 0.5]), correct)[1]
    assert again == pytest.approx([0, 1 / 3, 4 / 9, 1 / 2])


def test_the_best_order_covers_errors_last():
    rng = np.random.default_rng(0)
    correct = rng.random(200) < 0.9
    best = area_under_risk_coverage(correct + rng.random(200) / 2, correct)
    random = area_under_risk_coverage(rng.random(200), correct)
    assert best < random / 4
    assert random == pytest.approx(0.1, abs=0.06)


def test_no_images_are_refused():
    with pytest.raises(ValueError, match="no images"):
        risk_coverage(np.array([]), np.array([], bool))
