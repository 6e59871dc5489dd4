"""The range test against steps worked by hand, and its end where a network diverges."""

import copy

import numpy as np
import pandas as pd
import pytest
import torch
from torch.nn import functional

from chrysalis.augment.inputs import to_input
from chrysalis.config.run import RunSettings
from chrysalis.config.settings import TrainingSettings
from chrysalis.engine import lr_range
from chrysalis.engine.batches import Batches
from chrysalis.engine.classifier import build
from chrysalis.engine.lr_range import lr_range_test
from chrysalis.engine.runtime import Runtime
from chrysalis.engine.setup import TrainingSetup

CPU = torch.device("cpu")
FP32 = Runtime(CPU, "fp32", 1)


@pytest.fixture
def setting(digits_pack):
    """A network, the settings of its run and its training images: one batch of all 24."""
    pack = digits_pack(3, 16)
    rows = np.flatnonzero(pack.index["split"] == "train")
    training = Batches(pack.images, rows, pack.index["label"].to_numpy()[rows], CPU)
    plan = TrainingSettings(batch_size=24, optimizer="sgd", momentum=0, weight_decay=0)
    settings = RunSettings(
        model="mynet", image_size=16, pack_margin=1, crop_pct=1, training=plan, augmentation=None
    )
    torch.manual_seed(0)
    return build("mynet", 3, 16, {}), settings, training


def rates_of(model, settings, training):
    batches = {"train": training}
    setup = TrainingSetup(settings, ["a", "b", "c"], batches, training, model, FP32, len(training))
    return lr_range_test(setup)


def test_the_rate_grows_and_the_loss_is_that_of_each_step(setting, monkeypatch):
    monkeypatch.setattr(lr_range, "STEPS", 5)
    monkeypatch.setattr(lr_range, "LOWEST", 1e-4)
    monkeypatch.setattr(lr_range, "HIGHEST", 0.01)
    model, settings, training = setting
    mine = copy.deepcopy(model)
    found = rates_of(model, settings, training)
    rates = [1e-4 * 100 ** (step / 4) for step in range(5)]
    (batch,) = training.in_order(24)
    losses = []
    for rate in rates:
        loss = functional.cross_entropy(mine(to_input(batch[0], 16, 1)), batch[1])
        losses.append(loss.item())
        gradients = torch.autograd.grad(loss, list(mine.parameters()))
        with torch.no_grad():
            for p, g in zip(mine.parameters(), gradients, strict=True):
                p -= rate * g
    assert found["learning_rate"].tolist() == pytest.approx(rates)
    assert found["loss"].tolist() == pytest.approx(losses, rel=1e-4)
    weights = [0.9 ** np.arange(step + 1)[::-1] for step in range(5)]
    smoothed = [np.average(losses[: len(w)], weights=w) for w in weights]
    assert found["smoothed"].tolist() == pytest.approx(smoothed, rel=1e-4)


def test_it_ends_before_the_loss_explodes(setting, monkeypatch):
    monkeypatch.setattr(lr_range, "HIGHEST", 1e6)
    model, settings, training = setting
    found = rates_of(model, settings, training)
    assert 10 < len(found) < 100
    assert np.isfinite(found.to_numpy()).all()
    assert found["smoothed"].iloc[-1] <= 4 * found["smoothed"].min()


def test_it_is_the_same_each_time(setting):
    model, settings, training = setting
    first, second = (rates_of(copy.deepcopy(model), settings, training) for _ in range(2))
    pd.testing.assert_frame_equal(first, second)
