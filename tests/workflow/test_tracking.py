"""A study's trainings in each tracker, read back by the tracker's own tools."""

import importlib.util
import math
from dataclasses import replace

import pytest

from chrysalis.errors import UserError
from chrysalis.records.paths import StudyPaths
from chrysalis.records.study import StudyRecord
from chrysalis.records.training import HISTORY, RunMetrics, RunRecord
from chrysalis.workflow import tracking
from chrysalis.workflow.tracking import Tracked, measures, write
from tests.report.made.results import make_results


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    return StudyPaths(make_results(tmp_path_factory.mktemp("results")))


@pytest.fixture(scope="module")
def trainings(study):
    runs = StudyRecord.read(study.study).runs[:2]
    return [Tracked.read(f"{run}/seed1", study.training(run, 1)) for run in runs]


def test_a_training_as_its_record_has_it(study, trainings):
    run = StudyRecord.read(study.study).runs[0]
    paths, found = study.training(run, 1), trainings[0]
    record = RunRecord.read(paths.record)
    assert found.name == f"{run}/seed1"
    assert found.settings["training.learning_rate"] == record.settings.training.learning_rate
    assert found.settings["model"] == record.settings.model
    assert [measures(row) for row in found.epochs] == [
        measures(row) for row in HISTORY.read(paths.history)
    ]
    assert found.results["test/top1"] == RunMetrics.read(paths.metrics).test.top1
    assert found.results["best_epoch"] == record.best_epoch


def test_tensorboard_reads_what_was_written(trainings, tmp_path):
    pytest.importorskip("tensorboard")
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    write("tensorboard", "butterflies", trainings, tmp_path)
    for training in trainings:
        read = EventAccumulator(str(tmp_path / training.name))
        read.Reload()
        for name in measures(training.epochs[0]):
            expected = [(row.epoch, pytest.approx(measures(row)[name])) for row in training.epochs]
            assert [(event.step, event.value) for event in read.Scalars(name)] == expected
        for name, value in training.results.items():
            assert read.Scalars(name)[-1].value == pytest.approx(value)
    assert {path.parent for path in tmp_path.rglob("events.out.*")} == {
        tmp_path / training.name for training in trainings
    }


def test_mlflow_reads_what_was_written(trainings, tmp_path):
    mlflow = pytest.importorskip("mlflow")
    write("mlflow", "butterflies", trainings, tmp_path)
    client = mlflow.MlflowClient(f"sqlite:///{tmp_path / 'mlflow.db'}")
    experiment = client.get_experiment_by_name("butterflies")
    found = {run.info.run_name: run for run in client.search_runs([experiment.experiment_id])}
    assert set(found) == {training.name for training in trainings}
    for training in trainings:
        run = found[training.name]
        assert run.data.params == {key: str(value) for key, value in training.settings.items()}
        history = client.get_metric_history(run.info.run_id, "loss/val")
        assert [(m.step, m.value) for m in history] == [
            (row.epoch, row.val_loss) for row in training.epochs
        ]
        assert run.data.metrics["test/top1"] == training.results["test/top1"]


def test_wandb_writes_a_run_for_each_training_and_stays_offline(trainings, tmp_path):
    pytest.importorskip("wandb")
    write("wandb", "butterflies", trainings, tmp_path)
    folders = list((tmp_path / "wandb").glob("offline-run-*"))
    assert len(folders) == len(trainings)
    stored = [path.read_bytes() for folder in folders for path in folder.glob("run-*.wandb")]
    for training in trainings:
        assert any(training.name.encode() in content for content in stored)


@pytest.mark.parametrize("tracker", tracking.WRITERS)
def test_a_missing_package_is_named_with_how_to_get_it(tracker, monkeypatch, tmp_path):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    message = rf"tracking: {tracker} needs the package {tracker}.*pip install {tracker}"
    with pytest.raises(UserError, match=message):
        tracking.require(tracker)
    with pytest.raises(UserError, match=message):
        write(tracker, "butterflies", [], tmp_path / "folder")
    assert not (tmp_path / "folder").exists()


def test_no_tracker_needs_nothing(monkeypatch):
    asked = []
    monkeypatch.setattr(importlib.util, "find_spec", asked.append)
    tracking.require("none")
    assert asked == []


def test_what_is_not_known_does_not_break_a_tracker(trainings, tmp_path):
    pytest.importorskip("tensorboard")
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    rows = [replace(row, val_loss=math.nan) for row in trainings[0].epochs]
    write("tensorboard", "butterflies", [replace(trainings[0], epochs=rows)], tmp_path)
    read = EventAccumulator(str(tmp_path / trainings[0].name))
    read.Reload()
    assert [event.step for event in read.Scalars("loss/val")] == [row.epoch for row in rows]
    assert all(math.isnan(event.value) for event in read.Scalars("loss/val"))
