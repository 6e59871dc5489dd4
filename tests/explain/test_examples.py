"""Examples of a trained network: what is chosen, what it saw, and the maps over it."""

import numpy as np
import pandas as pd
import pytest
import torch

from chrysalis.augment.inputs import centre
from chrysalis.errors import UserError
from chrysalis.explain.examples import explain
from chrysalis.models import registry


def test_examples_of_a_training(record, pack):
    found = explain(record, pack)
    count = len(found.table)
    assert 0 < count <= 12
    assert (pack.index["split"].iloc[found.table["row"]] == "test").all()
    assert found.images.shape == (count, 21, 21, 3)  # 7/8 of 24 px
    assert found.images.dtype == np.uint8
    assert found.cams.shape == (count, 21, 21)
    assert found.cams.dtype == np.float32
    assert found.cams.min() >= 0
    assert found.cams.max() <= 1
    pixels = torch.from_numpy(pack.images[found.table["row"].to_numpy()]).permute(0, 3, 1, 2)
    assert np.array_equal(found.images, centre(pixels, 7 / 8).permute(0, 2, 3, 1).numpy())
    layer = registry.spec("mynet").cam_layer
    assert set(found.table["layer"]) == {layer}
    assert (found.table["rows"] == found.table["columns"]).all()


def test_another_layer_and_one_that_is_not_there(record, pack):
    other = explain(record, pack, "features.conv1")
    assert set(other.table["layer"]) == {"features.conv1"}
    assert other.table["rows"].iloc[0] > explain(record, pack).table["rows"].iloc[0]
    with pytest.raises(UserError, match=r"features\.conv9"):
        explain(record, pack, "features.conv9")


def test_files(record, pack, tmp_path):
    found = explain(record, pack)
    found.write(tmp_path / "explain")
    assert np.array_equal(np.load(tmp_path / "explain/cams.npy"), found.cams)
    assert np.array_equal(np.load(tmp_path / "explain/images.npy"), found.images)
    table = pd.read_csv(tmp_path / "explain/examples.csv")
    assert table["path"].tolist() == found.table["path"].tolist()
