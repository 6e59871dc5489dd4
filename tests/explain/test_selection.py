"""The gallery's choice: even over classes, random by seed, blind to confidence."""

from collections import Counter

import numpy as np
import pandas as pd
import pytest

from chrysalis.explain.selection import select_examples

CLASSES = ["ant", "bee", "<cat>"]
COLUMNS = ["row", "path", "label", "predicted", "class", "predicted_class", "confidence", "correct"]


def predictions(pairs, split="test", first_row=100):
    """One row for each (label, predicted) pair, with logits that differ from row to row."""
    rows = []
    for number, (label, predicted) in enumerate(pairs, start=first_row):
        logits = {f"logit_{k}": 2 + number / 1000 if k == predicted else 0.0 for k in range(3)}
        rows.append(
            {"split": split, "row": number, "path": f"{number}.png", "label": label, **logits}
        )
    return pd.DataFrame(rows)


def test_columns_and_values():
    frame = predictions([(0, 0), (2, 1)])
    chosen = select_examples(frame, CLASSES)
    assert list(chosen.columns) == COLUMNS
    confidence = [np.exp(2 + k / 1000) / (np.exp(2 + k / 1000) + 2) for k in (100, 101)]
    expected = [
        (100, "100.png", 0, 0, "ant", "ant", pytest.approx(confidence[0]), True),
        (101, "101.png", 2, 1, "<cat>", "bee", pytest.approx(confidence[1]), False),
    ]
    assert [tuple(row) for row in chosen.itertuples(index=False)] == expected


def test_classes_take_turns():
    right = predictions([(0, 0)] * 50 + [(1, 1)] * 2 + [(2, 2)] * 9)
    wrong = predictions([(2, 1)] * 30 + [(0, 1)] * 4, first_row=500)
    chosen = select_examples(pd.concat([right, wrong]), CLASSES, right=8, wrong=5)
    right, wrong = chosen[chosen["correct"]], chosen[~chosen["correct"]]
    assert Counter(right["label"]) == {0: 3, 1: 2, 2: 3}
    assert sorted(Counter(wrong["label"]).values()) == [2, 3]
    assert chosen["correct"].tolist() == [True] * 8 + [False] * 5
    for group in (right, wrong):
        assert group[["label", "row"]].apply(tuple, axis=1).is_monotonic_increasing
        assert group["row"].is_unique


def test_fewer_available_means_fewer_returned():
    frame = predictions([(0, 0), (0, 0), (1, 0)])
    assert select_examples(frame, CLASSES)["row"].tolist() == [100, 101, 102]
    none_wrong = select_examples(frame[:2], CLASSES)
    assert none_wrong["correct"].tolist() == [True, True]
    empty = select_examples(frame[:0], CLASSES)
    assert list(empty.columns) == COLUMNS
    assert empty.empty


def test_only_the_test_split_is_looked_at():
    frame = pd.concat([predictions([(0, 0)] * 5, "val", 0), predictions([(1, 1), (0, 2)])])
    assert select_examples(frame, CLASSES)["row"].tolist() == [100, 101]


def test_depends_on_the_seed_and_not_on_the_order_of_rows():
    frame = predictions([(0, 0)] * 40 + [(1, 2)] * 40)
    shuffled = frame.sample(frac=1, random_state=3)
    first = select_examples(frame, CLASSES, seed=5)
    pd.testing.assert_frame_equal(first, select_examples(shuffled, CLASSES, seed=5))
    assert first["row"].tolist() != select_examples(frame, CLASSES, seed=6)["row"].tolist()


def test_every_row_of_a_class_and_every_class_is_as_likely():
    # Class 1 has three times the images of class 0, yet each is drawn half of the time.
    frame = predictions([(0, 0)] * 3 + [(1, 1)] * 9)
    seeds = range(300)
    drawn = Counter(
        select_examples(frame, CLASSES, right=1, seed=seed)["row"].item() for seed in seeds
    )
    of_class_0 = [drawn[row] for row in range(100, 103)]
    of_class_1 = [drawn[row] for row in range(103, 112)]
    assert sum(of_class_0) == pytest.approx(150, abs=35)  # 4 standard deviations, as below
    assert of_class_0 == pytest.approx([50] * 3, abs=26)
    assert of_class_1 == pytest.approx([150 / 9] * 9, abs=16)
