"""Accuracy against cost: the front by hand, and what is drawn."""

import pandas as pd
import pytest

from chrysalis.report.figures.tradeoff import plot_tradeoff, tabulate_tradeoff

COSTS = {  # parameters, latency, accuracy
    "small": (1, 9, 0.80),
    "middle": (5, 5, 0.90),
    "worse": (6, 7, 0.85),
    "large": (50, 6, 0.95),
    "as_large": (50, 8, 0.95),
}


@pytest.fixture
def table():
    arms = pd.DataFrame(
        [{"model": name, "arm": name, "mean": row[2], "sd": 0.01} for name, row in COSTS.items()]
    )
    metrics = pd.DataFrame(
        [
            {"model": name, "arm": name, "metric": metric, "mean": cost, "sd": 0.0}
            for name, row in COSTS.items()
            for metric, cost in zip(("parameters", "latency_1", "nll"), (*row[:2], 1), strict=True)
        ]
    )
    return tabulate_tradeoff(arms, metrics, ["parameters", "latency_1"])


def front(table, metric):
    rows = table[(table["metric"] == metric) & table["front"]]
    return set(rows["arm"])


def test_the_front_by_hand(table):
    assert len(table) == 10
    assert front(table, "parameters") == {"small", "middle", "large", "as_large"}
    assert front(table, "latency_1") == {"middle", "large"}


def test_a_panel_for_each_measure(table):
    figure = plot_tradeoff(table)
    first, second = (axes for axes in figure.axes if axes.get_visible())
    assert (first.get_xlabel(), second.get_xlabel()) == ("Parameters (M)", "Latency, 1 image (ms)")
    figure.canvas.draw()
    assert not any("$" in label.get_text() for label in first.get_xticklabels(which="both"))
    assert (first.get_xscale(), second.get_xscale()) == ("log", "linear")
    assert first.lines[0].get_xdata().tolist() == [1, 5, 50, 50]
    assert second.lines[0].get_xdata().tolist() == [5, 6]
    assert second.lines[0].get_ydata() == pytest.approx([90, 95])
