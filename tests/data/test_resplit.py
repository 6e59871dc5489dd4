"""Another split of packed images: other places, the same rows."""

import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from chrysalis.data.groups import join
from chrysalis.data.packed import read_table
from chrysalis.data.resplit import require_no_official_test, resplit
from chrysalis.data.split import assign_splits
from chrysalis.errors import UserError
from chrysalis.records.audit import GROUPS, GroupRow
from chrysalis.records.paths import StudyPaths

REPOSITORY = Path(__file__).parents[2]
FRACTIONS = (0.6, 0.2, 0.2)


def images(split: str = "", **counts: int) -> pd.DataFrame:
    rows = [
        (f"{split}/{name}/{number:04d}.png", name, split, f"{number:064x}", 24, 16, "")
        for name, n in counts.items()
        for number in range(n)
    ]
    columns = ["path", "class", "split", "sha256", "width", "height", "mask"]
    return pd.DataFrame(rows, columns=columns)


def test_rows_keep_their_order_and_all_but_their_split():
    source = images(a=40, b=25, NA=10)
    index = assign_splits(source, FRACTIONS, seed=0)
    found = resplit(index, source.sample(frac=1, random_state=1), FRACTIONS, seed=1)
    assert found.columns.tolist() == index.columns.tolist()
    pd.testing.assert_frame_equal(found.drop(columns="split"), index.drop(columns="split"))
    assert not found["split"].equals(index["split"])


def test_it_is_the_ordinary_split_of_its_seed():
    source = images(a=40, b=25)
    index = assign_splits(source, FRACTIONS, seed=0)
    pd.testing.assert_frame_equal(resplit(index, source, FRACTIONS, seed=0), index)
    found = resplit(index, source, FRACTIONS, seed=7)
    expected = assign_splits(source, FRACTIONS, seed=7)
    pd.testing.assert_series_equal(
        found.set_index("path")["split"].sort_index(),
        expected.set_index("path")["split"].sort_index(),
    )


def test_each_class_has_as_many_images_in_each_split_under_every_seed():
    source = images(a=41, b=23, c=3)
    index = assign_splits(source, FRACTIONS, seed=0)
    counts = [
        pd.crosstab(table["class"], table["split"])
        for table in (resplit(index, source, FRACTIONS, seed) for seed in range(4))
    ]
    assert all(count.equals(counts[0]) for count in counts)


def test_official_validation_images_stay():
    source = pd.concat([images("train", a=40, b=20), images("val", a=6, b=4)])
    index = assign_splits(source, FRACTIONS, seed=0)
    found = resplit(index, source, FRACTIONS, seed=1)
    val, test = (found.loc[found["split"] == name, "path"] for name in ("val", "test"))
    assert val.str.startswith("val/").all()
    assert len(val) == 10
    assert set(test) != set(index.loc[index["split"] == "test", "path"])


def test_an_official_test_split_is_refused():
    source = pd.concat([images("train", a=40, b=20), images("test", a=6, b=4)])
    with pytest.raises(UserError, match=r"vary_split: the dataset has an official test split"):
        require_no_official_test(source)
    require_no_official_test(images("train", a=40, b=20))


def test_an_official_test_split_stays_while_val_is_drawn_anew():
    source = pd.concat([images("train", a=40, b=20), images("test", a=6, b=4)])
    index = assign_splits(source, FRACTIONS, seed=0)
    found = resplit(index, source, FRACTIONS, seed=1)
    val, test = (
        [set(table.loc[table["split"] == name, "path"]) for table in (index, found)]
        for name in ("val", "test")
    )
    assert test[0] == test[1]
    assert val[0] != val[1]
    assert len(val[0]) == len(val[1])


def test_the_script_writes_what_can_be_read_back(tmp_path):
    source = images(a=12, NA=9)
    index = assign_splits(source, FRACTIONS, seed=3)
    paths = StudyPaths(tmp_path)
    for path, table in ((paths.images, source), (paths.index(40), index)):
        path.parent.mkdir(parents=True)
        table.to_csv(path, index=False)
    command = [sys.executable, "-P", REPOSITORY / "scripts/resplit.py", "--results", tmp_path]
    command += ["--size", "40", "--seed", "1", "--split-seed", "4"]
    groups = join(source["path"], [], {})
    GROUPS.write((GroupRow(*row) for row in groups.items()), paths.groups)
    command += ["--fractions", *map(str, FRACTIONS)]
    subprocess.run(command, check=True)
    expected = resplit(index, source, FRACTIONS, seed=4)
    pd.testing.assert_frame_equal(read_table(paths.index(40, 1)), expected)
