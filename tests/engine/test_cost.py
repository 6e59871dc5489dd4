"""Multiply-adds by hand, and what is timed."""

import time
from functools import partial

import torch
from torch import nn

from chrysalis.engine.cost import latency, multiply_adds, timed
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
    assert set(seen) == {(7, False)}
    assert len(seen) >= 3 + found["n"]
    assert 0 < found["least"] <= found["median"] <= found["most"]
    assert found["most"] < 10_000


def test_threads_are_those_of_the_caller_during_and_after(monkeypatch):
    monkeypatch.setattr("chrysalis.engine.cost.LEAST_SECONDS", 0.0)
    threads, seen = torch.get_num_threads(), []
    torch.set_num_threads(2)
    try:
        timed(lambda: seen.append(torch.get_num_threads()))
        assert torch.get_num_threads() == 2
    finally:
        torch.set_num_threads(threads)
    assert set(seen) == {2}


def test_times_are_right_for_work_of_known_length(monkeypatch):
    monkeypatch.setattr("chrysalis.engine.cost.LEAST_SECONDS", 0.1)
    for seconds in (0.02, 0.00002):
        found = timed(partial(time.sleep, seconds))
        assert 1000 * seconds <= found["least"] <= found["median"] <= found["most"]
        assert found["median"] < 1000 * (seconds + 0.01)
        assert found["n"] >= 10


def test_latency_goes_on_until_it_has_taken_its_time(monkeypatch):
    monkeypatch.setattr("chrysalis.engine.cost.LEAST_SECONDS", 0.3)
    start = time.perf_counter()
    found = latency(network(), 16, 1, FP32)
    assert time.perf_counter() - start > 0.3
    assert found["n"] >= 10
    assert 0 < found["least"] <= found["most"] < 10_000
