"""Packs of noise."""

import numpy as np

from benchmarks import noise
from chrysalis.data.packed import open_packed


def test_a_pack_of_noise_is_one_that_training_opens(tmp_path, monkeypatch):
    monkeypatch.setattr(noise, "_BYTES_AT_ONCE", 7 * 4 * 4 * 3)
    noise.write_pack(tmp_path / "pack", 400, 4)
    packed = open_packed(tmp_path / "pack/images.npy", tmp_path / "pack/index.csv")
    assert packed.images.shape == (400, 4, 4, 3)
    assert 120 < packed.images.mean() < 135
    assert len(np.unique(packed.images.reshape(400, -1), axis=0)) == 400
    counts = packed.index.groupby(["class", "split"]).size().unstack()
    assert counts.shape == (10, 3)
    assert (counts[["train", "val", "test"]] == [28, 6, 6]).all(axis=None)
    assert packed.index["sha256"].str.len().eq(64).all()
    assert packed.index["path"].is_unique
