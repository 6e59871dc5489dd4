"""The rate that a range test speaks for, and what its figure shows."""

import numpy as np
import pandas as pd
import pytest

from chrysalis.report.lr_range import plot_lr_range, steepest


def table():
    rates = np.geomspace(1e-4, 1, 41)
    loss = 2 - np.tanh(2 * np.log10(rates / 0.01))  # falls fastest at 0.01
    return pd.DataFrame({"learning_rate": rates, "loss": loss, "smoothed": loss})


def test_steepest_is_where_the_smoothed_loss_falls_fastest():
    rates = np.geomspace(1e-4, 1, 41)
    loss = 2 - np.tanh(2 * np.log10(rates / 0.01))  # falls fastest at 0.01
    table = pd.DataFrame({"learning_rate": rates, "loss": loss, "smoothed": loss})
    assert steepest(table) == pytest.approx(0.01)


def test_a_panel_for_each_model_with_both_rates():
    tests = {name: table() for name in "abcd"}
    figure = plot_lr_range(tests, dict.fromkeys(tests, 0.3))
    shown = [axes for axes in figure.axes if axes.get_visible()]
    assert [axes.get_title(loc="left") for axes in shown] == list("abcd")
    for axes in shown:
        _, smoothed, used, best = axes.lines
        np.testing.assert_allclose(smoothed.get_ydata(), table()["smoothed"])
        assert (used.get_xdata()[0], best.get_xdata()[0]) == pytest.approx((0.3, 0.01))
