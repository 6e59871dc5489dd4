"""What an experiment tells beside accuracy, from hand-made records."""

import numpy as np
import pytest

from chrysalis.evaluation.metrics import METRICS, metrics_table
from chrysalis.evaluation.training import Training
from chrysalis.records.evaluation import (
    CALIBRATION_ERROR,
    RISK_COVERAGE,
    CalibrationErrorRow,
    RiskCoverageRow,
)
from chrysalis.records.experiment import METRICS as METRICS_TABLE
from chrysalis.records.paths import StudyPaths
from chrysalis.records.training import HISTORY, CostRecord, ExportRecord, HistoryRow, Latency
from tests.runs import experiment_record, run_metrics, run_record

COST = CostRecord(
    multiply_adds=2_500_000,
    latency_ms={
        "1": Latency(median=1.5, least=1, most=2, n=10),
        "64": Latency(median=40, least=30, most=50, n=10),
    },
    device="cpu",
    precision="fp32",
    threads=1,
)
EXPORTED = ExportRecord(
    settings=run_record().settings,
    classes=["a", "b"],
    precision="int8",
    parameters=1_250_000,
    bytes=750_000,
    latency_ms={
        "1": Latency(median=0.4, least=0.3, most=0.5, n=10),
        "64": Latency(median=20, least=10, most=30, n=10),
    },
    threads=1,
    device="cpu",
    versions={},
)


def history(values, seconds=1.0):
    """Epochs with these validation accuracies, of so many seconds each or all."""
    each = seconds if isinstance(seconds, list) else [seconds] * len(values)
    return [
        HistoryRow(epoch, 0.5, 0.5, 0.5, value, 0.001, time, 100.0, value)
        for epoch, (value, time) in enumerate(zip(values, each, strict=True), start=1)
    ]


@pytest.fixture
def paths(tmp_path):
    """Two seeds of one run, the second worse by hand."""
    made = StudyPaths(tmp_path)
    for seed in range(2):
        place = made.training("m-12345678", seed)
        run_record(parameters=1_250_000, train_top1=0.99 - seed / 100).write(place.record)
        macro = {"precision_macro": 0.85, "recall_macro": 0.875, "f1_macro": 0.86}
        test = {
            **macro,
            "top1": 0.875,
            "ece": 0.04,
            "nll": 0.3,
            "brier": 0.15,
            "scaled": {"ece": 0.02},
        }
        run_metrics({"top1": 0.9}, test).write(place.metrics)
        error = CalibrationErrorRow("no", 15, 0.04, 0.03, 0.015, 0, 0.05)
        CALIBRATION_ERROR.write([error], place.calibration_error)
        risks = [RiskCoverageRow(0.5, 0.0, 0.0), RiskCoverageRow(1.0, 0.125, 0.0125)]
        RISK_COVERAGE.write(risks, place.risk_coverage)
        place.weights.write_bytes(b"\0" * 2_500_000)
        EXPORTED.write(place.folder / "export/int8/run.json")
        HISTORY.write(history([0.2, 0.792, 0.8, 0.7], [9.0, 2.0, 3.0, 4.0]), place.history)
    COST.write(made.training("m-12345678", 0).cost)
    return made


def test_each_metric_by_hand(paths):
    training = Training(paths.training("m-12345678", 0), "export/int8")
    found = {name: metric.values([[training]])[0][0] for name, metric in METRICS.items()}
    assert found == pytest.approx(
        {
            **{
                "train_images": 70,
                "val_top1": 90,
                "train_top1": 99,
                "gap": 11.5,
                **{"precision_macro": 85, "recall_macro": 87.5, "f1_macro": 86},
                "optimism": 0,
                "ece": 4,
                "ece_scaled": 2,
                "ece_debiased": 1.5,
            },
            **{"nll": 0.3, "brier": 0.15, "aurc": 1.25, "converged": 2, "epoch_seconds": 2},
            "val_swing": 0,
            **{"peak_memory": 512.5, "parameters": 1.25, "weights_mb": 2.5},
            **{"training_minutes": 1.5, "multiply_adds": 2.5, "latency_1": 1.5, "latency_64": 40},
            **{"exported_mb": 0.75, "exported_latency_1": 0.4, "exported_latency_64": 20},
        }
    )


def test_a_row_for_each_arm_and_metric(paths):
    record = experiment_record(
        [("m", arm, "m-12345678") for arm in "ab"], "a", metrics=["gap", "nll"]
    )
    table = metrics_table(record, paths, [0, 1])
    assert [(row.arm, row.metric) for row in table] == [
        *(("a", "gap"), ("a", "nll"), ("b", "gap"), ("b", "nll"))
    ]
    gap = table[0]
    assert (gap.mean, gap.sd) == pytest.approx((11, np.std([11.5, 10.5], ddof=1)))
    assert gap.values == pytest.approx((11.5, 10.5))
    assert all(np.isnan(row.sd) for row in metrics_table(record, paths, [0]))


def test_no_metrics_make_an_empty_table_with_its_columns(paths, tmp_path):
    assert metrics_table(experiment_record([("m", "a", "m-12345678")], "a"), paths, [0]) == []
    METRICS_TABLE.write([], tmp_path / "metrics.csv")
    assert "metric" in (tmp_path / "metrics.csv").read_text()
    assert METRICS_TABLE.read(tmp_path / "metrics.csv") == []


def test_arms_converge_at_one_accuracy(paths):
    for run, values in {"m-11111111": [0.8, 0.9], "m-22222222": [0.5, 0.6]}.items():
        place = paths.training(run, 0)
        run_record(classes=list("abcdefghij")).write(place.record)
        HISTORY.write(history(values), place.history)
    arms = [("m", "fast", "m-11111111"), ("m", "slow", "m-22222222")]
    fast, slow = metrics_table(experiment_record(arms, "fast", metrics=["converged"]), paths, [0])
    assert (fast.values, slow.values) == ((1,), (2,))
    HISTORY.write(history([0.1, 0.1]), paths.training("m-22222222", 0).history)
    fast, slow = metrics_table(experiment_record(arms, "fast", metrics=["converged"]), paths, [0])
    assert (fast.values, slow.values) == ((2,), (np.inf,))


def test_an_arm_that_does_not_always_converge_has_no_spread(paths):
    HISTORY.write(history([0.1]), paths.training("m-12345678", 1).history)
    record = experiment_record([("m", "a", "m-12345678")], "a", metrics=["converged"])
    (row,) = metrics_table(record, paths, [0, 1])
    assert (row.mean, np.isnan(row.sd)) == (np.inf, True)
    METRICS_TABLE.write([row], paths.results / "metrics.csv")
    assert METRICS_TABLE.read(paths.results / "metrics.csv")[0].values == row.values


def test_a_training_that_diverged_in_its_first_epoch_converges_at_none(paths):
    for run, values in {"m-11111111": [0.8, 0.9], "m-22222222": []}.items():
        place = paths.training(run, 0)
        run_record(classes=list("abcdefghij")).write(place.record)
        HISTORY.write(history(values), place.history)
    arms = [("m", "fast", "m-11111111"), ("m", "none", "m-22222222")]
    fast, none = metrics_table(experiment_record(arms, "fast", metrics=["converged"]), paths, [0])
    assert (fast.values, none.values) == ((2,), (np.inf,))
