"""Learning rate range tests: the rate they speak for, and their figure."""

from __future__ import annotations

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from chrysalis.report.style import GREY, STYLE, colour, new_figure, put_legend, shorten

PANELS_PER_ROW = 3


def steepest(test: pd.DataFrame) -> float:
    """The rate at which the smoothed loss falls fastest per factor of the rate: a fair choice.

    `test` has the columns learning_rate and smoothed, and at least two rows.
    """
    slope = np.gradient(test["smoothed"], np.log(test["learning_rate"]))
    return float(test["learning_rate"].iloc[slope.argmin()])


@mpl.rc_context(STYLE)
def plot_lr_range(tests: dict[str, pd.DataFrame], rates: dict[str, float]) -> Figure:
    """A panel for each model: smoothed loss over the rate, and the rate it is trained with.

    `tests` holds tables with learning_rate, loss and smoothed; `rates` the peak rates, by the same
    labels.
    """
    rows = -(-len(tests) // PANELS_PER_ROW)
    figure = new_figure(0.6 + 2.3 * rows)
    panels = figure.subplots(rows, min(PANELS_PER_ROW, len(tests)), squeeze=False, sharey=True)
    for axes in panels.flat[len(tests) :]:
        axes.set_visible(False)
    for axes, (label, test) in zip(panels.flat, tests.items(), strict=False):
        axes.plot(test["learning_rate"], test["loss"], color=GREY, alpha=0.5, linewidth=0.8)
        axes.plot(test["learning_rate"], test["smoothed"], color=colour(0))
        axes.axvline(rates[label], color=colour(1), linestyle="--")
        axes.axvline(steepest(test), color=colour(2), linestyle=":")
        axes.set(xscale="log", title=shorten(label, 24), xlabel="Learning rate")
    for axes in panels[:, 0]:
        axes.set_ylabel("Loss under training")
    put_legend(
        figure,
        [
            Line2D([], [], color=colour(0), label="Smoothed loss"),
            Line2D([], [], color=GREY, alpha=0.5, linewidth=0.8, label="Loss of each batch"),
            Line2D([], [], color=colour(1), linestyle="--", label="Peak rate used here"),
            Line2D([], [], color=colour(2), linestyle=":", label="Steepest fall"),
        ],
        columns=4,
    )
    return figure
