"""Tables of images: where each file goes, by which group, and what is refused."""

import pandas as pd
import pytest
from PIL import Image

from chrysalis.config.sources import Listed
from chrysalis.data import listed
from chrysalis.data.fetch import fetch
from chrysalis.data.layout import MANIFEST, find_images, list_files
from chrysalis.errors import UserError

TABLE = Listed(kind="table", file="images.csv")
ROWS = pd.DataFrame(
    {
        "path": ["a/1.png", "a/b/1.png", "a/2.png", "a/3.png"],
        "label": ["gato ñ", "gato ñ", "1e5", "1e5"],
        "split": ["train", "Valid", "train", "test"],
        "group": ["x", "", "x", "y"],
        "mask": ["m/1.gif", "", "", ""],
    }
)


@pytest.fixture
def write(tmp_path):
    def make(frame, name="images.csv"):
        for number, path in enumerate([*frame["path"], *frame.get("mask", [])]):
            if path and not path.startswith("/") and ".." not in path:
                (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
                Image.new("RGB", (4, 4), (number, 0, 0)).save(tmp_path / path)
        table, frame = tmp_path / name, frame.replace("", None)
        frame.to_parquet(table) if name.endswith("parquet") else frame.to_csv(table, index=False)
        return table

    return make


def located(target):
    names = [name for name, _ in list_files(target) if name != MANIFEST]
    return {file.path: file for file in find_images(names)}


@pytest.mark.parametrize("name", ["images.csv", "images.parquet"])
def test_the_layout_reads_what_the_table_says(write, tmp_path, name):
    table = write(ROWS, name)
    fetch(TABLE, [table], tmp_path / "raw")
    found = located(tmp_path / "raw")
    splits = {path: (file.class_name, file.split) for path, file in found.items()}
    assert splits == {
        "images/train/gato ñ/1.png": ("gato ñ", "train"),
        "images/val/gato ñ/b__1.png": ("gato ñ", "val"),
        "images/train/1e5/2.png": ("1e5", "train"),
        "images/test/1e5/3.png": ("1e5", "test"),
    }
    masks = {path: file.mask for path, file in found.items() if file.mask}
    assert masks == {"images/train/gato ñ/1.png": "masks/train/gato ñ/1.gif"}
    groups = pd.read_csv(tmp_path / "raw" / listed.GROUPS).set_index("path")["group"].to_dict()
    assert groups == {
        "images/train/gato ñ/1.png": "x",
        "images/train/1e5/2.png": "x",
        "images/test/1e5/3.png": "y",
    }
    for path, file in zip(ROWS["path"], found, strict=False):
        assert (tmp_path / path).is_file()
        assert (tmp_path / "raw" / file).is_symlink()
    assert listed.class_names(table) == ["1e5", "gato ñ"]


def test_path_and_label_are_enough(write, tmp_path):
    fetch(TABLE, [write(ROWS[["path", "label"]])], tmp_path / "raw")
    assert list(located(tmp_path / "raw")) == [
        "1e5/2.png",
        "1e5/3.png",
        "gato ñ/1.png",
        "gato ñ/b__1.png",
    ]
    assert not (tmp_path / "raw" / listed.GROUPS).exists()
    assert not listed.has_groups(tmp_path / "images.csv")


def test_the_digest_follows_sizes(write, tmp_path):
    table = write(ROWS)
    first = listed.sizes_digest(table)
    (tmp_path / "a/1.png").write_bytes(b"other")
    assert listed.sizes_digest(table) != first


@pytest.mark.parametrize(
    ("column", "value", "message"),
    [
        ("path", "../out.png", "row 1: the path '../out.png' does not lead"),
        ("path", "/etc/passwd", "row 1: the path '/etc/passwd' does not lead"),
        ("mask", "a/2/../../../x.png", "does not lead to a file below"),
        ("mask", "../m.png", "row 1: the path '../m.png'"),
        ("label", "a/b", "row 1: 'a/b' can't be the name of a class"),
        ("label", "..", "row 1: '..' can't be the name of a class"),
        ("label", "", "row 1: '' can't be the name of a class"),
        ("split", "trian", "the split is 'trian'; .*did you mean 'train'"),
        ("split", "", "Either every row has a split, or none has"),
    ],
)
def test_rows_that_cannot_be_are_refused(write, column, value, message):
    rows = ROWS.copy()
    rows.loc[0, column] = value
    with pytest.raises(UserError, match=message):
        listed.listed_files(write(rows))


def test_other_tables_are_refused(write, tmp_path):
    with pytest.raises(UserError, match=r"no column 'label'; .*'labels'"):
        listed.listed_files(write(ROWS.rename(columns={"label": "labels"})))
    with pytest.raises(UserError, match="lists no images"):
        listed.listed_files(write(ROWS[:0]))
    twice = pd.concat([ROWS, ROWS[:1]])
    with pytest.raises(UserError, match=r"row 5: a/1\.png is listed twice"):
        listed.listed_files(write(twice))
    (tmp_path / "bad.parquet").write_bytes(b"PAR1 no")
    with pytest.raises(UserError, match="this table can't be read"):
        listed.listed_files(tmp_path / "bad.parquet")


def test_a_missing_image_is_named_and_nothing_is_left(write, tmp_path):
    table = write(ROWS)
    (tmp_path / "a/2.png").unlink()
    with pytest.raises(UserError, match=r"lists a/2\.png, but there is no such file"):
        fetch(TABLE, [table], tmp_path / "raw")
    assert not (tmp_path / "raw").exists()
