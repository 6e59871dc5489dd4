"""A traced training is the training, and its tables hold what they say."""

import numpy as np
import pytest
import torch

from chrysalis.augment.inputs import to_input
from chrysalis.config.run import RunSettings
from chrysalis.config.settings import AugmentationSettings, TrainingSettings
from chrysalis.dynamics import trace as dynamics
from chrysalis.dynamics.inputs import input_gradients
from chrysalis.engine.checkpoint import Place
from chrysalis.engine.runtime import Runtime
from chrysalis.engine.setup import set_up
from chrysalis.engine.train import train

torch.set_num_threads(1)
FP32 = Runtime(torch.device("cpu"), "fp32", 1)


@pytest.fixture(params=["cross_entropy", "center"])
def plan(request):
    return RunSettings(
        model="vgg_a_bn",
        image_size=32,
        pack_margin=1,
        crop_pct=1,
        training=TrainingSettings(
            epochs=2, batch_size=6, loss=request.param, warmup_epochs=1, patience=0
        ),
        augmentation=AugmentationSettings(),
    )


@pytest.fixture
def traced(plan, digits_pack, monkeypatch):
    monkeypatch.setattr(dynamics, "LOOKS", 4)
    setup = set_up(plan, digits_pack(3, 32), FP32)
    return setup.model, setup.batches, dynamics.trace(setup)


def test_tracing_does_not_change_the_training(traced, plan, digits_pack, tmp_path):
    model, _, tables = traced
    other = set_up(plan, digits_pack(3, 32), FP32)
    progress = train(other, Place(tmp_path / "checkpoint.pt", ""))
    losses = tables["steps"].groupby("epoch")["loss"].mean()
    assert losses.tolist() == pytest.approx(
        [row["train_loss"] for row in progress.history], rel=1e-6
    )
    if progress.best_epoch == 2:
        for name, value in other.model.state_dict().items():
            assert torch.equal(value, model.state_dict()[name])


def test_the_tables(traced, plan):
    model, batches, tables = traced
    steps = tables["steps"]
    assert steps["step"].tolist() == list(range(8))
    assert steps["epoch"].tolist() == [1] * 4 + [2] * 4
    looked = steps.dropna()
    assert looked["step"].tolist() == [0, 2, 4, 6]
    assert (looked["loss_low"] <= looked["loss_high"]).all()
    assert (looked["distance_low"] <= looked["distance_high"]).all()
    assert (looked[["gradient_norm", "smoothness"]] > 0).all(axis=None)
    images, labels = next(batches["val"].in_order(256))
    found = input_gradients(model, to_input(images, 32, 1), labels)
    last = tables["epochs"].iloc[-1]
    assert last["input_gradient_max"] == pytest.approx(found.max().item(), rel=1e-5)
    layers = tables["layers"]
    activations = layers[layers["dead"].notna()]
    weights = layers[layers["ratio"].notna()]
    assert len(activations) + len(weights) == len(layers)
    assert activations.groupby("epoch").size().nunique() == 1
    assert set(weights["epoch"]) == {1, 2}
    assert weights["vanishing"].between(0, 1).all()
    assert np.isfinite(weights["ratio"]).all()
