import hashlib
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from chrysalis.data.archives import extract
from chrysalis.data.inspection import IMAGE_COLUMNS, check_classes
from chrysalis.data.packed import read_table
from chrysalis.errors import UserError

SHARED = Path(__file__).parents[2].parent / "shared" / "data"
CLASSES = ("cats", "dogs")


def test_each_image_is_described(dataset, inspect, tmp_path):
    root = dataset(["1/a.png", "NA/b.jpg"])
    images, left_out = inspect(root)
    assert left_out.empty
    assert images.columns.tolist() == IMAGE_COLUMNS
    row = images.iloc[0]
    data = (root / "1/a.png").read_bytes()
    assert row["sha256"] == hashlib.sha256(data).hexdigest()
    assert row["bytes"] == len(data)
    assert (row["path"], row["class"], row["split"]) == ("1/a.png", "1", "")
    assert (row["width"], row["height"], row["mode"], row["format"]) == (24, 16, "RGB", "PNG")
    images.to_csv(tmp_path / "images.csv", index=False)
    pd.testing.assert_frame_equal(read_table(tmp_path / "images.csv"), images)


def test_size_is_that_of_the_upright_picture(dataset, inspect):
    root = dataset(["a/1.png", "b/1.png"])
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.open(root / "a/1.png").save(root / "a/2.jpg", exif=exif)
    images, _ = inspect(root)
    rotated = images.set_index("path").loc["a/2.jpg"]
    assert (rotated["width"], rotated["height"]) == (16, 24)


def test_what_cannot_be_used_is_listed_with_its_reason(dataset, inspect, picture):
    root = dataset(f"{name}/{number}.png" for name in CLASSES for number in range(3))
    (root / "cats/empty.jpg").write_bytes(b"")
    (root / "cats/text.jpg").write_bytes(b"not a picture")
    (root / "dogs/notes.txt").write_bytes(b"a note")
    (root / "dogs/gone.jpg").symlink_to("nowhere.jpg")
    picture(50, 64, 64).save(root / "dogs/cut.jpg")
    (root / "dogs/cut.jpg").write_bytes((root / "dogs/cut.jpg").read_bytes()[:600])
    frames = [picture(60), picture(61)]
    frames[0].save(root / "dogs/moves.gif", save_all=True, append_images=frames[1:])

    images, left_out = inspect(root)
    assert len(images) == 7
    reasons = left_out.set_index("path")["reason"]
    assert reasons.index.tolist() == [
        *("cats/empty.jpg", "cats/text.jpg", "dogs/cut.jpg", "dogs/gone.jpg", "dogs/notes.txt")
    ]
    for path, words in {
        "cats/empty.jpg": "empty",
        "cats/text.jpg": "not an image",
        "dogs/cut.jpg": "cut short",
        "dogs/gone.jpg": "cannot be read",
        "dogs/notes.txt": "not an image",
    }.items():
        assert words in reasons[path]
        assert str(root) not in reasons[path]
    notes = images.set_index("path")["note"]
    assert notes["dogs/moves.gif"] == "animated: first frame used"
    assert (notes.drop("dogs/moves.gif") == "").all()


def test_the_result_does_not_depend_on_the_number_of_workers(dataset, inspect):
    root = dataset(f"{name}/{number}.png" for name in CLASSES for number in range(40))
    (root / "cats/empty.jpg").write_bytes(b"")
    shutil.copy(root / "cats/7.png", root / "cats/77.png")
    one, two = inspect(root, workers=1), inspect(root, workers=2)
    for first, second in zip(one, two, strict=True):
        pd.testing.assert_frame_equal(first, second)


def copies(root: Path, *names: str) -> None:
    """Write one more picture under several names, in turn as PNG and as TIFF."""
    image = Image.fromarray(np.arange(300, dtype=np.uint8).reshape(10, 10, 3))
    for number, name in enumerate(names):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        image.save(root / name, ("PNG", "TIFF")[number % 2])


@pytest.mark.parametrize(
    ("names", "kept"),
    [
        (["cats/a", "cats/b", "cats/c"], "cats/a"),
        (["train/cats/a", "val/cats/a"], "val/cats/a"),
        (["train/cats/a", "val/cats/a", "test/cats/b", "test/cats/a"], "test/cats/a"),
        (["train/dogs/a", "val/cats/a", "test/cats/a"], "test/cats/a"),
        (["cats/a", "dogs/a"], None),
        (["train/dogs/a", "train/cats/a"], None),
        (["train/dogs/a", "val/cats/a"], None),
        (["test/dogs/a", "test/cats/a", "train/cats/a"], None),
    ],
)
def test_one_of_several_copies_is_kept_if_their_label_is_known(dataset, inspect, names, kept):
    splits = ("train/", "val/", "test/") if names[0].startswith(("t", "v")) else ("",)
    root = dataset(f"{split}{name}/x.png" for split in splits for name in CLASSES)
    copies(root, *names)
    images, left_out = inspect(root)
    paths = set(images["path"])
    assert {name for name in names if name in paths} == ({kept} if kept else set())
    assert left_out["path"].tolist() == sorted(set(names) - {kept})
    for row in left_out.itertuples():
        own = row.path.split("/")[-2]
        assert row[2] == own
        if kept:
            assert f"{kept} (class cats), which is kept" in row.reason
        else:
            assert f"(class {'dogs' if own == 'cats' else 'cats'})" in row.reason
            assert "label is not known" in row.reason


def test_masks_that_do_not_fit_are_not_used(dataset, inspect, picture):
    root = dataset(f"images/{name}/{number}.png" for name in CLASSES for number in range(2))
    for name in ("cats/0.png", "cats/1.png", "dogs/0.png"):
        path = root / "masks" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        size = (24, 16) if name != "cats/1.png" else (16, 24)
        Image.new("L", size, 255).save(path)
    (root / "masks/dogs/0.png").write_bytes(b"")
    images = inspect(root)[0].set_index("path")
    assert images["mask"].tolist() == ["masks/cats/0.png", "", "", ""]
    assert images["note"].tolist() == [
        "",
        "mask not used: 16 x 24 px, unlike its image",
        "mask not used: the file is empty",
        "",
    ]


def tables(usable: dict[str, int], left_out: dict[str, int]) -> tuple[pd.DataFrame, pd.DataFrame]:
    return tuple(
        pd.DataFrame({"class": [name for name, n in counts.items() for _ in range(n)]})
        for counts in (usable, left_out)
    )


def test_three_usable_images_of_each_class_are_enough():
    def enough(cats, dogs):
        try:
            check_classes(*tables({"cats": cats, "dogs": dogs}, {"dogs": 9}))
        except UserError:
            return False
        return True

    found = {(cats, dogs) for cats in range(5) for dogs in range(5) if enough(cats, dogs)}
    assert found == {(3, 3), (3, 4), (4, 3), (4, 4)}


@pytest.mark.parametrize(
    ("usable", "left_out", "message"),
    [
        ({"cats": 3, "dogs": 2}, {"dogs": 4}, r"class 'dogs' has 2 \(4 left out\); add images"),
        ({"cats": 3, "dogs": 3}, {"notes": 1}, r"class 'notes' has 0 \(1 left out\)"),
        ({"cats": 1, "dogs": 3, "owls": 0}, {"owls": 2}, r"'cats' has 1 .*; class 'owls' has 0"),
        ({"cats": 9}, {}, "at least two classes"),
    ],
)
def test_too_few_classes_or_images_are_refused(usable, left_out, message):
    with pytest.raises(UserError, match=message):
        check_classes(*tables(usable, left_out))


def test_nothing_usable_at_all_is_refused(dataset, inspect):
    root = dataset(["cats/1.png", "dogs/1.png"])
    for name in CLASSES:
        (root / name / "1.png").write_bytes(b"")
    images, left_out = inspect(root)
    assert (len(images), len(left_out)) == (0, 2)
    with pytest.raises(UserError, match=r"class 'cats' has 0 \(1 left out\)"):
        check_classes(images, left_out)


def test_intel_scenes_with_its_known_double_images(tmp_path, inspect):
    archives = sorted((SHARED / "intel_scenes").glob("*.tar"))
    if len(archives) != 2:
        pytest.skip("the Intel scenes are not at hand")
    extract(archives, tmp_path / "scenes")
    images, left_out = inspect(tmp_path / "scenes", workers=2)
    check_classes(images, left_out)
    same = "same picture as seg_test"
    assert left_out.set_index("path")["reason"].to_dict() == {
        "seg_train/buildings/4634.jpg": f"{same}/street/21170.jpg (class street), which is kept",
        "seg_train/mountain/14341.jpg": f"{same}/glacier/21469.jpg (class glacier), which is kept",
        "seg_train/street/10408.jpg": (
            f"{same}/buildings/20805.jpg (class buildings), which is kept"
        ),
    }
    assert images["split"].value_counts().to_dict() == {"train": 1797, "test": 600}
    assert len(images.query("width != 150 or height != 150")) == 4
