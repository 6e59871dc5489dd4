"""Groups share a split, and without groups nothing changes."""

from collections import Counter

import networkx
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chrysalis.data.groups import join, listed_groups, named_groups
from chrysalis.data.resplit import resplit
from chrysalis.data.split import assign_splits
from chrysalis.errors import UserError

FRACTIONS = (0.7, 0.15, 0.15)


def images(counts, split=""):
    rows = [
        (f"{split}/{name}/{number:03d}.png", name, split, "0" * 64, 24, 16, "")
        for name, n in counts.items()
        for number in range(n)
    ]
    columns = ["path", "class", "split", "sha256", "width", "height", "mask"]
    return pd.DataFrame(rows, columns=columns)


@st.composite
def grouped(draw):
    """Images of up to 3 classes, and pairs among them; official test images for some."""
    counts = draw(st.dictionaries(st.sampled_from("abc"), st.integers(12, 40), min_size=2))
    table = images(counts)
    if draw(st.booleans()):
        table = pd.concat([table, images(dict.fromkeys(counts, 4), "test")], ignore_index=True)
        table.loc[table["split"] == "", "split"] = "train"
    place = st.sampled_from(table["path"].tolist())
    pairs = draw(st.lists(st.tuples(place, place), max_size=30))
    return table, pairs


@settings(max_examples=60)
@given(grouped(), st.integers(0, 5))
def test_no_group_is_in_two_splits_and_sizes_are_nearly_kept(case, seed):
    table, pairs = case
    groups = join(table["path"], pairs, {})
    try:
        found = assign_splits(table, FRACTIONS, seed, groups)
    except UserError as error:
        assert "group(s) of images that belong together" in str(error)
        return
    official = set(table.loc[table["split"] == "test", "path"])
    found["group"] = found["path"].map(groups)
    drawn = found[~found["path"].isin(official)]
    assert (drawn.groupby("group")["split"].nunique() == 1).all()
    assert set(found.loc[found["split"] == "test", "path"]) >= official
    carved = ("val",) if official else ("val", "test")
    wanted = assign_splits(table, FRACTIONS, seed)
    largest = drawn["group"].value_counts().max()
    for split in carved:
        for name in table["class"].unique():
            here = ((found["split"] == split) & (found["class"] == name)).sum()
            target = ((wanted["split"] == split) & (wanted["class"] == name)).sum()
            assert here >= 1
            assert target - largest <= here <= max(target, largest)
    pd.testing.assert_frame_equal(
        assign_splits(table.sample(frac=1, random_state=seed), FRACTIONS, seed, groups),
        found.drop(columns="group"),
    )


@settings(max_examples=20)
@given(st.dictionaries(st.sampled_from("abc"), st.integers(3, 60), min_size=1), st.integers(0, 9))
def test_groups_of_one_change_nothing(counts, seed):
    table = images(counts)
    alone = join(table["path"], [], {})
    pd.testing.assert_frame_equal(
        assign_splits(table, FRACTIONS, seed, alone), assign_splits(table, FRACTIONS, seed)
    )


@settings(max_examples=50)
@given(st.lists(st.tuples(st.integers(0, 15), st.integers(0, 15)), max_size=20))
def test_groups_are_the_connected_components(pairs):
    paths = [f"{number:02d}" for number in range(16)]
    found = join(paths, [(paths[a], paths[b]) for a, b in pairs], {})
    graph = networkx.Graph()
    graph.add_nodes_from(paths)
    graph.add_edges_from((paths[a], paths[b]) for a, b in pairs)
    expected = {path: min(part) for part in networkx.connected_components(graph) for path in part}
    assert found.to_dict() == expected


def test_a_pair_and_a_name_join_groups():
    found = join("abcd", [("a", "b")], {"b": "p1", "c": "p1"})
    assert found.to_dict() == {"a": "a", "b": "a", "c": "a", "d": "d"}


def test_a_pair_of_two_classes_stays_together():
    table = images({"a": 20, "b": 20})
    pairs = [(f"/a/{n:03d}.png", f"/b/{n:03d}.png") for n in range(20)]
    found = assign_splits(table, FRACTIONS, 0, join(table["path"], pairs, {}))
    split = found.set_index("path")["split"]
    assert all(split[one] == split[other] for one, other in pairs)
    assert Counter(split) == {"train": 28, "val": 6, "test": 6}


def test_a_large_group_makes_way_for_the_others():
    table = images({"a": 20, "b": 20})
    large = [("/a/000.png", f"/a/{n:03d}.png") for n in range(12)]
    found = assign_splits(table, FRACTIONS, 0, join(table["path"], large, {}))
    sizes = found[found["class"] == "a"]["split"].value_counts()
    assert sizes.to_dict() == {"train": 14, "val": 3, "test": 3}


def test_too_few_groups_are_refused():
    table = images({"a": 20, "b": 20})
    everything = [("/a/000.png", f"/a/{n:03d}.png") for n in range(20)]
    with pytest.raises(UserError, match=r"class 'a' has 1 group\(s\) of images that belong"):
        assign_splits(table, FRACTIONS, 0, join(table["path"], everything, {}))


def test_another_split_keeps_groups_too():
    table = images({"a": 30, "b": 30})
    pairs = [(f"/a/{n:03d}.png", f"/a/{n + 1:03d}.png") for n in range(0, 30, 2)]
    groups = join(table["path"], pairs, {})
    index = assign_splits(table, FRACTIONS, 0, groups)
    for seed in range(5):
        split = resplit(index, table, FRACTIONS, seed, groups).set_index("path")["split"]
        assert all(split[one] == split[other] for one, other in pairs)


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        (r"(\d+)_.*", {"c/12_a.png": "12", "d/12_b.png": "12", "c/7_a.png": "7"}),
        (r"\d+", {"c/12_a.png": "12", "d/12_b.png": "12", "c/7_a.png": "7"}),
        (r"([a-z])/(\d)", {"c/12_a.png": "c/1", "d/12_b.png": "d/1", "c/7_a.png": "c/7"}),
    ],
)
def test_a_pattern_names_groups(pattern, expected):
    assert named_groups([*expected, "c/none.png"], pattern) == expected


def test_a_pattern_that_matches_nothing_is_refused():
    with pytest.raises(UserError, match=r"the pattern '\(x\)' matches no image"):
        named_groups(["a/1.png"], "(x)")


def test_a_table_names_groups():
    table = pd.DataFrame({"path": ["a/1.png", "a/2.png", "z"], "who": ["p", "", "p"]})
    assert listed_groups(["a/1.png", "a/2.png"], table, "who") == {"a/1.png": "p"}
    with pytest.raises(UserError, match="no column 'patient'"):
        listed_groups(["a/1.png"], table, "patient")
    with pytest.raises(UserError, match="lists none of the images"):
        listed_groups(["b/1.png"], table, "who")
