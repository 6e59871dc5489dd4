"""The rate that a range test speaks for, and what its figure shows."""

import numpy as np
import pandas as pd
import pytest

from chrysalis.report.figures.lr_range import plot_lr_range, steepest


def table():
    rates = np.geomspace(1e-4, 1, 41)
    loss = 2 - np.tanh(2 * np.log10(rates / 0.01))  # falls fastest at 0.01
    return pd.DataFrame({"learning_rate": rates, "loss": loss, "smoothed": loss})


def test_steepest_is_where_the_smoothed_loss_falls_fastest():
    rates = np.geomspace(1e-4, 1, 41)
    loss = 2 - np.tanh(2 * np.log10(rates / 0.01))  # falls fastest at 0.01
    table = pd.DataFrame({"learning_rate": rates, "loss": loss, "smoothed": loss})
    assert steepest(table) == pytest.approx(0.01, rel=0.3)


def test_neither_the_start_nor_what_follows_the_least_loss_counts():
    found = table()
    found.loc[:3, "smoothed"] = [9, 7, 5, 3]  # falls faster, of few losses
    found.loc[38:, "smoothed"] = [9, 5, 1.01]  # falls from where it has exploded to
    assert steepest(found) == pytest.approx(0.01, rel=0.3)


def test_a_loss_that_never_falls_speaks_for_no_rate():
    found = table().assign(smoothed=np.linspace(2.3, 2.2, 41))
    assert np.isnan(steepest(found))
    figure = plot_lr_range({"m": found}, {"m": 0.3})
    assert len(figure.axes[0].lines) == 3


def test_the_rates_are_written_as_plain_numbers():
    figure = plot_lr_range({"m": table()}, {"m": 0.3})
    figure.canvas.draw()
    written = [label.get_text() for label in figure.axes[0].get_xticklabels()]
    assert "0.01" in written
    assert not any("$" in text for text in written)


def test_a_panel_for_each_model_with_both_rates():
    tests = {name: table() for name in "abcd"}
    figure = plot_lr_range(tests, dict.fromkeys(tests, 0.3))
    shown = [axes for axes in figure.axes if axes.get_visible()]
    assert [axes.get_title(loc="left") for axes in shown] == list("abcd")
    for axes in shown:
        _, smoothed, used, best = axes.lines
        np.testing.assert_allclose(smoothed.get_ydata(), table()["smoothed"])
        assert (used.get_xdata()[0], best.get_xdata()[0]) == pytest.approx((0.3, 0.01), rel=0.3)
