import pandas as pd
import pytest
from scipy import stats

from chrysalis.data.packed import read_table
from chrysalis.data.split import SPLIT_COLUMNS, assign_splits
from chrysalis.errors import UserError


def images(counts: dict[str, int], split: str = "") -> pd.DataFrame:
    rows = [
        (f"{split}/{name}/{number:04d}.png", name, split, f"{number:064x}", 24, 16, "")
        for name, n in counts.items()
        for number in range(n)
    ]
    columns = ["path", "class", "split", "sha256", "width", "height", "mask"]
    return pd.DataFrame(rows, columns=columns)


def counts(table: pd.DataFrame, name: str) -> tuple[int, ...]:
    found = table.loc[table["class"] == name, "split"].value_counts()
    return tuple(int(found.get(split, 0)) for split in ("train", "val", "test"))


@pytest.mark.parametrize(
    ("n", "expected"),
    [
        (3, (1, 1, 1)),
        (4, (2, 1, 1)),
        (10, (6, 2, 2)),  # 1.5 rounds to 2
        (20, (14, 3, 3)),
        (100, (70, 15, 15)),
        (832, (582, 125, 125)),  # 124.8
    ],
)
def test_every_class_is_divided_by_the_fractions(n, expected):
    table = assign_splits(images({"a": n, "b": 50}))
    assert counts(table, "a") == expected
    assert counts(table, "b") == (34, 8, 8)  # 7.5 rounds to 8


def test_train_keeps_an_image_whatever_the_fractions():
    for n in range(3, 12):
        table = assign_splits(images({"a": n, "b": 9}), (0.1, 0.45, 0.45))
        assert min(counts(table, "a")) >= 1
        assert sum(counts(table, "a")) == n
    assert counts(assign_splits(images({"a": 4, "b": 4}), (0.02, 0.49, 0.49)), "a") == (1, 1, 2)


def test_the_table_has_the_agreed_form(tmp_path):
    table = assign_splits(images({"b": 20, "10": 20, "9": 20}))
    assert table.columns.tolist() == SPLIT_COLUMNS
    labels = table.drop_duplicates("class").set_index("class")["label"].to_dict()
    assert labels == {"10": 0, "9": 1, "b": 2}
    order = [("train", "val", "test").index(split) for split in table["split"]]
    rows = list(zip(order, table["path"], strict=True))
    assert rows == sorted(rows)
    table.to_csv(tmp_path / "split.csv", index=False)
    pd.testing.assert_frame_equal(read_table(tmp_path / "split.csv"), table)


def test_every_image_is_in_one_split_only():
    source = images({"a": 37, "b": 61, "c": 5})
    table = assign_splits(source)
    assert sorted(table["path"]) == sorted(source["path"])
    assert table["split"].isin(["train", "val", "test"]).all()


def test_the_row_order_does_not_matter_but_the_seed_does():
    source = images({"a": 40, "b": 40})
    first = assign_splits(source, seed=3)
    shuffled = source.sample(frac=1, random_state=1)
    pd.testing.assert_frame_equal(assign_splits(shuffled, seed=3), first)
    assert not assign_splits(source, seed=4).equals(first)


def test_the_division_is_fixed_for_good():
    table = assign_splits(images({"a": 10, "b": 3}), seed=0)
    assert table.loc[table["split"] == "test", "path"].tolist() == [
        "/a/0004.png",
        "/a/0009.png",
        "/b/0002.png",
    ]


def test_a_class_does_not_depend_on_the_others():
    few, more = images({"b": 30, "c": 30}), images({"a": 9, "b": 30, "c": 30})
    splits = [assign_splits(t).set_index("path")["split"] for t in (few, more)]
    assert splits[0].sort_index().equals(splits[1][splits[0].index].sort_index())


def test_the_draw_is_even():
    """Over many seeds every image is tested about equally often (chi-squared)."""
    source = images({"a": 20, "b": 20})
    drawn = pd.concat(
        table.loc[(table["split"] == "test") & (table["class"] == "a"), "path"]
        for table in (assign_splits(source, seed=seed) for seed in range(200))
    )
    frequencies = drawn.value_counts()
    assert frequencies.sum() == 600
    assert len(frequencies) == 20
    assert stats.chisquare(frequencies).pvalue > 0.001


def official(**splits: dict[str, int]) -> pd.DataFrame:
    return pd.concat([images(counts, split) for split, counts in splits.items()])


def unchanged(source: pd.DataFrame, table: pd.DataFrame, *splits: str) -> bool:
    return all(
        set(source.loc[source["split"] == split, "path"])
        == set(table.loc[table["split"] == split, "path"])
        for split in splits
    )


def test_three_official_splits_are_kept():
    source = official(train={"a": 5, "b": 2}, val={"a": 1, "b": 4}, test={"a": 7})
    assert unchanged(source, assign_splits(source), "train", "val", "test")


@pytest.mark.parametrize("missing", ["val", "test"])
def test_a_missing_official_split_is_carved_out_of_train(missing):
    present = "test" if missing == "val" else "val"
    source = official(train={"a": 85, "b": 2}, **{present: {"a": 40, "b": 3}})
    table = assign_splits(source)
    assert unchanged(source, table, present)
    n = dict(zip(("train", "val", "test"), counts(table, "a"), strict=True))
    assert n == {"train": 70, missing: 15, present: 40}  # 85 * 0.15 / 0.85
    assert counts(table, "b")[0] == 1


def test_train_alone_is_divided_like_a_dataset_without_splits():
    table = assign_splits(official(train={"a": 100, "b": 20}))
    assert counts(table, "a") == (70, 15, 15)


def test_too_few_images_to_divide_are_refused():
    source = official(train={"a": 9, "b": 1}, test={"a": 3, "b": 5})
    with pytest.raises(UserError, match=r"class 'b' has 1 image\(s\) to take train, val from"):
        assign_splits(source)
    source = official(train={"a": 9}, val={"a": 2}, test={"a": 3, "b": 5})
    with pytest.raises(UserError, match=r"class 'b' has 0 image\(s\) to take train from"):
        assign_splits(source)
