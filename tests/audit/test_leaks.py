import pandas as pd
import pytest

from chrysalis.audit.gate import MOST, check
from chrysalis.audit.leaks import across, by_split, leaks
from chrysalis.errors import UserError
from chrysalis.records.audit import IssueRow, LeakRow, PairRow

SPLIT = pd.DataFrame(
    {
        "path": ["a1", "a2", "a3", "b1", "b2"],
        "class": ["a", "a", "a", "b", "b"],
        "split": ["train", "test", "val", "test", "test"],
    }
)


def test_pairs_across_splits_come_first():
    pairs = [
        PairRow("b1", "b2", 0.99, "copy"),
        PairRow("a1", "a2", 0.9, "copy"),
        PairRow("a1", "b1", 0.95, "mirrored"),
    ]
    rows = by_split(pairs, SPLIT)
    assert [(row.path_a, row.splits, row.classes) for row in rows] == [
        ("a1", "train/test", "a / b"),
        ("a1", "train/test", "a / a"),
        ("b1", "test/test", "b / b"),
    ]
    assert [across(row) for row in rows] == [True, True, False]


def test_a_leak_names_the_most_similar_twin_outside_test():
    pairs = [
        PairRow("a1", "a2", 0.9, "copy"),
        PairRow("a2", "a3", 0.95, "copy"),
        PairRow("a2", "b1", 0.99, "copy"),
        PairRow("a1", "a3", 0.99, "copy"),
    ]
    assert leaks(pairs, SPLIT) == [LeakRow("a2", "a", "a3", "val", "a", 0.95)]


def test_nothing_leaks_without_pairs():
    assert leaks([], SPLIT) == by_split([], SPLIT) == []


def test_the_gate_lists_what_counts(tmp_path):
    issues = [IssueRow("broken", f"{n}.png", "a", "", "empty") for n in range(MOST + 5)]
    issues.append(IssueRow("dark", "x.png", "a", "train", "dark"))
    check(issues, ["leakage", "labels"], tmp_path)
    with pytest.raises(UserError) as error:
        check(issues, ["broken", "leakage"], tmp_path / "issues.csv")
    text = str(error.value)
    assert f"{MOST + 5} finding(s)" in text
    assert "- broken: 0.png: empty\n" in text
    assert "- and 5 more" in text
    assert str(tmp_path / "issues.csv") in text
    assert "dark" not in text


def test_the_gate_names_a_class_where_there_is_no_file(tmp_path):
    issues = [IssueRow("imbalance", "", "rare", "", "3 images")]
    with pytest.raises(UserError, match="- imbalance: rare: 3 images"):
        check(issues, ["imbalance"], tmp_path)
