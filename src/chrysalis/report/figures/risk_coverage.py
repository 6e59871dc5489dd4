"""Risk-coverage curves: the error rate if only the surest answers count."""

from __future__ import annotations

import math

import matplotlib as mpl
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from chrysalis.report.figures.style import STYLE, colour, dash, new_figure, put_legend, shorten


def tabulate_risk_coverage(tables: dict[str, list[pd.DataFrame]]) -> pd.DataFrame:
    """Columns label, coverage, seeds, mean, low and high: the risk over the seeds, as fractions.

    `tables` holds risk_coverage.csv tables, one per seed under each label.
    """
    parts = []
    for label, seeds in tables.items():
        risks = pd.concat(seeds).groupby("coverage")["risk"]
        columns = {"seeds": risks.size(), "mean": risks.mean()}
        found = pd.DataFrame(columns | {"low": risks.min(), "high": risks.max()}).reset_index()
        found.insert(0, "label", label)
        parts.append(found)
    return pd.concat(parts, ignore_index=True)


@mpl.rc_context(STYLE)
def plot_risk_coverage(table: pd.DataFrame) -> Figure:
    """A line for each label of `tabulate_risk_coverage`, with a band over the seeds' range."""
    labels = list(dict.fromkeys(table["label"]))
    figure = new_figure(3.4 + 0.22 * math.ceil(len(labels) / 2))
    axes = figure.subplots()
    for index, label in enumerate(labels):
        curve = table[table["label"] == label]
        x = 100 * curve["coverage"]
        axes.plot(x, 100 * curve["mean"], color=colour(index), linestyle=dash(index))
        band = (100 * curve["low"], 100 * curve["high"])
        axes.fill_between(x, *band, color=colour(index), alpha=0.2, lw=0)
    axes.set(xlabel="Coverage (% of the test images)", ylabel="Error rate among them (%)")
    axes.set_xlim(0, 100)
    axes.set_ylim(bottom=0)
    handles = [
        Line2D([], [], color=colour(i), linestyle=dash(i), label=shorten(label, 40))
        for i, label in enumerate(labels)
    ]
    put_legend(figure, handles, columns=2)
    return figure
