"""What an experiment tells beside accuracy, from hand-made records."""

import json
from typing import get_args

import numpy as np
import pandas as pd
import pytest

from chrysalis.config.metrics import COSTS, EXPORTS, MetricName
from chrysalis.evaluation.metrics import METRICS, Training, converged_at, metrics_table

COST = {
    "multiply_adds": 2_500_000,
    "latency_ms": {"1": {"median": 1.5}, "64": {"median": 40.0}},
}
RECORD = {
    "images": {"train": 70},
    "train_top1": 0.99,
    "training_seconds": 90,
    "peak_memory_mb": 512.5,
    "parameters": 1_250_000,
}
OF_SPLITS = {
    "val": {"top1": 0.9},
    "test": {
        **{"top1": 0.875, "ece": 0.04, "nll": 0.3, "brier": 0.15},
        "scaled": {"ece": 0.02},
    },
}

EXPORTED = {"bytes": 750_000, "latency_ms": {"1": {"median": 0.4}, "64": {"median": 20.0}}}


@pytest.fixture
def runs(tmp_path):
    """Two seeds of one run, the second worse by hand."""
    for seed in range(2):
        run = tmp_path / "m-12345678" / f"seed{seed}"
        (run / "train").mkdir(parents=True)
        (run / "evaluate").mkdir()
        (run / "train/run.json").write_text(json.dumps(RECORD | {"train_top1": 0.99 - seed / 100}))
        (run / "evaluate/metrics.json").write_text(json.dumps(OF_SPLITS))
        (run / "train/model.safetensors").write_bytes(b"\0" * 2_500_000)
        (run / "export/int8").mkdir(parents=True)
        (run / "export/int8/run.json").write_text(json.dumps(EXPORTED))
        pd.DataFrame(
            {"epoch": [1, 2, 3, 4], "val_top1": [0.2, 0.792, 0.8, 0.7], "seconds": [9, 2, 3, 4]}
        ).to_csv(run / "train/history.csv", index=False)
    (tmp_path / "m-12345678/cost").mkdir()
    (tmp_path / "m-12345678/cost/cost.json").write_text(json.dumps(COST))
    return tmp_path


def test_each_measure_by_hand(runs):
    training = Training(runs / "m-12345678/seed0", "export/int8")
    found = {name: metric.of(training) for name, metric in METRICS.items()}
    assert found == pytest.approx(
        {
            **{
                "train_images": 70,
                "val_top1": 90,
                "train_top1": 99,
                "gap": 11.5,
                "ece": 4,
                "ece_scaled": 2,
            },
            **{"nll": 0.3, "brier": 0.15, "converged": 2, "epoch_seconds": 2},
            **{"peak_memory": 512.5, "parameters": 1.25, "weights_mb": 2.5},
            **{"training_minutes": 1.5, "multiply_adds": 2.5, "latency_1": 1.5, "latency_64": 40},
            **{"exported_mb": 0.75, "exported_latency_1": 0.4, "exported_latency_64": 20},
        }
    )


def test_a_row_for_each_cell_and_measure(runs):
    experiment = {
        "cells": [
            {"model": "m", "arm": arm, "run": "m-12345678", "stage": "train"} for arm in "ab"
        ],
        "metrics": ["gap", "nll"],
    }
    table = metrics_table(experiment, runs, [0, 1])
    assert table[["arm", "metric"]].to_numpy().tolist() == [
        *(["a", "gap"], ["a", "nll"], ["b", "gap"], ["b", "nll"])
    ]
    gap = table.iloc[0]
    assert (gap["mean"], gap["sd"]) == pytest.approx((11, np.std([11.5, 10.5], ddof=1)))
    assert gap["values"] == "11.5;10.5"
    assert np.isnan(metrics_table(experiment, runs, [0])["sd"]).all()


def test_no_measures_make_an_empty_table_with_its_columns(runs):
    table = metrics_table({"cells": [], "metrics": []}, runs, [0])
    assert len(table) == 0
    assert "metric" in table


@pytest.mark.parametrize(
    ("values", "epoch"), [([0.1, 0.5, 0.99, 1.0], 3), ([1.0, 1.0], 1), ([0, 0, 0], 1)]
)
def test_convergence_is_within_one_percent_of_the_best(values, epoch):
    history = pd.DataFrame({"epoch": range(1, len(values) + 1), "val_top1": values})
    assert converged_at(history) == epoch


def test_an_experiment_may_name_any_measure():
    assert get_args(MetricName) == tuple(METRICS)


@pytest.mark.parametrize(
    ("file", "named"), [("cost/cost.json", COSTS), ("seed0/export/int8/run.json", EXPORTS)]
)
def test_those_that_need_another_rule_are_named(runs, file, named):
    (runs / "m-12345678" / file).unlink()
    failing = set()
    for name, metric in METRICS.items():
        try:
            metric.of(Training(runs / "m-12345678/seed0", "export/int8"))
        except FileNotFoundError:
            failing.add(name)
    assert failing == named
