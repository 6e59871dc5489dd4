"""The lists of the most frequent errors."""

from chrysalis.records.pictures import ConfusionRow
from chrysalis.report.pages.confused import MOST_ROWS, confusions, most_frequent


def test_errors_are_listed_in_their_order_whatever_the_classes_are_called():
    rows = [ConfusionRow("m", "<b>", "NA", 4, 10, 0.4), ConfusionRow("m", "NA", "b", 2, 10, 0.2)]
    text = most_frequent(rows)
    assert text.index("4 of 10") < text.index("2 of 10")
    assert "40.0\u00a0%" in text and "NA</span>" in text
    assert "<b>" not in text


def test_a_page_names_classes_its_own_way():
    text = confusions([ConfusionRow("m", "a", "b", 1, 2, 0.5)], named=str.upper)
    assert "| A | B | 1 of 2 | 50.0" in " ".join(text.split(" "))


def test_no_error_is_said():
    assert "makes no error on test" in most_frequent([])
    assert "were taken for" not in most_frequent([])


def test_a_long_list_is_cut_with_a_count():
    text = most_frequent([ConfusionRow("m", "a", "b", 1, 2, 0.5)] * (MOST_ROWS + 1))
    assert text.count("| 1 of 2 |") == MOST_ROWS
    assert "And 1\u00a0more pair" in text
