"""Metrics against scikit-learn, plain loops and hand-worked cases."""

import os
import subprocess
import sys

import numpy as np
import pytest
from sklearn.metrics import (
    confusion_matrix,
    precision_recall_fscore_support,
    top_k_accuracy_score,
)

from chrysalis.stats import calibration
from chrysalis.stats import classification as metrics

FEW = 3


def draw(seed, images=200, classes=7, present=None):
    """Random logits whose largest is the true class's about half the time."""
    rng = np.random.default_rng(seed)
    labels = rng.choice(classes if present is None else present, images)
    logits = rng.normal(size=(images, classes)).astype(np.float32)
    logits[np.arange(images), labels] += 1.5
    return labels, logits


CASES = {
    "all classes present": draw(0),
    "classes 0 and 5 absent": draw(1, present=[1, 2, 3, 4, 6]),
    "one class present": draw(2, present=[3]),
    "two classes": draw(3, classes=2),
    "one image": draw(4, images=1),
}


@pytest.fixture(params=CASES.values(), ids=CASES.keys())
def case(request):
    return request.param


def test_confusion_is_scikit_learns(case):
    labels, logits = case
    counts = metrics.confusion(labels, logits.argmax(1), logits.shape[1])
    expected = confusion_matrix(labels, logits.argmax(1), labels=range(logits.shape[1]))
    np.testing.assert_array_equal(counts, expected)


@pytest.mark.parametrize("average", ["macro", "micro", "weighted"])
def test_averages_are_scikit_learns(case, average):
    labels, logits = case
    predicted, classes = logits.argmax(1), range(logits.shape[1])
    # Macro is over the classes that have images; micro and weighted count every class.
    over = np.unique(labels) if average == "macro" else classes
    expected = precision_recall_fscore_support(
        labels, predicted, labels=over, average=average, zero_division=0
    )
    found = metrics.precision_recall_f1(metrics.confusion(labels, predicted, len(classes)))
    values = [found[f"{name}_{average}"] for name in ("precision", "recall", "f1")]
    np.testing.assert_allclose(values, expected[:3], rtol=1e-12)


def test_absent_classes_are_left_out_of_macro_averages_but_guesses_of_them_are_errors():
    # Class 0: 3 of 4 found, the fourth taken for the absent class 2. Class 1: 2 of 2.
    counts = np.array([[3, 0, 1], [0, 2, 0], [0, 0, 0]])
    found = metrics.precision_recall_f1(counts)
    assert found["recall_macro"] == pytest.approx((3 / 4 + 1) / 2)
    assert found["precision_macro"] == 1
    assert found["f1_macro"] == pytest.approx((2 * 3 / (4 + 3) + 1) / 2)
    assert found["precision_micro"] == pytest.approx(5 / 6)
    assert found["recall_weighted"] == pytest.approx(5 / 6)


def test_everything_predicted_as_one_class():
    labels = np.array([0, 0, 0, 1, 2, 2])
    found = metrics.precision_recall_f1(metrics.confusion(labels, np.zeros(6, int), 3))
    assert found["precision_macro"] == pytest.approx(1 / 2 / 3)
    assert found["recall_macro"] == pytest.approx(1 / 3)
    assert found["f1_macro"] == pytest.approx(2 / 3 / 3)
    assert found["f1_weighted"] == pytest.approx(2 / 3 * 3 / 6)


@pytest.mark.parametrize("k", [1, 2, 3, 4, 5])
def test_top_k_is_scikit_learns(k):
    for name in ("all classes present", "classes 0 and 5 absent"):
        labels, logits = CASES[name]
        expected = top_k_accuracy_score(labels, logits, k=k, labels=range(7))
        assert metrics.top_k(labels, logits, k) == pytest.approx(expected)


def test_ties_go_to_the_lower_label():
    logits = np.array([[1.0, 1, 0], [1, 1, 0], [1, 1, 1], [1, 1, 1]])
    labels = np.array([0, 1, 2, 1])
    assert [metrics.top_k(labels, logits, k) for k in (1, 2, 3)] == [1 / 4, 3 / 4, 1]
    assert metrics.top_k(labels, logits, 1) == (logits.argmax(1) == labels).mean()


def test_logits_that_are_not_numbers_are_never_right():
    logits = np.array([[np.nan] * 3, [np.nan, 5, 1], [0, 1, 2]])
    assert metrics.top_k(np.array([0, 0, 2]), logits, 2) == pytest.approx(1 / 3)


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_logits_that_are_not_finite_are_an_error(value):
    """argmax takes the first of them for the largest, which would be a right answer for class 0."""
    labels, logits = np.array([0, 1]), np.array([[value, 1.0], [0.0, 1.0]])
    for refuse in (metrics.predicted, lambda found: metrics.summarise(labels, found)):
        with pytest.raises(ValueError, match="logits must be finite"):
            refuse(logits)


def test_the_predicted_class_is_the_first_of_the_largest():
    assert metrics.predicted(np.array([[0, 2, 2], [3, 1, 3]])).tolist() == [1, 0]


def test_metrics_load_without_torch():
    """The rule evaluate's jobs are many and short."""
    code = "import sys, chrysalis.stats.classification; assert 'torch' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True, env=dict(os.environ, PYTHONPATH="src"))


def test_summary_holds_each_metric_once():
    labels, logits = CASES["all classes present"]
    found = metrics.summarise(labels, logits)
    counts = metrics.confusion(labels, logits.argmax(1), 7)
    assert found["images"] == 200
    assert found["top1"] == found["recall_micro"] == np.trace(counts) / 200
    assert found["top1"] < found["top2"] < found["top5"] < 1
    for name, value in calibration.metrics(labels, logits).items():
        assert found[name] == value
    assert len(found) == 1 + 5 + 9 + 3


def test_no_more_guesses_than_classes():
    labels, logits = draw(5, classes=FEW)
    found = metrics.summarise(labels, logits)
    assert [key for key in found if key.startswith("top")] == ["top1", "top2", "top3"]
    assert found["top3"] == 1


def test_per_class_accuracy_is_recall_and_empty_without_images():
    counts = np.array([[3, 1, 0], [0, 0, 0], [2, 0, 2]])
    table = metrics.per_class(counts, ["a", "b", "c"])
    assert table["class"].tolist() == ["a", "b", "c"]
    assert table["support"].tolist() == [4, 0, 4]
    np.testing.assert_array_equal(table["accuracy"], [0.75, np.nan, 0.5])
