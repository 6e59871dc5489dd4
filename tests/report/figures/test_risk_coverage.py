"""Risk-coverage curves by hand, and what is drawn."""

import pandas as pd
import pytest

from chrysalis.report.figures.risk_coverage import plot_risk_coverage, tabulate_risk_coverage


def curve(*risks):
    return pd.DataFrame({"coverage": [0.5, 1.0], "risk": risks, "area": risks})


def test_mean_and_range_over_the_seeds():
    found = tabulate_risk_coverage({"m": [curve(0.1, 0.2), curve(0.3, 0.2)], "n": [curve(0, 1)]})
    assert found["label"].tolist() == ["m", "m", "n", "n"]
    assert found["coverage"].tolist() == [0.5, 1.0] * 2
    assert found["seeds"].tolist() == [2, 2, 1, 1]
    for column, expected in (("mean", [0.2, 0.2]), ("low", [0.1, 0.2]), ("high", [0.3, 0.2])):
        assert found[column].tolist()[:2] == pytest.approx(expected)


def test_a_line_for_each_label_in_percent():
    table = tabulate_risk_coverage({"m": [curve(0.1, 0.2)], "n": [curve(0.0, 0.5)]})
    (axes,) = plot_risk_coverage(table).axes
    assert [line.get_ydata().tolist() for line in axes.lines] == [[10, 20], [0, 50]]
    assert axes.lines[0].get_xdata().tolist() == [50, 100]
    assert len(axes.collections) == 2
