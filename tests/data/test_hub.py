"""Datasets of the Hugging Face Hub, whose one way to the network is replaced."""

import io
import json

import huggingface_hub
import numpy as np
import pyarrow as pa
import pytest
from huggingface_hub.errors import HTTPError
from PIL import Image
from pyarrow import parquet

from chrysalis.config.sources import Hub
from chrysalis.data.fetch import fetch
from chrysalis.data.layout import MANIFEST, find_images, list_files
from chrysalis.errors import UserError

SOURCE = Hub(kind="hub", name="botanist/leaves", image="picture", label="tree")


def png(number):
    file = io.BytesIO()
    Image.new("RGB", (5, 4), (number, 0, 0)).save(file, "PNG")
    return file.getvalue()


def write(path, rows, names=None, image="picture"):
    """Rows of (label, image), as the library `datasets` writes them."""
    path.parent.mkdir(parents=True, exist_ok=True)
    labels, contents = zip(*rows, strict=True)
    kind = (
        {"names": names, "_type": "ClassLabel"} if names else {"dtype": "string", "_type": "Value"}
    )
    features = {image: {"_type": "Image"}, "tree": kind}
    images = [{"bytes": content, "path": f"{n}.png"} for n, content in enumerate(contents)]
    fields = pa.struct([("bytes", pa.binary()), ("path", pa.string())])
    table = pa.table({image: pa.array(images, fields), "tree": pa.array(labels)})
    metadata = {"huggingface": json.dumps({"info": {"features": features}})}
    parquet.write_table(table.replace_schema_metadata(metadata), path)


@pytest.fixture
def repository(tmp_path, monkeypatch):
    """A folder that stands for the Hub; what is asked of it is noted."""
    root, asked = tmp_path / "hub", []

    def download(name, **options):
        asked.append((name, options))
        return str(root)

    monkeypatch.setattr(huggingface_hub, "snapshot_download", download)
    root.mkdir()
    return root, asked


def found(root):
    names = [name for name, _ in list_files(root) if name != MANIFEST]
    return {
        image.path: (
            image.split,
            image.class_name,
            np.asarray(Image.open(root / image.path))[0, 0, 0],
        )
        for image in find_images(names)
    }


def test_class_labels_and_splits_become_folders(repository, tmp_path):
    root, asked = repository
    names = ["oak", "ash/elm", "fir"]
    rows = [(0, png(0)), (1, png(1)), (2, png(2))]
    write(root / "data/train-00000-of-00002.parquet", rows, names)
    write(root / "data/train-00001-of-00002.parquet", [(0, png(3)), (2, png(4))], names)
    write(root / "data/validation-00000-of-00001.parquet", [(1, png(5))], names)
    write(root / "data/test-00000-of-00001.parquet", [(2, png(6)), (-1, png(7))], names)
    fetch(SOURCE, [], tmp_path / "raw")
    assert found(tmp_path / "raw") == {
        "train/oak/00000.png": ("train", "oak", 0),
        "train/ash_elm/00000.png": ("train", "ash_elm", 1),
        "train/fir/00000.png": ("train", "fir", 2),
        "train/oak/00001.png": ("train", "oak", 3),
        "train/fir/00001.png": ("train", "fir", 4),
        "val/ash_elm/00000.png": ("val", "ash_elm", 5),
        "test/fir/00000.png": ("test", "fir", 6),
    }
    assert (tmp_path / "raw/train/oak/00000.png").read_bytes() == png(0)
    assert asked == [
        (
            "botanist/leaves",
            {"repo_type": "dataset", "revision": "main", "allow_patterns": ["*.parquet"]},
        )
    ]


def test_the_hubs_own_conversion_has_its_splits_in_folders(repository, tmp_path):
    root, _ = repository
    write(root / "default/train/0000.parquet", [("oak", png(0)), ("fir", png(1))])
    write(root / "default/test/0000.parquet", [("oak", png(2)), ("fir", png(3))])
    fetch(SOURCE, [], tmp_path / "raw")
    assert sorted(found(tmp_path / "raw").values()) == [
        *(("test", "fir", 3), ("test", "oak", 2), ("train", "fir", 1), ("train", "oak", 0)),
    ]


def test_labels_without_names_and_files_without_splits(repository, tmp_path):
    write(repository[0] / "leaves.parquet", [(7, png(0)), (12, png(1)), (None, png(2))])
    fetch(SOURCE, [], tmp_path / "raw")
    assert found(tmp_path / "raw") == {
        "7/00000.png": (None, "7", 0),
        "12/00000.png": (None, "12", 1),
    }


def refusal(tmp_path, source=SOURCE):
    with pytest.raises(UserError) as error:
        fetch(source, [], tmp_path / "raw")
    assert not (tmp_path / "raw").exists()
    return str(error.value)


def test_what_is_refused(repository, tmp_path):
    root, _ = repository
    assert "try `revision: refs/convert/parquet`" in refusal(tmp_path)
    rows = [(0, png(0)), (1, png(1))]
    write(root / "a.parquet", rows, ["oak", "fir"], image="photo")
    assert "no column 'picture'; allowed: photo, tree" in refusal(tmp_path)
    write(root / "a.parquet", [(0, png(0)), (2, png(1))], ["oak", "fir"])
    assert "the label 2 in column 'tree', but it names 2 labels" in refusal(tmp_path)
    write(root / "a.parquet", [(0, png(0)), (1, None)], ["oak", "fir"])
    assert "column 'picture' does not hold the images themselves" in refusal(tmp_path)
    write(root / "a.parquet", [("..", png(0)), ("fir", png(1))])
    assert "the label '..' can't name a class" in refusal(tmp_path)
    write(root / "a.parquet", rows)
    write(root / "test.parquet", rows)
    assert "a.parquet names no split, but other files do" in refusal(tmp_path)
    (root / "test.parquet").unlink()
    (root / "a.parquet").write_bytes(b"PAR1 not a table")
    assert "a.parquet: can't be read" in refusal(tmp_path)


def test_without_a_network(monkeypatch, tmp_path):
    def fail(*_, **__):
        raise HTTPError("no route to host\nand more")

    monkeypatch.setattr(huggingface_hub, "snapshot_download", fail)
    said = refusal(tmp_path)
    assert said.startswith(
        "dataset botanist/leaves: not fetched from the Hugging Face Hub (no route"
    )
    assert "and more" not in said
