"""A network that was hardly trained, on a few digits."""

import pytest
import torch

from chrysalis.config.run import RunSettings
from chrysalis.config.settings import TrainingSettings
from chrysalis.engine.run import Context, execute
from chrysalis.engine.runtime import Runtime

FP32 = Runtime(torch.device("cpu"), "fp32", 1)


@pytest.fixture(scope="module")
def pack(digits_pack):
    return digits_pack(3, 24)


@pytest.fixture(scope="module")
def record(tmp_path_factory, pack):
    settings = RunSettings(
        model="mynet", image_size=16, training=TrainingSettings(epochs=1, batch_size=8)
    )
    place = tmp_path_factory.mktemp("trained")
    execute(settings, pack, FP32, place / "train", Context(place / "c.pt", "c0de", "da7a"))
    return place / "train"
