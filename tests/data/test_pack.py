import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from chrysalis.data import packed as packed_module
from chrysalis.data.inspection import inspect_images
from chrysalis.data.layout import ImageFile
from chrysalis.data.pack import inspected_anew, join_packed, pack, pack_part
from chrysalis.data.packed import open_for_training, open_packed
from chrysalis.data.split import assign_splits
from chrysalis.errors import UserError
from chrysalis.records.parts import all_parts


@pytest.fixture
def split_dataset(dataset, inspect):
    root = dataset(f"{name}/{number}.png" for name in ("cats", "a, b") for number in range(70))
    Image.new("CMYK", (40, 20), (0, 255, 255, 0)).save(root / "cats/cmyk.jpg", quality=95)
    exif = Image.Exif()
    exif[0x0112] = 8
    Image.open(root / "cats/0.png").save(root / "cats/turned.png", exif=exif)
    images, left_out = inspect(root)
    assert left_out.empty
    return root, assign_splits(images)


@pytest.fixture
def paths(tmp_path):
    return tmp_path / "pack" / "12px.npy", tmp_path / "pack" / "12px.csv"


def test_every_row_is_its_image_resized_by_pillow(split_dataset, paths):
    root, split = split_dataset
    pack(root, split, 12, *paths, workers=2)
    packed = open_packed(*paths)
    assert packed.images.shape == (142, 12, 12, 3)
    assert packed.images.dtype == np.uint8
    assert not packed.images.flags.writeable
    pd.testing.assert_frame_equal(packed.index, split)
    assert packed.classes == ["a, b", "cats"]
    for row, name in enumerate(packed.index["path"]):
        with Image.open(root / name) as image:
            upright = image.transpose(Image.Transpose.ROTATE_90) if "turned" in name else image
            expected = upright.convert("RGB").resize((12, 12), Image.Resampling.BICUBIC)
        np.testing.assert_array_equal(packed.images[row], np.asarray(expected))
    cmyk = packed.images[packed.index["path"].tolist().index("cats/cmyk.jpg")].astype(int)
    assert np.abs(cmyk - (255, 0, 0)).max() <= 4
    assert sorted(p.name for p in paths[0].parent.iterdir()) == [
        "12px.csv",
        "12px.json",
        "12px.npy",
    ]


@pytest.mark.parametrize("rows_at_once", [7, 10_000])
def test_opened_for_training_it_has_the_labelling_and_can_find_paths(
    split_dataset, paths, monkeypatch, rows_at_once
):
    monkeypatch.setattr(packed_module, "_ROWS_AT_ONCE", rows_at_once)
    root, split = split_dataset
    pack(root, split, 12, *paths, workers=1)
    whole, found = open_packed(*paths), open_for_training(*paths)
    assert list(found.index) == ["class", "label", "split"]
    for column in found.index:
        assert found.index[column].tolist() == split[column].tolist()
    assert found.classes == whole.classes
    assert found.digest() == whole.digest()
    rows = np.sort(np.random.default_rng(0).permutation(142)[:50])
    expected = split["path"].iloc[rows].tolist()
    assert found.paths(rows).to_pylist() == whole.paths(rows).to_pylist() == expected


def test_shrinking_averages_and_does_not_skip_pixels(tmp_path, paths):
    """A fine black and white chequerboard becomes even grey."""
    board = (np.indices((256, 128)).sum(axis=0) % 2 * 255).astype(np.uint8)
    Image.fromarray(board).save(tmp_path / "board.png")
    images, _ = inspect_images(tmp_path, [ImageFile("board.png", "boards")], 1)
    pack(tmp_path, images.assign(label=0), 8, *paths, workers=1)
    assert np.abs(open_packed(*paths).images.astype(int) - 127.5).max() <= 1.5


def test_the_result_does_not_depend_on_the_number_of_workers(split_dataset, paths, tmp_path):
    root, split = split_dataset
    pack(root, split, 16, *paths, workers=2)
    others = tmp_path / "one.npy", tmp_path / "one.csv"
    pack(root, split, 16, *others, workers=1)
    for first, second in zip(paths, others, strict=True):
        assert first.read_bytes() == second.read_bytes()


def pack_parts(root, split, folder, of):
    """The file of each part, as the rule pack_part leaves it."""
    made = [folder / f"{part}.npy" for part in all_parts(of)]
    for part, path in zip(all_parts(of), made, strict=True):
        pack_part(root, split.iloc[part.rows(len(split))], 12, path, workers=1)
    return made


@pytest.mark.parametrize("of", [1, 2, 3, 7])
def test_parts_make_the_files_that_one_job_makes(split_dataset, paths, tmp_path, of):
    root, split = split_dataset
    pack(root, split, 12, *paths, workers=1)
    other = tmp_path / "joined/12px.npy", tmp_path / "joined/12px.csv"
    join_packed(pack_parts(root, split, tmp_path / "parts", of), split, 12, *other)
    made = [sorted(path.parent.iterdir()) for path in (paths[0], other[0])]
    assert [path.name for path in made[0]] == [path.name for path in made[1]]
    assert [path.read_bytes() for path in made[0]] == [path.read_bytes() for path in made[1]]


def test_a_part_with_a_changed_image_leaves_no_file(split_dataset, tmp_path):
    root, split = split_dataset
    (root / split["path"].iloc[-1]).write_bytes(b"other")
    table = tmp_path / "images.csv"
    table.write_text("")
    with pytest.raises(UserError, match="all images are inspected anew"), inspected_anew(table):
        pack_parts(root, split, tmp_path / "parts", 3)
    assert not table.exists()
    assert [path.name for path in sorted((tmp_path / "parts").iterdir())] == [
        "1-of-3.npy",
        "2-of-3.npy",
    ]


@pytest.mark.parametrize("change", ["other", "gone"])
def test_a_file_that_changed_since_it_was_inspected_is_refused(split_dataset, paths, change):
    root, split = split_dataset
    if change == "gone":
        (root / "cats/5.png").unlink()
    else:
        Image.new("RGB", (24, 16), "red").save(root / "cats/5.png")
    with pytest.raises(UserError, match=r"cats/5\.png: not the file that was inspected"):
        pack(root, split, 12, *paths, workers=1)
    assert list(paths[0].parent.iterdir()) == []


def test_a_full_disk_is_noticed_before(split_dataset, paths, monkeypatch):
    root, split = split_dataset
    monkeypatch.setattr("shutil.disk_usage", lambda folder: type("Usage", (), {"free": 10}))
    with pytest.raises(UserError, match=r"needs 61 kB, and .* has 10 bytes left; free some space"):
        pack(root, split, 12, *paths, workers=1)


def test_files_that_do_not_belong_together_are_refused(split_dataset, paths):
    root, split = split_dataset
    with pytest.raises(UserError, match="no such file"):
        open_packed(*paths)
    pack(root, split, 12, *paths, workers=1)
    images_path, index_path = paths
    images, index = (path.read_bytes() for path in paths)
    split.iloc[1:].to_csv(index_path, index=False)
    with pytest.raises(UserError, match=r"it has 141 rows, but .* 142 images"):
        open_packed(*paths)
    index_path.write_bytes(index)
    np.save(images_path, np.zeros((142, 12, 12)))
    with pytest.raises(UserError, match="expected uint8"):
        open_packed(*paths)
    images_path.write_bytes(images[:200])
    with pytest.raises(UserError, match="damaged"):
        open_packed(*paths)
    images_path.write_bytes(images)
    open_packed(*paths)


@pytest.mark.parametrize("which", [0, 1])
def test_training_notices_a_flipped_bit(split_dataset, paths, which):
    root, split = split_dataset
    pack(root, split, 12, *paths, workers=1)
    content = bytearray(paths[which].read_bytes())
    content[-2] ^= 1
    paths[which].write_bytes(content)
    with pytest.raises(UserError, match=r"damaged .*its content is not what was written"):
        open_for_training(*paths)
    assert not paths[which].exists()
    assert paths[which].with_name(paths[which].name + ".damaged").exists()


def test_readers_import_no_image_library():
    code = (
        "import sys, chrysalis.data.packed; print('PIL' in sys.modules or 'torch' in sys.modules)"
    )
    command = [sys.executable, "-c", code]
    assert subprocess.run(command, capture_output=True, text=True, check=True).stdout == "False\n"
