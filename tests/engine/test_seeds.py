"""What the seed of a training decides."""

import pytest
import torch

from chrysalis.config.settings import AugmentationSettings
from chrysalis.engine.batches import Batches
from tests.engine.loop import CLASSES, FP32, make_model, same, settings, train, weights_of


@pytest.mark.parametrize("augmentation", [None, AugmentationSettings()], ids=["plain", "augmented"])
def test_the_seed_decides_the_order_and_the_augmentation(tmp_path, splits, augmentation):
    """All start from the same weights, so what differs comes from training itself."""
    found = []
    for number, seed in enumerate((0, 0, 1)):
        plan = settings(training={"epochs": 1}, augmentation=augmentation, seed=seed)
        model = make_model(plan, seed=3)
        torch.manual_seed(number)
        train(model, CLASSES, plan, *splits(), FP32, tmp_path / f"{number}.pt", "")
        found.append(weights_of(model))
    assert same(found[0], found[1])
    assert not same(found[0], found[2])


def test_dropout_draws_anew_each_epoch_and_with_each_seed(tmp_path, splits):
    """Networks draw from torch's global generator, which each epoch seeds."""
    seeds = []
    for seed in (0, 1):
        plan = settings(seed=seed)
        train(
            *(make_model(plan), CLASSES, plan, *splits(), FP32, tmp_path / f"{seed}.pt", ""),
            lambda *_: seeds.append(torch.initial_seed()),
        )
    assert len(set(seeds)) == 8


def test_epochs_differ_in_their_order(tmp_path, splits, monkeypatch):
    training, validation = splits()
    orders = []
    real = Batches.shuffled

    def spy(self, *arguments):
        found = list(real(self, *arguments))
        orders.append(torch.cat([labels for _, labels in found]).tolist())
        return iter(found)

    monkeypatch.setattr(Batches, "shuffled", spy)
    plan = settings(training={"epochs": 3})
    train(make_model(plan), CLASSES, plan, training, validation, FP32, tmp_path / "c.pt", "")
    assert len({tuple(order) for order in orders}) == 3
