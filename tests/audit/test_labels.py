import numpy as np
import pytest
from sklearn.datasets import load_digits

from chrysalis.audit import labels
from chrysalis.audit.neighbours import compress
from chrysalis.records.audit import AlikeRow, LabelRow


@pytest.fixture(scope="module")
def digits():
    """Vectors of handwritten digits, and their labels."""
    pictures, truth = load_digits(return_X_y=True)
    return compress(pictures.astype(np.float32), 48), truth


def test_wrong_labels_are_found(digits):
    vectors, truth = digits
    rng = np.random.default_rng(0)
    wrong = rng.choice(len(truth), 60, replace=False)
    given = truth.copy()
    given[wrong] = (truth[wrong] + rng.integers(1, 10, 60)) % 10
    shares = labels.out_of_fold(vectors, given, np.arange(len(truth)))
    found = labels.doubtful(given, shares)
    assert len(set(found) & set(wrong)) >= 0.8 * len(wrong)
    assert len(set(found) & set(wrong)) >= 0.6 * len(found)
    confidence = shares[found, given[found]]
    assert (np.diff(confidence) >= 0).all()


def test_probabilities_are_of_images_that_the_probe_did_not_see(digits):
    """Copies of an image with another label would be learned by heart if folds shared groups."""
    vectors, truth = digits
    few = np.flatnonzero(truth < 2)[:100]
    doubled = np.concatenate([vectors[few], vectors[few]])
    given = np.concatenate([truth[few], truth[few]])
    groups = np.concatenate([few, few])
    shares = labels.out_of_fold(doubled, given, groups)
    np.testing.assert_allclose(shares[:100], shares[100:], atol=1e-9)
    np.testing.assert_allclose(shares.sum(1), 1, atol=1e-6)


def test_too_few_groups_of_a_class_are_not_judged(digits):
    vectors, truth = digits
    groups = np.arange(len(truth))
    groups[truth == 3] = 0
    assert labels.out_of_fold(vectors, truth, groups) is None


def test_each_fold_has_its_share_of_each_class(digits, monkeypatch):
    vectors, truth = digits
    learned = []
    monkeypatch.setattr(
        labels, "probe", lambda v, y: learned.append(np.bincount(y)) or _Even(len(np.unique(truth)))
    )
    groups = np.arange(len(truth)) // 2 * 2  # neighbours share a group, whatever they show
    labels.out_of_fold(vectors, truth, groups)
    shares = np.array(learned) / np.bincount(truth)
    assert len(learned) == labels.FOLDS
    np.testing.assert_allclose(shares, 1 - 1 / labels.FOLDS, atol=0.07)


class _Even:
    """A probe that takes every class for equally likely."""

    def __init__(self, classes):
        self.classes_ = np.arange(classes)

    def predict_proba(self, vectors):
        return np.full((len(vectors), len(self.classes_)), 1 / len(self.classes_))


def test_classes_that_are_confused_are_named():
    truth = np.repeat([0, 1, 2], 10)
    predicted = truth.copy()
    predicted[:3], predicted[10] = 1, 0
    (row,) = labels.alike(truth, predicted, ["a", "b", "c"])
    assert (row.class_a, row.class_b, row.images, row.confused) == ("a", "b", 20, 4)
    assert row.share == pytest.approx(0.2)


def test_a_class_is_noisy_by_labels_that_no_class_alike_explains():
    def row(class_, suggested):
        return LabelRow("x", class_, "train", suggested, 0.1, 0.9, "")

    rows = [row("a", "b")] * 5 + [row("a", "c")] + [row("c", "a"), row("c", "b")]
    found = labels.noise({"a": 20, "b": 20, "c": 8}, rows, [AlikeRow("a", "b", 40, 9, 0.2)])
    assert [(each.class_, each.doubtful, each.share) for each in found] == [
        ("c", 2, 0.25),
        ("a", 1, 0.05),
        ("b", 0, 0.0),
    ]


def test_a_probe_learns_from_an_even_choice(digits, monkeypatch):
    vectors, truth = digits
    monkeypatch.setattr(labels, "MOST_IMAGES", 500)
    assert labels.probe(vectors, truth).score(vectors, truth) > 0.85
