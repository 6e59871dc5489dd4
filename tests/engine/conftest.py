"""Batches of the digits that networks are trained on."""

import numpy as np
import pytest

from chrysalis.engine.batches import Batches
from tests.engine.loop import CPU


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
