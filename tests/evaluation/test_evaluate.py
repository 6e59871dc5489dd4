"""Metrics of one training by hand."""

import json
import math

import pandas as pd
import pytest

from chrysalis.evaluation.evaluate import evaluate


@pytest.fixture
def record(write_run):
    """Val: one of two right; test: two of three. Classes are called as columns are."""
    classes = ["class", "split", "empty"]
    write_run("m-1", 0, classes, ["class", "split"], ["class", "class"], split="val")
    truth, guesses = ["class", "class", "split"], ["class", "empty", "split"]
    return write_run("m-1", 0, classes, truth, guesses)


def test_by_hand(record):
    found = evaluate(record)
    assert found.metrics["val"]["top1"] == 1 / 2
    assert found.metrics["test"]["top1"] == pytest.approx(2 / 3)
    assert found.metrics["temperature"] == pytest.approx(2 / math.log(2), rel=1e-4)
    assert set(found.metrics["test"]["scaled"]) == {"ece", "nll", "brier"}
    test = found.per_class[found.per_class["split"] == "test"]
    assert test["support"].tolist() == [2, 1, 0]
    assert test["accuracy"].tolist()[:2] == [0.5, 1.0]
    assert found.confusion.columns.tolist() == ["split", "class", "class", "split", "empty"]
    assert found.confusion.iloc[3:, 2:].to_numpy().tolist() == [[1, 0, 1], [0, 1, 0], [0, 0, 0]]
    assert found.reliability.groupby("scaled")["images"].sum().to_dict() == {"no": 3, "yes": 3}


def test_files(record, tmp_path):
    found = evaluate(record)
    found.write(tmp_path / "evaluate")
    assert json.loads((tmp_path / "evaluate/metrics.json").read_text()) == found.metrics
    assert {path.stem for path in (tmp_path / "evaluate").glob("*.csv")} == {
        *("per_class", "confusion", "reliability")
    }
    assert len(pd.read_csv(tmp_path / "evaluate/confusion.csv")) == 6
