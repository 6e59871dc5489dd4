import hashlib
import zipfile

import numpy as np
import pandas as pd
import pytest
from PIL import Image
from sklearn.datasets import load_digits

from chrysalis.config.sources import Archive, Digits
from chrysalis.data.fetch import fetch
from chrysalis.data.layout import class_names, find_images, list_files
from chrysalis.errors import UserError


def fetch_archives(paths, target):
    fetch(Archive(kind="archive", files=[path.name for path in paths]), paths, target)


def check_manifest(target) -> pd.DataFrame:
    manifest = pd.read_csv(target / "manifest.csv", dtype={"sha256": str})
    files = {p.relative_to(target).as_posix() for p in target.rglob("*") if p.is_file()}
    assert manifest["path"].tolist() == sorted(files - {"manifest.csv"})
    for row in manifest.itertuples():
        data = (target / row.path).read_bytes()
        assert (row.bytes, row.sha256) == (len(data), hashlib.sha256(data).hexdigest())
    return manifest


def test_digits_are_scikit_learns(tmp_path):
    fetch(Digits(kind="digits"), [], tmp_path / "digits")
    manifest = check_manifest(tmp_path / "digits")
    digits = load_digits()
    assert len(manifest) == len(digits.images) == 1797
    for number in (0, 1, 17, 1000, 1796):
        path = tmp_path / "digits" / str(digits.target[number]) / f"{number:04d}.png"
        with Image.open(path) as image:
            assert (image.mode, image.size) == ("L", (8, 8))
            levels = np.asarray(image) / 255 * 16
        np.testing.assert_allclose(levels, digits.images[number], atol=16 / 255 / 2)
    names = [name for name, _ in list_files(tmp_path / "digits")]
    assert class_names(names) == list("0123456789")
    assert "manifest.csv" not in {image.path for image in find_images(names)}


def test_an_archive_comes_with_a_manifest_of_its_own(tmp_path):
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as file:
        for name in ("mine/cats/1.jpg", "mine/dogs/1.jpg", "manifest.csv"):
            file.writestr(name, name)
    for _ in range(2):  # the second replaces the first
        fetch_archives([tmp_path / "a.zip"], tmp_path / "raw")
    assert list(check_manifest(tmp_path / "raw")["path"]) == ["mine/cats/1.jpg", "mine/dogs/1.jpg"]
    names = [name for name, _ in list_files(tmp_path / "raw")]
    assert class_names(names) == ["cats", "dogs"]


def test_several_archives_make_one_dataset(tmp_path):
    for name, content in (("a", b"old"), ("b", b"new")):
        with zipfile.ZipFile(tmp_path / f"{name}.zip", "w") as file:
            file.writestr(f"{name}/1.jpg", name)
            file.writestr("notes/1.jpg", content)
    fetch_archives([tmp_path / "a.zip", tmp_path / "b.zip"], tmp_path / "raw")
    manifest = check_manifest(tmp_path / "raw")
    assert list(manifest["path"]) == ["a/1.jpg", "b/1.jpg", "notes/1.jpg"]
    assert (tmp_path / "raw/notes/1.jpg").read_bytes() == b"new"


def test_one_bad_archive_of_two_leaves_nothing(tmp_path):
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as file:
        file.writestr("cats/1.jpg", b"x")
    (tmp_path / "b.zip").write_bytes(b"PK")
    with pytest.raises(UserError, match=r"b\.zip: the archive is broken"):
        fetch_archives([tmp_path / "a.zip", tmp_path / "b.zip"], tmp_path / "raw")
    assert not (tmp_path / "raw").exists()


def test_a_bad_archive_leaves_nothing(tmp_path):
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as file:
        file.writestr("cats/1.jpg", b"x")
        file.writestr("../evil.jpg", b"x")
    with pytest.raises(UserError, match=r"\.\./evil\.jpg"):
        fetch_archives([tmp_path / "a.zip"], tmp_path / "raw")
    assert [p.name for p in tmp_path.iterdir()] == ["a.zip"]
