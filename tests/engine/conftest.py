"""Digits that networks are trained on, as batches and as packs, and whole runs on them."""

import numpy as np
import pytest

from chrysalis.engine.batches import Batches
from chrysalis.engine.run import Context, execute
from tests.engine.loop import CPU, FP32


@pytest.fixture
def splits(digits_pack):
    """Training and validation images of three digits, enlarged to some size."""

    def make(size=24):
        pack = digits_pack(3, size)

        def batches(name):
            rows = np.flatnonzero(pack.index["split"] == name)
            return Batches(pack.images, rows, pack.index["label"].to_numpy()[rows], CPU)

        return batches("train"), batches("val")

    return make


@pytest.fixture
def pack(digits_pack):
    """Three digits of 24 px."""
    return digits_pack(3, 24)


@pytest.fixture
def run(tmp_path):
    """Execute a run; returns the folder of its record."""

    def run(plan, pack, name="run"):
        output = tmp_path / name / "train"
        execute(
            plan, pack, FP32, output, Context(tmp_path / name / "checkpoint.pt", "c0de", "da7a")
        )
        return output

    return run
