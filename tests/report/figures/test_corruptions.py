"""Accuracy by kind and severity, as drawn."""

import pytest

from chrysalis.records.corruptions import CORRUPTIONS, CorruptionRow
from chrysalis.records.paths import ExperimentPaths
from chrysalis.report.figures.corruptions import draw_corruptions


def test_a_panel_for_each_kind_and_a_line_for_each_arm(tmp_path):
    rows = [
        CorruptionRow("m", arm, kind, severity, 3, mean - severity / 10, 0.01)
        for arm, mean in (("off", 0.8), ("on", 0.9))
        for kind, severity in (("none", 0), ("fog", 1), ("fog", 2), ("snow", 1), ("snow", 2))
    ]
    paths = ExperimentPaths(tmp_path)
    CORRUPTIONS.write(rows, paths.corruptions("corruptions"))
    table, figure = draw_corruptions(paths)["corruptions"]
    assert len(table) == len(rows)
    shown = [axes for axes in figure.axes if axes.get_visible()]
    assert [axes.get_title(loc="left") for axes in shown] == ["fog", "snow"]
    assert [axes.get_xlabel() for axes in shown] == ["Severity"] * 2
    off, on = shown[1].lines
    assert off.get_xdata().tolist() == [0, 1, 2]
    assert off.get_ydata() == pytest.approx([80, 70, 60])
    assert on.get_ydata() == pytest.approx([90, 80, 70])
