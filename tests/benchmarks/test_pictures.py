"""Pictures to measure with."""

import hashlib

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from benchmarks import harness, pictures
from chrysalis.data.packed import open_packed
from chrysalis.errors import UserError


@pytest.fixture(autouse=True)
def one_process(monkeypatch):
    monkeypatch.setattr(harness, "cores", lambda: 1)


def test_made_up_pictures_are_as_large_as_photographs(tmp_path):
    pictures.draw(tmp_path, 12)
    files = sorted(tmp_path.glob("*/*.jpg"))
    assert len(files) == 12
    assert sorted(path.name for path in tmp_path.iterdir()) == [f"class{i}" for i in range(10)]
    for path in files:
        with Image.open(path) as image:
            assert (image.size, image.mode) == ((341, 256), "RGB")
        assert 15_000 < path.stat().st_size < 90_000
    assert len({hashlib.sha256(path.read_bytes()).digest() for path in files}) == 12


def test_pictures_are_packed_by_our_own_code():
    with pictures.prepared(None, 11) as found:
        assert found.table["split"].eq("train").all()
        folder = found.pack(16)
        packed = open_packed(folder / "images.npy", folder / "index.csv")
        assert packed.images.shape == (11, 16, 16, 3)
        path = found.folder / packed.index["path"][4]
        with Image.open(path) as image:
            expected = np.asarray(image.resize((16, 16), Image.Resampling.BICUBIC))
        np.testing.assert_array_equal(packed.images[4], expected)
    assert not found.folder.exists()


def test_labels_follow_the_sorted_classes():
    columns = {"path": "", "sha256": "", "width": 1, "height": 1, "mask": "", "split": "train"}
    table = pd.DataFrame([{**columns, "class": name} for name in ("dog", "ant", "dog", "cat")])
    assert pictures.labelled(table)["label"].tolist() == [2, 0, 2, 1]


@pytest.fixture
def source(tmp_path):
    pictures.draw(tmp_path / "source", 20, width=20, height=16)
    (tmp_path / "source/class3/broken.jpg").write_bytes(b"no picture")
    return tmp_path / "source"


def test_real_pictures_are_spread_over_the_folder_and_broken_ones_left_out(source):
    with pictures.prepared(source, 10) as found:
        assert found.table["class"].nunique() >= 9
        taken = [(found.folder / path).resolve() for path in found.table["path"]]
        assert len(set(taken)) == 10
        assert all(path.is_relative_to(source) for path in taken)
    assert len(list(source.glob("*/*.jpg"))) == 21


def test_too_few_pictures_are_told(source):
    with (
        pytest.raises(UserError, match=r"21 images are asked for, and 20 can be used"),
        pictures.prepared(source, 21),
    ):
        pass


def test_a_folder_that_is_not_there_is_told(tmp_path):
    with (
        pytest.raises(UserError, match="no such folder"),
        pictures.prepared(tmp_path / "nothing", 2),
    ):
        pass


def test_pictures_that_are_there_twice_are_told(tmp_path):
    pictures.draw(tmp_path, 4, width=20, height=16)
    (tmp_path / "class1/again.jpg").write_bytes((tmp_path / "class0/000000.jpg").read_bytes())
    with pytest.raises(UserError, match="same picture"):
        pictures.table_of(tmp_path)
