"""A traced training is the training, and its tables hold what they say."""

import copy
import functools
import math

import numpy as np
import pandas as pd
import pytest
import torch
from torch import nn

from chrysalis.augment.inputs import to_input
from chrysalis.config.run import RunSettings
from chrysalis.config.settings import AugmentationSettings, TrainingSettings
from chrysalis.dynamics import trace as dynamics
from chrysalis.dynamics.inputs import input_gradients
from chrysalis.dynamics.vgg_study import lipschitz
from chrysalis.engine.checkpoint import Place
from chrysalis.engine.runtime import Runtime
from chrysalis.engine.setup import set_up
from chrysalis.engine.train import train
from chrysalis.engine.trained import shaped
from chrysalis.records.dynamics import EPOCHS, LAYERS, STEPS, TraceRecord

FP32 = Runtime(torch.device("cpu"), "fp32", 1)


def settings(dropout=0.3, **changes):
    usual = {"epochs": 2, "batch_size": 6, "warmup_epochs": 1, "patience": 0}
    return RunSettings(
        model="alexnet_like",
        options={"dropout": dropout},
        image_size=32,
        pack_margin=1,
        crop_pct=1,
        training=TrainingSettings(**usual | changes),
        augmentation=AugmentationSettings(),
    )


@pytest.fixture
def plan(request):
    return settings(loss=getattr(request, "param", "cross_entropy"))


@pytest.fixture(scope="module")
def trace_of(digits_pack, tmp_path_factory):
    """Trains each plan once. Returns the model, its batches and the folder of the tables."""

    @functools.cache
    def make(plan):
        folder = tmp_path_factory.mktemp("trace")
        setup = set_up(RunSettings.model_validate_json(plan), digits_pack(3, 32), FP32)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(dynamics, "LOOKS", 4)
            dynamics.trace(setup).write(folder)
        return setup.model, setup.batches, folder

    return make


@pytest.fixture
def traced(plan, trace_of):
    return trace_of(plan.to_json())


@pytest.mark.parametrize("plan", ["cross_entropy", "center"], indirect=True)
def test_tracing_does_not_change_the_training(traced, plan, digits_pack, tmp_path):
    model, _, folder = traced
    other = set_up(plan, digits_pack(3, 32), FP32)
    progress = train(other, Place(tmp_path / "checkpoint.pt", ""))
    losses = STEPS.read_frame(folder / "steps.csv").groupby("epoch")["loss"].mean()
    assert losses.tolist() == pytest.approx(
        [row["train_loss"] for row in progress.history], rel=1e-6
    )
    if progress.best_epoch == 2:
        for name, value in other.model.state_dict().items():
            assert torch.equal(value, model.state_dict()[name])


def test_the_tables(traced, plan):
    model, batches, folder = traced
    steps = STEPS.read_frame(folder / "steps.csv")
    assert steps["step"].tolist() == list(range(8))
    assert steps["epoch"].tolist() == [1] * 4 + [2] * 4
    looked = steps.dropna()
    assert looked["step"].tolist() == [0, 2, 4, 6]
    assert (looked["loss_low"] <= looked["loss_high"]).all()
    assert (looked["change_low"] <= looked["change_high"]).all()
    measured = ["step_length", "gradient_norm", "smoothness", "difference_mean", "predictiveness"]
    assert (looked[measured] > 0).all(axis=None)
    images, labels = next(batches["val"].in_order(256))
    inputs = to_input(images, 32, 1)
    last = EPOCHS.read_frame(folder / "epochs.csv").iloc[-1]
    found = input_gradients(model, inputs, labels)
    assert last["input_gradient_max"] == pytest.approx(found.max().item(), rel=1e-5)
    assert last["lipschitz"] == pytest.approx(lipschitz(model, inputs), rel=1e-5)
    layers = LAYERS.read_frame(folder / "layers.csv")
    activations = layers[layers["dead"].notna()]
    weights = layers[layers["ratio"].notna()]
    assert len(activations) + len(weights) == len(layers)
    assert activations.groupby("epoch").size().tolist() == [7, 7]
    assert set(weights["epoch"]) == {1, 2}
    assert np.isfinite(weights["ratio"]).all()
    record = TraceRecord.read(folder / "trace.json")
    assert (record.steps, record.epochs, record.diverged) == (8, 2, None)


def test_activations_are_those_before_pooling(traced, plan):
    """By hand: through the layers as registered, noting what each ReLU puts out."""
    model, batches, folder = traced
    plain = shaped(plan, 3)
    plain.load_state_dict(model.state_dict())
    images, _ = next(batches["val"].in_order(256))
    values, means = plain.eval().normalise(to_input(images, 32, 1)), []
    with torch.no_grad():
        for part in [*plain.network.features, plain.network.pool, *plain.network.classifier]:
            for layer in part if isinstance(part, nn.Sequential) else [part]:
                values = layer(values)
                if isinstance(layer, nn.ReLU):
                    means.append(values.mean().item())
    layers = LAYERS.read_frame(folder / "layers.csv")
    last = layers[(layers["epoch"] == 2) & layers["mean"].notna()]
    assert last["mean"].tolist() == pytest.approx(means, rel=1e-4)


@pytest.mark.parametrize("optimizer", ["sgd", "adamw"])
def test_the_step_that_is_looked_along_has_the_length_of_the_optimizers(
    optimizer, digits_pack, monkeypatch
):
    """Of plain SGD it is rate times gradient; of any optimizer how far the weights went."""
    monkeypatch.setattr(dynamics, "LOOKS", 8)
    changes = {"momentum": 0, "weight_decay": 0, "warmup_epochs": 0, "epochs": 1}
    plan = settings(dropout=0, optimizer=optimizer, **changes)
    setup, lengths = set_up(plan, digits_pack(3, 32), FP32), []
    real = dynamics.train_step

    def watched(state, *arguments):
        before = copy.deepcopy(list(state.model.parameters()))
        found = real(state, *arguments)
        moved = [b.detach() - a for a, b in zip(before, state.model.parameters(), strict=True)]
        lengths.append(math.sqrt(sum(m.double().square().sum().item() for m in moved)))
        return found

    monkeypatch.setattr(dynamics, "train_step", watched)
    rows = dynamics.trace(setup).steps
    assert [row.step_length for row in rows] == pytest.approx(lengths, rel=1e-3)
    by_rate = [row.learning_rate * row.gradient_norm for row in rows]
    assert (lengths == pytest.approx(by_rate, rel=1e-3)) == (optimizer == "sgd")


def test_a_training_that_diverges_is_told_and_ends(digits_pack, tmp_path):
    plan = settings(optimizer="sgd", learning_rate=1e30, warmup_epochs=0)
    found = dynamics.trace(set_up(plan, digits_pack(3, 32), FP32))
    found.write(tmp_path)
    record = TraceRecord.read(tmp_path / "trace.json")
    assert record.diverged.epoch == 1
    assert record.diverged.what == "the training loss"
    assert record.diverged.step == record.steps == len(found.steps) < 4
    assert LAYERS.read(tmp_path / "layers.csv") == []
    assert EPOCHS.read(tmp_path / "epochs.csv") == []
    assert pd.read_csv(tmp_path / "steps.csv")["loss"].notna().all()


def test_weights_that_only_the_last_step_spoilt_are_a_divergence_too(digits_pack, monkeypatch):
    real = dynamics.train_step

    def spoiling(state, *arguments):
        found = real(state, *arguments)
        next(state.model.parameters()).data[0] = math.inf
        return found

    monkeypatch.setattr(dynamics, "train_step", spoiling)
    found = dynamics.trace(set_up(settings(epochs=1, batch_size=24), digits_pack(3, 32), FP32))
    assert (found.diverged.what, found.diverged.step) == ("the weights", 0)
