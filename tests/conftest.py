"""What several folders of tests share: a small packed dataset."""

from __future__ import annotations

import functools
import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import hypothesis
import numpy as np
import pandas as pd
import psutil
import pytest
from sklearn.datasets import load_digits
from threadpoolctl import threadpool_limits

from chrysalis.data.packed import Packed

SPLITS = ["train"] * 8 + ["val"] * 4 + ["test"] * 4
MEMORY, ROOM = Path("/dev/shm"), 8 << 30  # bytes


def pytest_configure():
    """No example fails by taking long. Studies stay in memory, where it has room: 100,000 files."""
    hypothesis.settings.register_profile("any machine", deadline=None)
    hypothesis.settings.load_profile("any machine")
    if "TMPDIR" in os.environ or not MEMORY.is_dir():
        return
    if min(psutil.disk_usage(str(MEMORY)).free, psutil.virtual_memory().available) > ROOM:
        tempfile.tempdir = str(MEMORY)


def pytest_collection_finish():
    """One thread in each process: with -n there are as many processes as cores."""
    threadpool_limits(1)
    if "torch" in sys.modules:
        sys.modules["torch"].set_num_threads(1)


@functools.cache
def read_digits():
    """Read from their file once, which takes longer than most tests."""
    return load_digits()


@pytest.fixture(scope="session")
def digits_pack() -> Callable[..., Packed]:
    """scikit-learn's digits as a pack: 8 train, 4 val and 4 test images of each class.

    Pixels are enlarged and tinted, so that the three channels differ; the files of a class are
    spread over the pack, as no test should depend on rows being grouped.
    """

    def make(classes: int = 3, size: int = 16) -> Packed:
        digits = read_digits()
        chosen = np.concatenate(
            [np.flatnonzero(digits.target == label)[: len(SPLITS)] for label in range(classes)]
        )
        splits = np.array(SPLITS * classes)
        order = np.random.default_rng(0).permutation(len(chosen))
        chosen, splits = chosen[order], splits[order]
        grey = np.kron(digits.images[chosen], np.ones((size // 8, size // 8)))
        images = (grey[..., None] * np.array([15, 12, 9])).astype(np.uint8)
        names = [f"d{label}" for label in digits.target[chosen]]
        index = pd.DataFrame(
            {
                "path": [f"{name}/{row:04d}.png" for name, row in zip(names, chosen, strict=True)],
                "class": names,
                "label": digits.target[chosen],
                "split": splits,
                "sha256": "",
                "width": size,
                "height": size,
                "mask": "",
            }
        )
        return Packed(images, index)

    return make
