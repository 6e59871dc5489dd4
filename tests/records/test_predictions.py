"""Predictions read back, and restricted to some classes, by hand."""

import numpy as np
import pandas as pd
import pytest

from chrysalis.errors import UserError
from chrysalis.records.predictions import Predictions, read


@pytest.fixture
def predictions():
    """Four images of a, b, c, a; the second a is taken for c."""
    return Predictions(
        ["a", "b", "c"],
        np.array(["0", "1", "2", "3"]),
        np.array([0, 1, 2, 0]),
        np.array([[5.0, 1, 2], [0, 4, 1], [0, 1, 2], [3, 1, 7]]),
    )


def test_correct_is_the_largest_logit(predictions):
    assert predictions.correct.tolist() == [True, True, True, False]


def test_keep_masks_the_other_classes_out(predictions):
    kept = predictions.keep(["a", "b"])
    assert kept.classes == ["a", "b"]
    assert kept.paths.tolist() == ["0", "1", "3"]
    assert kept.labels.tolist() == [0, 1, 0]
    assert kept.logits.tolist() == [[5, 1], [0, 4], [3, 1]]
    assert kept.correct.tolist() == [True, True, True]


def test_keep_renumbers_in_the_order_asked_for(predictions):
    kept = predictions.keep(["c", "a"])
    assert kept.labels.tolist() == [1, 0, 1]
    assert kept.logits.tolist() == [[2, 5], [2, 0], [7, 3]]
    assert kept.correct.tolist() == [True, True, False]


def test_only_images_of_leaves_the_logits_alone(predictions):
    some = predictions.only_images_of(["a", "b"])
    assert some.classes == ["a", "b", "c"]
    assert some.paths.tolist() == ["0", "1", "3"]
    assert some.labels.tolist() == [0, 1, 0]
    assert some.logits.tolist() == [[5, 1, 2], [0, 4, 1], [3, 1, 7]]
    assert some.correct.tolist() == [True, True, False]


def test_read_gives_one_split(write_run):
    write_run("run", 0, ["x", "NA"], ["x"], ["NA"], split="val", paths=["v.png"])
    folder = write_run("run", 0, ["x", "NA"], ["NA", "x"], ["NA", "NA"], paths=["s.png", "t.png"])
    found = read(folder, "test")
    assert found.classes == ["x", "NA"]
    assert found.paths.tolist() == ["s.png", "t.png"]
    assert found.labels.tolist() == [1, 0]
    assert found.logits.tolist() == [[0, 2], [0, 2]]
    assert read(folder, "val").paths.tolist() == ["v.png"]


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_outputs_that_are_not_finite_are_no_result(write_run, value):
    folder = write_run("mynet-1a2b3c4d", 3, ["x", "y"], ["x", "y"], ["x", "y"])
    path = folder / "predictions.parquet"
    table = pd.read_parquet(path)
    table.loc[1, "logit_0"] = value
    table.to_parquet(path, index=False)
    with pytest.raises(UserError, match="not finite for 1 of 2 images of test") as error:
        read(folder, "test")
    assert "mynet-1a2b3c4d/seed3" in str(error.value)


def test_damaged_files_are_named(write_run):
    folder = write_run("run", 0, ["x", "y"], ["x", "y"], ["x", "y"])
    whole = (folder / "predictions.parquet").read_bytes()
    (folder / "predictions.parquet").write_bytes(whole[:100])
    with pytest.raises(UserError, match=r"predictions\.parquet: damaged"):
        read(folder, "test")
    (folder / "predictions.parquet").write_bytes(whole)
    (folder / "run.json").write_text("{")
    with pytest.raises(UserError, match=r"run\.json: damaged"):
        read(folder, "test")
    with pytest.raises(UserError, match=r"run\.json: there is no such file"):
        read(folder, "test")
