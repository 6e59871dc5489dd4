"""Which images a training takes: classes, and shares of the splits."""

import numpy as np
import pandas as pd

from chrysalis.data.packed import Packed
from chrysalis.engine.setup import Split, select, share_of


def test_select_keeps_every_row_of_the_kept_classes(pack):
    classes, splits = select(pack, ("d1",))
    assert classes == ["d0", "d2"]
    for name, part in splits.items():
        chosen = pack.index.iloc[part.rows]
        expected = pack.index[(pack.index["split"] == name) & (pack.index["class"] != "d1")]
        assert chosen["path"].tolist() == expected["path"].tolist()
        assert [classes[label] for label in part.labels] == chosen["class"].tolist()


def test_select_orders_classes_by_label_and_not_by_name():
    index = pd.DataFrame(
        {"class": ["b", "10", "9", "b"], "label": [2, 1, 0, 2], "split": ["train"] * 3 + ["val"]}
    )
    classes, splits = select(Packed(np.zeros((4, 8, 8, 3), np.uint8), index), ())
    assert classes == ["9", "10", "b"]
    assert splits["train"].labels.tolist() == [2, 1, 0]
    assert splits["val"].rows.tolist() == [3]
    assert splits["test"].rows.tolist() == []


def test_a_share_of_the_training_images_takes_as_much_of_each_class():
    labels = np.repeat([0, 1, 2], [10, 5, 1])
    split = Split(np.arange(100, 116), labels)
    third, half = share_of(split, 1 / 3, 4), share_of(split, 0.5, 4)
    assert np.bincount(third.labels).tolist() == [4, 2, 1]
    assert np.bincount(half.labels).tolist() == [5, 3, 1]
    assert set(third.rows) <= set(half.rows)
    assert (labels[third.rows - 100] == third.labels).all()
    assert sorted(third.rows) == third.rows.tolist()
    assert share_of(split, 1, 4) is split
    assert not np.array_equal(third.rows, share_of(split, 1 / 3, 5).rows)
