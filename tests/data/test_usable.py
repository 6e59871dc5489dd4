"""A folder sorted into images that can be used and files left out."""

import logging

import pandas as pd
import pytest

from chrysalis.data.usable import open_part, usable_images
from chrysalis.errors import UserError
from chrysalis.records.parts import all_parts


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


@pytest.fixture
def odd(dataset, picture):
    """150 files: copies within a part and across parts, a first block without images, masks."""
    root = dataset(
        f"images/{label}/{number:02d}.png" for label in ("NA", "b, c") for number in range(75)
    )
    for number in range(64):
        (root / f"images/NA/{number:02d}.png").write_bytes(b"text")
    picture(1).save(root / "images/NA/70.png")
    picture(1).save(root / "images/NA/71.png")
    picture(1).save(root / "images/b, c/74.png")
    picture(2).save(root / "images/b, c/03.png")
    picture(2).save(root / "images/b, c/73.png")
    (root / "masks/b, c").mkdir(parents=True)
    picture(3).convert("L").save(root / "masks/b, c/05.png")
    (root / "masks/b, c/06.png").write_bytes(b"")
    return root


def in_parts(root, folder, of):
    """The file of each part, as the rule inspect_part leaves it."""
    paths = [folder / f"{part}.parquet" for part in all_parts(of)]
    for part, path in zip(all_parts(of), paths, strict=True):
        open_part(root, part).to_parquet(path, index=False)
    return paths


@pytest.mark.parametrize("of", [1, 2, 3, 7])
def test_parts_find_what_one_job_finds(odd, tmp_path, of):
    found = usable_images(odd, parts=in_parts(odd, tmp_path, of))
    for joined, alone in zip(found, usable_images(odd), strict=True):
        pd.testing.assert_frame_equal(joined, alone)
        assert joined.to_csv() == alone.to_csv()


def test_images_that_come_while_parts_are_inspected_are_not_missed(dataset, picture, tmp_path):
    root = dataset(f"{label}/{number:02d}.png" for label in "ab" for number in range(40))
    paths = in_parts(root, tmp_path, 2)
    picture(1).save(root / "a/00b.png")
    with pytest.raises(UserError, match="added or removed while the parts were inspected"):
        usable_images(root, parts=paths)
