"""Scores of findings by hand, and on labels and confusions made up to be found."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import precision_score, recall_score

from chrysalis.evaluation.truth import (
    Report,
    bursts,
    doubtful,
    findings,
    most_confused,
    near_duplicates,
    noisy,
    planted,
    scores,
    told_by_background,
)
from chrysalis.records.audit import IssueRow, LabelRow, PairRow, SeriesRow
from chrysalis.records.maps import BetrayedRow
from chrysalis.records.predictions import Predictions
from chrysalis.records.truth import FINDINGS, TRUTH, TRUTH_SCORES, FindingRow, TruthRow


def row(kind, path="", other="", class_="", true_class="", how=""):
    return TruthRow(kind, path, other, class_, true_class, how)


TRUTH_ROWS = [
    row("near_duplicate", "b", "a", how="mirrored"),
    row("near_duplicate", "d", "c", how="cropped"),
    row("burst", "f", "e"),
    row("burst", "g", "e"),
    row("wrong_label", "h", class_="X", true_class="Y"),
    row("look_alike", class_="X", true_class="Z"),
    row("noisy_species", class_="X"),
    row("betrayed_species", class_="Y", how="leaf"),
]


def items(*groups):
    return frozenset(frozenset(group.split()) for group in groups)


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("near_duplicate", items("a b", "c d")),
        ("burst", items("e f", "e g", "f g")),
        ("wrong_label", items("h")),
        ("look_alike", items("X Z")),
        ("noisy_species", items("X")),
        ("betrayed_species", items("Y")),
    ],
)
def test_what_was_planted(kind, expected):
    assert planted(TRUTH_ROWS, kind) == expected


def test_scores_by_hand():
    reports = {
        "near_duplicate": Report("distance", items("a b", "a z", "y z")),
        "noisy_species": Report("label quality", frozenset()),
    }
    rows = findings(TRUTH_ROWS, reports)
    assert [each for each in rows if each.kind == "near_duplicate"] == [
        FindingRow("near_duplicate", "a", "b", True, True),
        FindingRow("near_duplicate", "a", "z", False, True),
        FindingRow("near_duplicate", "c", "d", True, False),
        FindingRow("near_duplicate", "y", "z", False, True),
    ]
    by_kind = {each.kind: each for each in scores(rows, reports)}
    near = by_kind["near_duplicate"]
    assert (near.planted, near.reported, near.found) == (2, 3, 1)
    assert (near.missed, near.false_alarms) == (1, 2)
    assert (near.precision, near.recall) == pytest.approx((1 / 3, 1 / 2))
    assert math.isnan(by_kind["noisy_species"].precision)
    assert by_kind["noisy_species"].recall == 0
    assert (by_kind["burst"].method, by_kind["burst"].planted) == ("", 3)


def test_what_is_neither_planted_nor_looked_for_has_no_row():
    assert scores(findings([], {}), {}) == []
    looked = {"look_alike": Report("confusions", items("X Y"))}
    (only,) = scores(findings([], looked), looked)
    assert (only.planted, only.false_alarms) == (0, 1)
    assert math.isnan(only.recall)


@given(there=st.sets(st.integers(0, 15)), named=st.sets(st.integers(0, 15)))
def test_precision_and_recall_are_scikit_learns(there, named):
    truth = [row("wrong_label", f"{n}.jpg") for n in sorted(there)]
    reports = {"wrong_label": Report("x", frozenset(frozenset({f"{n}.jpg"}) for n in named))}
    made = scores(findings(truth, reports), reports)
    (score,) = made
    y_true, y_pred = ([n in chosen for n in range(16)] for chosen in (there, named))
    for own, oracle in ((score.precision, precision_score), (score.recall, recall_score)):
        expected = oracle(y_true, y_pred, zero_division=np.nan)
        assert own == pytest.approx(expected, nan_ok=True)
    assert score.found + score.missed == score.planted
    assert score.found + score.false_alarms == score.reported


def test_noisy_classes_are_those_of_the_audit():
    issues = [IssueRow("noisy_classes", "", "X", "", ""), IssueRow("dark", "a", "Y", "train", "")]
    assert noisy(issues).items == items("X")
    assert noisy([]).items == frozenset()


def test_every_two_images_of_a_series_are_reported_but_no_copies():
    series = [SeriesRow("e", path, "X", "train") for path in "efg"]
    series += [SeriesRow("a", path, "X", "train") for path in "abz"]
    assert bursts(series, TRUTH_ROWS).items == items("e f", "e g", "f g", "a z")


def test_the_most_confused_pairs_add_up_directions_and_trainings():
    classes = ["A", "B", "C"]

    def training(labels, answers):
        logits = np.eye(3)[answers]
        return Predictions(classes, np.array(["x"] * len(labels)), np.array(labels), logits)

    # A for B once each way and B for A in the other; A for C twice; B for C never.
    one = training([0, 1, 0, 0, 2], [1, 0, 2, 2, 2])
    other = training([1, 2], [0, 2])
    assert most_confused([one, other], 1).items == items("A B")
    assert most_confused([one, other], 5).items == items("A B", "A C")


def test_tables_can_be_read_back(tmp_path):
    reports = {"look_alike": Report("confusions on test", items("X Z", "Y Z"))}
    rows = findings(TRUTH_ROWS, reports)
    for table, content in (
        (TRUTH, TRUTH_ROWS),
        (FINDINGS, rows),
    ):
        table.write(content, tmp_path / "table.csv")
        assert table.read(tmp_path / "table.csv") == content
    made = [each for each in scores(rows, reports) if each.method]
    TRUTH_SCORES.write(made, tmp_path / "scores.csv")
    assert TRUTH_SCORES.read(tmp_path / "scores.csv") == made


def test_what_the_audit_found_is_scored_and_a_burst_is_no_false_alarm():
    pairs = [PairRow(*pair, 0.99, "copy") for pair in ("ba", "fg", "yz")]
    labels = [LabelRow("h", "X", "train", "Y", 0.1, 0.8, "")]
    reports = {
        "near_duplicate": near_duplicates(pairs, TRUTH_ROWS),
        "wrong_label": doubtful(labels),
    }
    found = {one.kind: one for one in scores(findings(TRUTH_ROWS, reports), reports)}
    twins = found["near_duplicate"]
    assert (twins.found, twins.missed, twins.false_alarms) == (1, 1, 1)
    assert (found["wrong_label"].found, found["wrong_label"].false_alarms) == (1, 0)


def test_classes_told_by_their_background_in_any_training():
    def told(model, name, betrayed):
        return BetrayedRow(model, 0, name, 20, 0.9, 0.8, 0.1, 0.001, 0.01, betrayed)

    rows = [told("a", "X", False), told("b", "X", True), told("a", "Y", False)]
    assert told_by_background(rows).items == items("X")
    assert told_by_background([]).items == frozenset()
