"""What the figures of a sweep show."""

import math

import numpy as np
import pandas as pd
import pytest
from matplotlib.text import Annotation

from chrysalis.config.sweep import Choices, Range, Sweep
from chrysalis.report.figures.sweep import (
    plot_importance,
    plot_parallel,
    plot_search,
    tabulate_search,
)

SWEEP = Sweep(
    trials=5,
    space={
        "learning_rate": Range(low=1e-4, high=1e-2, log=True),
        "momentum": Range(low=0.5, high=0.9),
        "batch_size": Choices(choices=[8, 16, 32]),
        "decay_norms_and_biases": Choices(choices=[True, False]),
    },
)


@pytest.fixture
def trials():
    nan = math.nan
    return pd.DataFrame(
        {
            "number": range(5),
            "state": ["pruned", "complete", "diverged", "complete", "complete"],
            "learning_rate": [1e-4, 1e-3, 1e-2, 1e-3, 1e-4],
            "momentum": [0.5, 0.6, 0.7, 0.9, 0.5],
            "batch_size": [8, 16, 32, 32, 8],
            "decay_norms_and_biases": [True, False, True, False, True],
            "val_top1": [0.95, 0.6, nan, 0.5, 0.8],
            "val_loss": [0.1, 0.5, nan, 0.6, 0.3],
        }
    )


def test_best_so_far_is_of_complete_trials(trials):
    found = tabulate_search(trials)
    assert found.columns.tolist() == ["number", "state", "val_top1", "best_so_far"]
    np.testing.assert_array_equal(found["best_so_far"], [math.nan, 0.6, 0.6, 0.6, 0.8])


def test_search_shows_each_state_in_percent(trials):
    figure = plot_search(tabulate_search(trials))
    (axes,) = figure.axes
    best, complete, pruned, diverged = axes.lines
    np.testing.assert_allclose(best.get_ydata(), [math.nan, 60, 60, 60, 80])
    assert complete.get_xydata().tolist() == [[1, 60], [3, 50], [4, 80]]
    assert pruned.get_xydata().tolist() == [[0, 95]]
    assert diverged.get_xdata().tolist() == [2]
    markers = {line.get_marker() for line in (complete, pruned, diverged)}
    assert len(markers) == 3
    low, high = axes.get_ylim()
    assert 40 < low < 50 and 95 < high < 100  # the diverged trial, at the bottom, has no say
    figure.canvas.draw()
    assert [text.get_text() for text in figure.legends[0].get_texts()] == [
        *("best complete trial so far", "complete", "pruned", "diverged")
    ]


def test_parallel_lines_run_through_the_values(trials):
    figure = plot_parallel(trials, SWEEP)
    (axes,) = figure.axes
    lines = axes.lines[:5]
    # The accuracies on show lie between 50 and 95 %.
    expected = [
        [0, 0, 0, 0, 1],
        [0.5, 0.25, 0.5, 1, 10 / 45],
        [1, 0.5, 1, 0, math.nan],
        [0.5, 1, 1, 1, 0],
        [0, 0, 0, 0, 30 / 45],
    ]
    for line, places in zip(lines, expected, strict=True):
        np.testing.assert_allclose(line.get_xdata(), places, atol=1e-12)
        np.testing.assert_array_equal(line.get_ydata(), range(5))
    brightness = [sum(line.get_color()[:3]) for line in (lines[4], lines[1], lines[3])]
    assert brightness == sorted(brightness)
    assert lines[0].get_color() == lines[2].get_color()
    assert [label.get_text() for label in axes.get_yticklabels()] == [
        *("learning rate\n(log scale)", "momentum", "batch size", "decay norms\nand biases"),
        "validation\naccuracy (%)",
    ]


def test_parallel_ticks_are_plain_and_do_not_overlap(trials):
    figure = plot_parallel(trials, SWEEP)
    figure.canvas.draw()
    texts = [child for child in figure.axes[0].get_children() if isinstance(child, Annotation)]
    written = [text.get_text() for text in texts]
    assert {"0.0001", "0.001", "0.01", "8", "16", "32", "True", "False"} <= set(written)
    boxes = [text.get_window_extent() for text in texts]
    assert not any(a.overlaps(b) for i, a in enumerate(boxes) for b in boxes[:i])


def test_one_accuracy_or_none_can_be_drawn(trials):
    equal = trials.assign(val_top1=0.5, state="complete")
    lines = plot_parallel(equal, SWEEP).axes[0].lines[:5]
    assert {line.get_xdata()[-1] for line in lines} == {0.5}
    plot_parallel(trials.assign(val_top1=math.nan, state="diverged"), SWEEP)


def test_importance_is_a_bar_each_in_percent_from_the_top():
    table = pd.DataFrame({"setting": ["batch_size", "momentum"], "importance": [0.75, 0.1]})
    (axes,) = plot_importance(table).axes
    assert [bar.get_width() for bar in axes.patches] == [75, 10]
    assert [label.get_text() for label in axes.get_yticklabels()] == ["batch size", "momentum"]
    top, bottom = (bar.get_y() for bar in axes.patches)
    assert top < bottom and axes.yaxis_inverted()
    assert "(%)" in axes.get_xlabel()


def test_without_importances_the_figure_says_so():
    figure = plot_importance(pd.DataFrame(columns=["setting", "importance", "trials"]))
    assert figure.axes == []
    assert "too few trials were completed" in figure.texts[0].get_text()
