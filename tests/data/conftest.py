"""Small generated pictures and datasets."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from chrysalis.data.inspection import inspect_images
from chrysalis.data.layout import find_images, list_files

Picture = Callable[..., Image.Image]


@pytest.fixture
def picture() -> Picture:
    """A smooth coloured picture; each seed gives another one."""

    def make(seed: int, width: int = 24, height: int = 16) -> Image.Image:
        noise = np.random.default_rng(seed).integers(0, 256, (4, 4, 3), dtype=np.uint8)
        return Image.fromarray(noise).resize((width, height), Image.Resampling.BICUBIC)

    return make


@pytest.fixture
def dataset(tmp_path: Path, picture: Picture) -> Callable[[Iterable[str]], Path]:
    """Write a different picture to each of the given names, below one folder."""

    def make(names: Iterable[str]) -> Path:
        root = tmp_path / "dataset"
        for seed, name in enumerate(names):
            path = root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            picture(seed).save(path)
        return root

    return make


@pytest.fixture
def inspect() -> Callable:
    """List, find and inspect the images of a folder."""

    def run(root: Path, workers: int = 1):
        files = find_images(name for name, _ in list_files(root))
        return inspect_images(root, files, workers)

    return run
