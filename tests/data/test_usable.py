"""A folder sorted into images that can be used and files left out."""

import logging

import pytest

from chrysalis.data.usable import usable_images
from chrysalis.errors import UserError


def test_the_manifest_is_no_image_and_what_is_left_out_is_logged(dataset, caplog):
    root = dataset(["a/1.png", "a/2.png", "b/1.png"])
    (root / "manifest.csv").write_text("path,bytes,sha256\n")
    (root / "b/broken.png").write_bytes(b"")
    with caplog.at_level(logging.DEBUG, logger="chrysalis"):
        images, left_out = usable_images(root)
    assert images["path"].tolist() == ["a/1.png", "a/2.png", "b/1.png"]
    assert left_out["path"].tolist() == ["b/broken.png"]
    reason = left_out["reason"].iloc[0]
    assert f"left out: b/broken.png: {reason}" in caplog.messages
    assert caplog.messages[-1] == "3 images can be used, 1 files are left out"


def test_threads_change_nothing(dataset):
    root = dataset(f"{label}/{number}.png" for label in "ab" for number in range(4))
    one, several = usable_images(root), usable_images(root, threads=2)
    assert all(first.equals(second) for first, second in zip(one, several, strict=True))


def test_an_empty_folder(tmp_path):
    with pytest.raises(UserError, match="no images found"):
        usable_images(tmp_path)
