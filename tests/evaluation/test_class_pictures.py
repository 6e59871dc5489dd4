"""The pictures of a class are those that the rule says."""

from collections import Counter

import numpy as np
import pandas as pd
import pytest

from chrysalis.evaluation.class_pictures import EXAMPLES, MOST, class_accuracy, class_pictures
from chrysalis.records.audit import LabelRow
from chrysalis.records.evaluation import PerClassRow
from chrysalis.records.pictures import ErrorRow

NAMES = ("a", "b")
SPLIT = pd.DataFrame(
    [
        (f"{name}/{part}{n}", name, label, part)
        for label, name in enumerate(NAMES)
        for part, count in (("train", 9 if name == "a" else 3), ("test", 20))
        for n in range(count)
    ],
    columns=["path", "class", "label", "split"],
)
ERRORS = [
    ErrorRow("net", seed, f"a/test{n}", "a", "b", 0.8)
    for n in range(15)
    for seed in range(n % 3 + 1)
]
ASKED = Counter({path: 3 for path in SPLIT["path"]})
DOUBTS = [LabelRow("a/train1", "a", "train", "b", 0.1, 0.8, "")]


@pytest.fixture(scope="module")
def rows():
    return class_pictures(SPLIT, ERRORS, ASKED, DOUBTS)


def of(rows, label, kind):
    return [row for row in rows if (row.label, row.kind) == (label, kind)]


def test_examples_are_training_images_of_the_class(rows):
    for label, (name, count) in enumerate(zip(NAMES, (EXAMPLES, 3), strict=True)):
        paths = [row.path for row in of(rows, label, "example")]
        assert len(set(paths)) == len(paths) == count
        assert all(path.startswith(f"{name}/train") for path in paths)
    assert rows == class_pictures(SPLIT, ERRORS, ASKED, DOUBTS)


def test_what_most_trainings_miss_comes_first(rows):
    missed, taken = of(rows, 0, "missed"), of(rows, 1, "taken")
    assert len(missed) == len(taken) == MOST
    assert [row.wrong for row in missed] == [3] * 5 + [2] * 5 + [1] * 2
    assert [(row.path, row.wrong) for row in missed] == [(row.path, row.wrong) for row in taken]
    assert {row.other for row in missed} == {"b"} and {row.other for row in taken} == {"a"}
    assert {row.judged for row in missed} == {3}
    assert of(rows, 1, "missed") == of(rows, 0, "taken") == []


def test_a_doubtful_label_is_on_the_pages_of_both_classes(rows):
    (own,), (other,) = of(rows, 0, "doubtful"), of(rows, 1, "suggested")
    assert (own.path, own.other) == ("a/train1", "b")
    assert (other.path, other.other) == ("a/train1", "a")
    assert of(rows, 1, "doubtful") == of(rows, 0, "suggested") == []


def test_accuracy_is_the_mean_over_the_seeds():
    seeds = [
        [PerClassRow("val", "a", 9, 0.1), PerClassRow("test", "a", 4, share)]
        for share in (0.5, 0.75)
    ]
    known, unknown = class_accuracy("net", seeds, ["a", "b"])
    assert (known.images, known.seeds, known.mean) == (4, 2, 0.625)
    assert known.sd == pytest.approx(np.std([0.5, 0.75], ddof=1), abs=1e-6)
    assert (unknown.images, unknown.seeds) == (0, 0)
    assert np.isnan(unknown.mean)
