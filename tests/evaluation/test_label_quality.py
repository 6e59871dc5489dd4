"""Label quality by hand, and on labels spoilt on purpose."""

import numpy as np
import pytest

from chrysalis.evaluation import label_quality as module
from chrysalis.records.experiment import LABEL_QUALITY
from chrysalis.records.predictions import Predictions


def predictions(classes, labels, probabilities):
    paths = np.array([f"{i}.png" for i in range(len(labels))])
    return Predictions(classes, paths, np.array(labels), np.log(np.array(probabilities)))


def label_quality(seeds):
    return LABEL_QUALITY.frame(module.label_quality(seeds))


def test_self_confidence_by_hand_over_two_trainings():
    one = predictions(["a", "b"], [0, 0, 1], [[0.9, 0.1], [0.6, 0.4], [0.2, 0.8]])
    two = predictions(["a", "b"], [0, 0, 1], [[0.7, 0.3], [0.8, 0.2], [0.4, 0.6]])
    found = label_quality([one, two]).set_index("class")
    assert found["self_confidence"].to_dict() == pytest.approx({"a": 0.75, "b": 0.7})
    assert found["images"].to_dict() == {"a": 2, "b": 1}
    # Each image's likeliest class is its label, so the classes differ in confidence alone.
    assert found["label_quality"].tolist() == [1, 1]
    assert found["rank"].to_dict() == {"a": 2, "b": 1}


def test_a_class_whose_labels_are_spoilt_ranks_worst():
    truth = np.repeat([0, 1, 2, 3], 50)
    probabilities = 0.05 + 0.8 * np.eye(4)[truth]
    labels = truth.copy()
    labels[:20] = 2  # images of class 0 that are labelled as of class 2
    labels[50:55] = 3
    found = label_quality([predictions(["a", "b", "c", "d"], labels, probabilities)])
    assert found["class"].tolist()[:2] == ["c", "d"]
    assert found["rank"].tolist() == [1, 2, 3, 4]
    quality = found.set_index("class")["label_quality"]
    assert quality["c"] == pytest.approx(50 / 70, abs=0.02)
    assert quality["d"] == pytest.approx(50 / 55, abs=0.02)


def test_a_class_without_images_is_left_out():
    shares = [[0.6, 0.3, 0.1], [0.2, 0.5, 0.3], [0.1, 0.8, 0.1]]
    found = label_quality([predictions(["a", "b", "c"], [0, 1, 1], shares)])
    assert set(found["class"]) == {"a", "b"}
    assert found.set_index("class")["self_confidence"]["a"] == pytest.approx(0.6 / 0.9)
