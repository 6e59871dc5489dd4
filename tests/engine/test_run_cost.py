"""The cost of a run's network before it is trained."""

import pandas as pd
import torch

from chrysalis.config.run import RunSettings
from chrysalis.engine.classifier import build
from chrysalis.engine.cost import BATCHES, multiply_adds
from chrysalis.engine.run_cost import classes_of, run_cost
from chrysalis.engine.runtime import Runtime

FP32 = Runtime(torch.device("cpu"), "fp32", 1)
INDEX = pd.DataFrame({"class": ["a", "b", "c", "d", "a"]})


def settings(**changes):
    return RunSettings(model="mynet", image_size=16, **changes)


def test_classes_that_are_left():
    assert classes_of(settings(), INDEX) == 4
    assert classes_of(settings(removed_classes=("b", "nowhere")), INDEX) == 3
    assert classes_of(settings(worst_classes=2), INDEX) == 2


def test_the_cost_is_that_of_the_networks_shape(monkeypatch):
    monkeypatch.setattr("chrysalis.engine.cost.LEAST_SECONDS", 0.0)
    found = run_cost(settings(), 4, FP32)
    assert found.multiply_adds == multiply_adds(build("mynet", 4, 16, {}), 16)
    assert list(found.latency_ms) == [str(batch) for batch in BATCHES]
    assert found.latency_ms["1"].median > 0
    assert (found.precision, found.threads) == ("fp32", 1)
    assert found.device == FP32.device_name()
    assert run_cost(settings(prune=0.5), 4, FP32).multiply_adds < found.multiply_adds
