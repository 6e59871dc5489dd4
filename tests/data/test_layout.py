import os
import subprocess
import sys

import pytest

from chrysalis.data.layout import ImageFile, class_names, find_images, list_files, listing_digest
from chrysalis.errors import UserError


def found(*names: str) -> list[tuple[str, str, str | None]]:
    return [(image.path, image.class_name, image.split) for image in find_images(names)]


def test_class_folders_are_read_at_any_depth():
    assert found("dogs/b.png", "cats/a.jpg", "cats/old/deep/c.jpg") == [
        ("cats/a.jpg", "cats", None),
        ("cats/old/deep/c.jpg", "cats", None),
        ("dogs/b.png", "dogs", None),
    ]


def test_every_file_of_a_class_folder_counts_whatever_its_name():
    names = ("cats/a.jpg", "cats/notes.txt", "dogs/0001")
    assert [path for path, _, _ in found(*names)] == list(names)


def test_hidden_files_and_files_above_the_class_folders_do_not_count():
    hidden = ("cats/.DS_Store", "__MACOSX/cats/._a.jpg", ".git/x/a.jpg", "README", "manifest.csv")
    assert found("cats/a.jpg", "dogs/b.jpg", *hidden) == [
        ("cats/a.jpg", "cats", None),
        ("dogs/b.jpg", "dogs", None),
    ]


def test_wrapping_folders_are_descended():
    names = ("x/mine/cats/a.jpg", "x/mine/dogs/b.jpg", "x/README", "manifest.csv")
    assert found(*names) == [
        ("x/mine/cats/a.jpg", "cats", None),
        ("x/mine/dogs/b.jpg", "dogs", None),
    ]


@pytest.mark.parametrize(
    ("train", "val", "test"),
    [
        ("train", "val", "test"),
        ("training", "valid", "testing"),
        ("Train", "Validation", "TEST"),
        ("train", "dev", "test"),
        ("seg_train", "seg_val", "seg_test"),
        ("seg_train/seg_train", "seg_val/seg_val", "seg_test/seg_test"),
        ("mine/train", "mine/val", "mine/test"),
    ],
)
def test_official_splits(train, val, test):
    names = {f"{s}/{c}/1.jpg": (c, s) for s in (train, val, test) for c in ("cats", "dogs")}
    official = {train: "train", val: "val", test: "test"}
    expected = sorted((name, c, official[s]) for name, (c, s) in names.items())
    assert found(*names) == expected


def test_a_train_split_alone_or_with_unlabelled_images_beside_it():
    names = ["train/cats/1.jpg", "train/dogs/1.jpg"]
    assert {split for *_, split in found(*names)} == {None}
    names = [f"seg_{s}/seg_{s}/{c}/1.jpg" for s in ("train", "test") for c in ("sea", "forest")]
    assert [path for path, *_ in found(*names, "seg_pred/seg_pred/7.jpg")] == sorted(names)


def test_a_class_may_be_called_train():
    names = ("train/1.jpg", "bus/1.jpg", "test/1.jpg")
    assert class_names(names) == ["bus", "test", "train"]


def test_masks_belong_to_images_by_path_without_suffix():
    images = find_images(
        [
            *("images/red admiral/1.jpg", "images/red admiral/2.jpg", "images/monarch/1.jpg"),
            *("masks/red admiral/1.png", "masks/monarch/1.png", "masks/monarch/9.png"),
            "index.csv",
        ]
    )
    assert images == [
        ImageFile("images/monarch/1.jpg", "monarch", None, "masks/monarch/1.png"),
        ImageFile("images/red admiral/1.jpg", "red admiral", None, "masks/red admiral/1.png"),
        ImageFile("images/red admiral/2.jpg", "red admiral", None, None),
    ]


@pytest.mark.parametrize(
    "form", ["{split}/{kind}/{c}/1.jpg", "{kind}/{split}/{c}/1.jpg"], ids=["outside", "inside"]
)
def test_masks_with_official_splits(form):
    names = [
        form.format(split=split, kind=kind, c=c)
        for split in ("train", "test")
        for kind in ("images", "masks")
        for c in ("a", "b")
    ]
    images = find_images(names)
    assert len(images) == 4
    for image in images:
        assert image.split == ("train" if "train" in image.path else "test")
        assert image.mask == image.path.replace("images", "masks")


def test_class_names_are_sorted():
    assert class_names(f"{digit}/1.png" for digit in "9301") == ["0", "1", "3", "9"]


@pytest.mark.parametrize(
    ("names", "message"),
    [
        ([], "holds no files"),
        (["cats/.DS_Store"], "holds no files"),
        (["README"], "not in class folders"),
        (["a.jpg", "b.jpg"], "not in class folders"),
        (["cats/a.jpg"], r"only one class found \('cats'\)"),
        (["mine/cats/a.jpg", "README"], r"only one class found \('cats'\)"),
        (["train/a/1.jpg", "train/b/1.jpg", "test/1.jpg"], "test: its files lie directly"),
        (["val/a/1.jpg", "test/b/1.jpg"], "none for training"),
        (["train/a/1.jpg", "train/b/1.jpg", "tests/a/1.jpg"], "tests: stands beside the splits"),
    ],
)
def test_what_cannot_be_read_is_refused_by_name(names, message):
    with pytest.raises(UserError, match=message) as caught:
        find_images(names, "data/raw/mine")
    assert str(caught.value).startswith("data/raw/mine")


def test_list_files_gives_sorted_names_and_sizes(tmp_path):
    for name, size in (("b/2.jpg", 2), ("a/10.jpg", 10), ("a.txt", 0), (".hidden/x", 1)):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(b"x" * size)
    assert list_files(tmp_path) == [("a.txt", 0), ("a/10.jpg", 10), ("b/2.jpg", 2)]


def test_links_are_followed_but_not_in_circles(tmp_path):
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "1.jpg").write_bytes(b"xyz")
    root = tmp_path / "root"
    (root / "cats").mkdir(parents=True)
    (root / "cats" / "1.jpg").symlink_to(elsewhere / "1.jpg")
    (root / "cats" / "gone.jpg").symlink_to(elsewhere / "gone.jpg")
    (root / "cats" / "loop").symlink_to(root)
    (root / "cats" / "self").symlink_to("self")
    (root / "dogs").symlink_to(elsewhere)
    assert list_files(root) == [
        ("cats/1.jpg", 3),
        ("cats/gone.jpg", 0),
        ("cats/self", 0),
        ("dogs/1.jpg", 3),
    ]


def test_list_files_refuses_what_is_no_folder_or_has_no_text_name(tmp_path):
    with pytest.raises(UserError, match="no such folder"):
        list_files(tmp_path / "missing")
    (tmp_path / os.fsdecode(b"caf\xe9.jpg")).write_bytes(b"x")
    with pytest.raises(UserError, match="UTF-8"):
        list_files(tmp_path)


def test_the_digest_follows_names_and_sizes_only(tmp_path):
    file = tmp_path / "a" / "1.jpg"
    file.parent.mkdir()
    file.write_bytes(b"abc")
    first = listing_digest(tmp_path)
    os.utime(file, (0, 0))
    (tmp_path / ".DS_Store").write_bytes(b"x")
    assert listing_digest(tmp_path) == first
    file.write_bytes(b"abcd")
    longer = listing_digest(tmp_path)
    file.rename(tmp_path / "a" / "2.jpg")
    assert len({first, longer, listing_digest(tmp_path)}) == 3


def test_importing_it_is_cheap():
    code = (
        "import sys; before = set(sys.modules); import chrysalis.data.layout\n"
        "new = {n.split('.')[0] for n in set(sys.modules) - before} - {'chrysalis'}\n"
        "print(*(new - sys.stdlib_module_names))"
    )
    command = [sys.executable, "-c", code]
    assert subprocess.run(command, capture_output=True, text=True, check=True).stdout.split() == []
