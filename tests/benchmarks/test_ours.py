"""Our arm is the engine's training."""

import itertools

import numpy as np
import pytest
import torch

from benchmarks import harness, ours
from benchmarks.noise import write_pack
from chrysalis.config.run import RunSettings
from chrysalis.config.settings import TrainingSettings
from chrysalis.data.packed import open_packed
from chrysalis.engine import train as engine
from chrysalis.engine.checkpoint import Place
from chrysalis.engine.setup import set_up

SETTINGS = RunSettings(
    model="mynet",
    image_size=16,
    pack_margin=1,
    training=TrainingSettings(batch_size=8, epochs=2, warmup_epochs=1, precision="fp32"),
)


@pytest.fixture
def packed(tmp_path, monkeypatch):
    monkeypatch.setattr(harness, "cores", lambda: 1)
    before = torch.are_deterministic_algorithms_enabled(), torch.get_num_threads()
    write_pack(tmp_path / "pack", 200, 16)
    yield tmp_path / "pack"
    torch.use_deterministic_algorithms(before[0])
    torch.set_num_threads(before[1])


@pytest.mark.parametrize("resident_bytes", [2**31, 0])
def test_two_epochs_end_with_the_weights_that_train_ends_with(
    packed, tmp_path, monkeypatch, resident_bytes
):
    training = ours.Training(SETTINGS, packed, resident_bytes)
    epochs = [training.epoch(number) for number in range(2)]
    weights = training.state.model.state_dict()

    opened = open_packed(packed / "images.npy", packed / "index.csv")
    setup = set_up(SETTINGS, opened, training.runtime)
    # train() leaves the best weights; here validation must not choose.
    best = itertools.count()
    monkeypatch.setattr(engine, "validate", lambda *_: {"val_loss": 0, "val_top1": next(best)})
    engine.train(setup, Place(tmp_path / "checkpoint.pt", ""))
    for name, value in setup.model.state_dict().items():
        torch.testing.assert_close(weights[name], value, rtol=0, atol=0)
    assert [epoch.images for epoch in epochs] == [136, 136]  # of 140, in batches of 8
    assert all(0 < epoch.waiting < epoch.seconds for epoch in epochs)


def test_a_warm_up_takes_only_the_first_steps(packed):
    assert ours.Training(SETTINGS, packed).epoch(0, steps=2).images == 16
    assert ours.measure(SETTINGS, packed, warmup=1).images == 136


def test_the_test_images_are_counted(packed):
    training = ours.Training(SETTINGS, packed)
    test = training.batches["test"]
    with torch.no_grad():
        weight = training.state.model.network.classifier[-1]
        weight.weight.zero_()
        weight.bias.copy_(torch.eye(10)[3])
    assert training.test_top1() == pytest.approx(np.mean(test.labels.numpy() == 3))
