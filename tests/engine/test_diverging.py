"""Trainings whose loss or weights are no numbers any more."""

import pytest
import torch
from safetensors.torch import load_file

from chrysalis.config.settings import TrainingSettings
from chrysalis.engine import run as run_module
from chrysalis.engine import train as train_module
from chrysalis.engine.run import Context, execute
from chrysalis.engine.setup import set_up
from chrysalis.errors import UserError
from chrysalis.records.training import HISTORY
from tests.engine.loop import FP32
from tests.engine.small_run import predictions_of, record_of, settings


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_outputs_that_are_not_finite_leave_no_record(tmp_path, digits_pack, monkeypatch, value):
    """The loss of training may be finite while the weights that come of it answer nonsense."""
    real = run_module.predict

    def spoilt(*arguments):
        for part in real(*arguments):
            part[0, 0] = value
            yield part

    monkeypatch.setattr(run_module, "predict", spoilt)
    output = tmp_path / "train"
    context = Context(tmp_path / "c.pt", "c0de", "da7a")
    with pytest.raises(UserError, match="outputs for val are not finite"):
        execute(settings(), digits_pack(3, 24), FP32, output, context)
    assert not list(output.glob("predictions*"))
    assert not (output / "run.json").exists()


def training(**changes):
    usual = {"epochs": 2, "batch_size": 8, "warmup_epochs": 0}
    return settings(training=TrainingSettings(**usual | changes))


def test_a_training_that_diverges_at_once_leaves_a_record_of_the_weights_it_started_from(
    run, pack, caplog
):
    plan = training(optimizer="sgd", learning_rate=1e30)
    folder = run(plan, pack)
    found = record_of(folder)
    assert (found["diverged_at"], found["epochs_run"], found["best_epoch"]) == (1, 0, 0)
    assert not found["stopped_early"]
    assert 0 <= found["best_val_top1"] <= 1
    assert HISTORY.read(folder / "history.csv") == []
    assert len(predictions_of(folder)) == 24
    start = set_up(plan, pack, FP32).model.state_dict()
    kept = load_file(folder / "model.safetensors")
    assert all(torch.equal(kept[name], value) for name, value in start.items())
    assert "diverged: the training loss is nan in epoch 1" in caplog.text


def test_a_training_that_diverges_later_keeps_its_best_weights(tmp_path, pack, monkeypatch):
    real = train_module.train_epoch

    def spoilt(state, inputs, rates, *others):
        row, seen = real(state, inputs, rates, *others)
        if spoilt.left == 0:
            row["train_loss"] = float("nan")
        spoilt.left -= 1
        return row, seen

    spoilt.left = 1
    monkeypatch.setattr(train_module, "train_epoch", spoilt)
    context = Context(tmp_path / "c.pt", "c0de", "da7a")
    execute(training(epochs=3), pack, FP32, tmp_path / "train", context)
    found = record_of(tmp_path / "train")
    assert (found["diverged_at"], found["epochs_run"], found["best_epoch"]) == (2, 1, 1)
    assert len(HISTORY.read(tmp_path / "train/history.csv")) == 1
