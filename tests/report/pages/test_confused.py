"""The list of the most frequent errors."""

from pathlib import Path

from chrysalis.report.pages.confused import MOST_ROWS, Confused, fragment, load_confused
from chrysalis.report.pages.plots import Plot

PLOT = Plot(Path("plot_models/confusion.svg"), Path("confusion.csv"), wide=False)


def write(folder, rows):
    (folder / "confusion.csv").write_text("\n".join(["split,class,NA,b,b", *rows]))
    return load_confused(folder, [PLOT])


def test_errors_are_listed_by_their_number_whatever_the_classes_are_called(tmp_path):
    found = write(tmp_path, ["test,NA,7,2,1", "test,b,0,9,0", "test,b,4,0,6"])
    pairs = [(each.true, each.taken_for, each.answers) for each in found]
    assert pairs == [("b", "NA", 4), ("NA", "b", 2), ("NA", "b", 1)]
    assert "| 4 |" in fragment(found, [PLOT])


def test_no_error_is_said(tmp_path):
    found = write(tmp_path, ["test,NA,7,0,0", "test,b,0,9,0", "test,b,0,0,6"])
    assert found == []
    assert "makes no error on test" in fragment(found, [PLOT])


def test_a_long_list_is_cut_with_a_count():
    text = fragment([Confused("a", "b", 1)] * (MOST_ROWS + 1), [PLOT])
    assert text.count("| 1 |") == MOST_ROWS
    assert "And 1\u00a0more pair" in text


def test_without_a_confusion_matrix_there_is_no_list():
    assert load_confused(Path("none"), []) == []
    assert fragment([], []) == ""
