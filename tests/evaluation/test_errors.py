"""Every wrong answer is listed once, with what is known of its image."""

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import confusion_matrix

from chrysalis.evaluation.errors import confusions, error_images, errors_of, judged
from chrysalis.records.audit import LabelRow, LeakRow
from chrysalis.records.predictions import Predictions

CLASSES = ["<a>", 'b"', "c;d"]


@st.composite
def of_seeds(draw):
    """Predictions of up to three trainings, each with a test split of its own."""
    made = {}
    for seed in range(draw(st.integers(1, 3))):
        rng = np.random.default_rng(draw(st.integers(0, 999)))
        n = draw(st.integers(0, 12))
        paths = np.array([f"{place}.jpg" for place in sorted(rng.permutation(15)[:n])], object)
        labels = np.array([int(path.split(".")[0]) % 3 for path in paths], int)
        made[seed] = Predictions(CLASSES, paths, labels, rng.normal(size=(n, 3)))
    return made


@given(of_seeds())
def test_each_wrong_answer_is_listed_once(seeds):
    found = errors_of("net", seeds)
    expected = Counter(
        (seed, path, CLASSES[label], CLASSES[answer])
        for seed, own in seeds.items()
        for path, label, answer in zip(own.paths, own.labels, own.logits.argmax(1), strict=True)
        if label != answer
    )
    assert Counter((e.seed, e.path, e.class_, e.predicted) for e in found) == expected
    for error in found:
        own = seeds[error.seed]
        logits = own.logits[own.paths == error.path][0]
        share = np.exp(logits - logits.max())
        assert error.confidence == pytest.approx((share / share.sum()).max(), abs=1e-4)


@given(of_seeds())
def test_the_images_hold_all_errors_once(seeds):
    errors, asked = errors_of("net", seeds), judged(seeds)
    rows = error_images(errors, asked, [], [])
    assert {row.path: row.wrong for row in rows} == Counter(error.path for error in errors)
    for row in rows:
        assert row.judged == sum(row.path in own.paths for own in seeds.values()) >= row.wrong
        own = Counter(error.predicted for error in errors if error.path == row.path)
        assert own[row.predicted] == max(own.values())
    shares = [row.wrong / row.judged for row in rows]
    assert shares == sorted(shares, reverse=True)


@given(of_seeds())
def test_confusions_are_those_of_scikit_learn(seeds):
    labels = np.concatenate([own.labels for own in seeds.values()])
    answers = np.concatenate([own.logits.argmax(1) for own in seeds.values()])
    counts = confusion_matrix(labels, answers, labels=range(3)) if len(labels) else np.zeros((3, 3))
    rows = confusions("net", seeds, errors_of("net", seeds))
    found = {(row.class_, row.predicted): (row.errors, row.answers) for row in rows}
    assert found == {
        (CLASSES[i], CLASSES[j]): (counts[i, j], counts[i].sum())
        for i in range(3)
        for j in range(3)
        if i != j and counts[i, j]
    }


def test_doubt_and_twin_stand_with_their_image():
    wrong = Predictions(
        CLASSES, np.array(["x", "y"], object), np.array([0, 0]), np.array([[0, 3, 0], [0, 1, 0.0]])
    )
    doubt = LabelRow("x", "<a>", "test", "c;d", 0.02, 0.9, "")
    leak = LeakRow("y", "<a>", "z", "train", 'b"', 0.97)
    one, other = error_images(errors_of("net", {0: wrong}), judged({0: wrong}), [doubt], [leak])
    assert (one.path, one.suggested, one.label_confidence, one.twin) == ("x", "c;d", 0.02, "")
    assert (other.path, other.suggested, other.twin) == ("y", "", "z")
    assert (other.twin_split, other.twin_class) == ("train", 'b"')
    assert np.isnan(other.label_confidence)
