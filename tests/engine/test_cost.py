"""Multiply-adds by hand, and what is timed."""

import torch
from torch import nn

from chrysalis.engine.cost import latency, multiply_adds
from chrysalis.engine.runtime import Runtime

FP32 = Runtime(torch.device("cpu"), "fp32", 1)


def network():
    return nn.Sequential(
        nn.Conv2d(3, 4, 3, padding=1, stride=2),
        nn.BatchNorm2d(4),
        nn.ReLU(),
        nn.Conv2d(4, 8, 3, padding=1, groups=4),
        nn.Flatten(),
        nn.Linear(8 * 8 * 8, 5),
    )


def test_multiply_adds_by_hand():
    first, grouped, linear = 8 * 8 * 4 * 3 * 9, 8 * 8 * 8 * 1 * 9, 512 * 5
    assert multiply_adds(network(), 16) == first + grouped + linear


def test_latency_times_predictions_in_evaluation_mode(monkeypatch):
    monkeypatch.setattr("chrysalis.engine.cost.LEAST_SECONDS", 0.0)
    model, seen = network().train(), []
    model.register_forward_hook(
        lambda module, args, _: seen.append((args[0].shape[0], module.training))
    )
    found = latency(model, 16, 7, FP32)
    assert found["n"] == 10
    assert seen == [(7, False)] * 13
    assert 0 < found["least"] <= found["median"] <= found["most"]
    assert found["most"] < 10_000


def test_latency_goes_on_until_it_has_taken_its_time(monkeypatch):
    monkeypatch.setattr("chrysalis.engine.cost.LEAST_SECONDS", 0.3)
    found = latency(network(), 16, 1, FP32)
    assert found["n"] > 10
    assert found["n"] * found["most"] > 299
