"""Training just the last layer."""

import copy

import pytest
import torch
from torch import nn

from chrysalis.engine.classifier import build
from chrysalis.engine.state import TrainingState, freeze_features
from chrysalis.errors import UserError
from tests.engine.loop import CLASSES, FP32, settings, train


def test_frozen_features_stay_bit_by_bit_and_the_last_layer_learns(tmp_path, splits):
    training, validation = splits(40)
    plan = settings(image_size=32, training={"frozen": True, "epochs": 2})
    model = build("resnet10_tiny", CLASSES, 32, {})
    before = copy.deepcopy(model.state_dict())
    train(model, CLASSES, plan, training, validation, FP32, tmp_path / "c.pt", "")
    after = model.state_dict()
    changed = {name for name in before if not torch.equal(before[name], after[name])}
    assert len(changed) == 2  # weight and bias of the last layer
    assert all(after[name].shape[0] == CLASSES for name in changed)


def test_a_frozen_networks_dropout_before_the_last_layer_is_off_too(splits):
    plan = settings(training={"frozen": True})
    model = build("vgg11_small", CLASSES, 32, {"dropout": 0.5})
    state = TrainingState.create(model, CLASSES, plan.training, FP32)
    state.train()
    assert [module for module in model.modules() if module.training] == [state.head]
    assert [p.requires_grad for p in state.head.parameters()] == [True, True]
    assert sum(p.requires_grad for p in model.parameters()) == 2


def test_a_model_without_a_last_linear_layer_cannot_be_frozen():
    with pytest.raises(UserError, match="does not end in a linear layer"):
        freeze_features(nn.Sequential(nn.Linear(2, 2), nn.Conv2d(3, 4, 1)))
