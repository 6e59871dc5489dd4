"""Risk and coverage by hand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chrysalis.stats import scores
from chrysalis.stats.selective import area_under_risk_coverage, pseudo_values, risk_coverage


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


@given(st.lists(st.tuples(st.integers(0, 5), st.booleans()), min_size=2, max_size=12))
def test_pseudo_values_are_those_of_leaving_each_image_out(images):
    confidence, correct = np.array(images, float)[:, 0], np.array(images)[:, 1].astype(bool)
    whole = area_under_risk_coverage(confidence, correct)
    others = [np.arange(len(images)) != left_out for left_out in range(len(images))]
    without = [area_under_risk_coverage(confidence[kept], correct[kept]) for kept in others]
    jackknife = len(images) * whole - (len(images) - 1) * np.array(without)
    found = pseudo_values(confidence, correct)
    assert found.mean() == pytest.approx(whole)
    assert found - found.mean() == pytest.approx(jackknife - jackknife.mean())


def test_pseudo_values_give_the_areas_spread():
    """Their standard error is about the standard deviation of the area over sets of images."""
    rng = np.random.default_rng(0)
    areas, errors = [], []
    for _ in range(300):
        confidence = rng.random(200)
        correct = rng.random(200) < 0.6 + 0.4 * confidence
        areas.append(area_under_risk_coverage(confidence, correct))
        errors.append(pseudo_values(confidence, correct).std(ddof=1) / np.sqrt(200))
    assert np.mean(errors) == pytest.approx(np.std(areas), rel=0.15)


def test_one_image_has_no_pseudo_value():
    with pytest.raises(ValueError, match="fewer than two"):
        pseudo_values(np.array([0.5]), np.array([True]))


def test_false_alarms_of_areas_are_rare():
    rng = np.random.default_rng(0)

    def area_shares(hardness):
        margins = 2 + hardness + rng.normal(0, 0.3, (3, 1)) + rng.normal(size=(3, 125))
        return np.stack([pseudo_values(abs(one), one > 0) for one in margins])

    alarms = []
    for _ in range(300):
        hardness = 1.2 * rng.normal(size=125)
        alarms.append(scores.compare(area_shares(hardness), area_shares(hardness)).p < 0.05)
    assert np.mean(alarms) < 0.06
