"""Accuracy on corrupted test images, by kind and severity."""

from __future__ import annotations

import math

import matplotlib as mpl
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from chrysalis.records.corruptions import CORRUPTIONS
from chrysalis.records.paths import ExperimentPaths
from chrysalis.report.figures.saving import Drawn
from chrysalis.report.figures.style import STYLE, colour, dash, new_figure, put_legend, shorten

PANELS_PER_ROW = 4


def draw_corruptions(paths: ExperimentPaths) -> Drawn:
    """The figure of an experiment's table of corruptions, and that table."""
    table = CORRUPTIONS.read_frame(paths.corruptions("corruptions"))
    return {"corruptions": (table, plot_corruptions(table))}


@mpl.rc_context(STYLE)
def plot_corruptions(table: pd.DataFrame) -> Figure:
    """A panel for each kind of `CORRUPTIONS`, a line for each arm: mean and sd over the seeds.

    The rows of severity 0 belong to all kinds.
    """
    kinds = [kind for kind in dict.fromkeys(table["kind"]) if kind != "none"]
    arms = list(dict.fromkeys(zip(table["model"], table["arm"], strict=True)))
    rows = math.ceil(len(kinds) / PANELS_PER_ROW)
    figure = new_figure(0.6 + 1.75 * rows + 0.22 * math.ceil(len(arms) / 2))
    panels = figure.subplots(rows, PANELS_PER_ROW, squeeze=False, sharex=True, sharey=True)
    for axes in panels.flat[len(kinds) :]:
        axes.set_visible(False)
    for axes, kind in zip(panels.flat, kinds, strict=False):
        shown = table[table["kind"].isin([kind, "none"])]
        for index, (model, arm) in enumerate(arms):
            own = shown[(shown["model"] == model) & (shown["arm"] == arm)]
            own = own.sort_values("severity")
            mean, sd = 100 * own["mean"], 100 * own["sd"].fillna(0)
            axes.plot(own["severity"], mean, color=colour(index), linestyle=dash(index))
            band = (mean - sd, mean + sd)
            axes.fill_between(own["severity"], *band, color=colour(index), alpha=0.2, lw=0)
        axes.set_title(kind.replace("_", " "))
        axes.set_xticks(range(6))
        axes.set_ylim(0, 102)
    # The lowest panel of each column, which need not be in the last row.
    for axes in panels.flat[max(0, len(kinds) - PANELS_PER_ROW) : len(kinds)]:
        axes.set_xlabel("Severity")
        axes.tick_params(labelbottom=True)
    for axes in panels[:, 0]:
        axes.set_ylabel("Accuracy (%)")
    handles = [
        Line2D([], [], color=colour(i), linestyle=dash(i), label=shorten(_label(*arm), 40))
        for i, arm in enumerate(arms)
    ]
    put_legend(figure, handles, columns=2)
    return figure


def _label(model: str, arm: str) -> str:
    return model if model == arm else f"{model}, {arm}"
