"""Learning rate range tests: the rate they speak for, and their figure."""

from __future__ import annotations

import math

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from chrysalis.report.figures.style import (
    GREY,
    STYLE,
    colour,
    log_scale,
    new_figure,
    put_legend,
    shorten,
)

PANELS_PER_ROW = 3
SETTLING = 10  # steps
WINDOW = 17  # steps: a decade
FALL = 0.05


def steepest(test: pd.DataFrame) -> float:
    """The rate at which the smoothed loss falls fastest per factor of the rate: a fair choice.

    `test` has the columns learning_rate and smoothed, and at least two rows. The slope at a rate is
    that of a straight line through the `WINDOW` steps around it. The first `SETTLING` steps are
    passed over, where the average is of few losses, and those beyond the least loss. NaN if the
    loss never falls by `FALL` of what it is then.
    """
    settled = test.iloc[min(SETTLING, len(test) - 2) :]
    least = int(settled["smoothed"].argmin())
    if settled["smoothed"].iloc[least] > (1 - FALL) * settled["smoothed"].iloc[0]:
        return math.nan
    falling = settled.iloc[: least + 1]
    width = min(WINDOW, len(falling))
    rates, losses = np.log(falling["learning_rate"].to_numpy()), falling["smoothed"].to_numpy()
    slopes = [
        np.polyfit(rates[start : start + width], losses[start : start + width], 1)[0]
        for start in range(len(falling) - width + 1)
    ]
    return float(falling["learning_rate"].iloc[int(np.argmin(slopes)) + width // 2])


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
        best = steepest(test)
        if not math.isnan(best):
            axes.axvline(best, color=colour(2), linestyle=":")
        axes.set(title=shorten(label, 24), xlabel="Learning rate")
        log_scale(axes, "x")
    # Where the loss explodes is seen from where it starts to; its peak would flatten all else.
    panels[0, 0].set_ylim(0, 1.5 * max(test["smoothed"].iloc[0] for test in tests.values()))
    for axes in panels[:, 0]:
        axes.set_ylabel("Training loss")
    put_legend(
        figure,
        [
            Line2D([], [], color=colour(0), label="Smoothed loss"),
            Line2D([], [], color=GREY, alpha=0.5, linewidth=0.8, label="Loss per batch"),
            Line2D([], [], color=colour(1), linestyle="--", label="Peak rate in this study"),
            Line2D([], [], color=colour(2), linestyle=":", label="Steepest fall"),
        ],
        columns=4,
    )
    return figure
