"""Reliability diagrams: accuracy against confidence, as trained and after temperature scaling.

Each bin comes with the range in which a perfectly calibrated network would be: the consistency bars
of Broecker and Smith (Weather and Forecasting 22, 2007).
"""

from __future__ import annotations

import matplotlib as mpl
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from chrysalis.report.figures.style import (
    GREY,
    STYLE,
    colour,
    marker,
    new_figure,
    put_legend,
    shorten,
)

PANELS_PER_ROW = 3
CHANCE = 0.95
KINDS = {"no": "as trained", "yes": "after temperature scaling"}


def pool_reliability(tables: dict[str, list[pd.DataFrame]]) -> pd.DataFrame:
    """The seeds' bins put together: columns label, scaled, low, high, images, confidence, accuracy.

    `tables` holds reliability.csv tables, one per seed under each label. Means are over the images
    of all seeds; bins without images are left out. `perfect_low` and `perfect_high` bound the
    accuracy of a perfectly calibrated network in 95 % of studies. They count each bin's images as
    one seed has them, since all seeds may answer the same images alike.
    """
    from scipy import stats  # half of the start of jobs that don't come here

    parts = []
    for label, seeds in tables.items():
        bins = pd.concat(seeds).dropna()
        for name in ("confidence", "accuracy"):
            bins[name] *= bins["images"]
        sums = bins.groupby(["scaled", "low", "high"], as_index=False)[
            ["images", "confidence", "accuracy"]
        ].sum()
        for name in ("confidence", "accuracy"):
            sums[name] /= sums["images"]
        each = (sums["images"] / len(seeds)).round().clip(lower=1)
        low, high = stats.binom.interval(CHANCE, each, sums["confidence"].clip(upper=1.0))
        parts.append(sums.assign(label=label, perfect_low=low / each, perfect_high=high / each))
    columns = ["label", "scaled", "low", "high", "images", "confidence", "accuracy"]
    return pd.concat(parts, ignore_index=True)[[*columns, "perfect_low", "perfect_high"]]


@mpl.rc_context(STYLE)
def plot_reliability(pooled: pd.DataFrame) -> Figure:
    """A panel for each label of `pool_reliability`; the area of a mark is its share of images."""
    labels = list(dict.fromkeys(pooled["label"]))
    rows = -(-len(labels) // PANELS_PER_ROW)
    columns = min(PANELS_PER_ROW, len(labels))
    figure = new_figure(0.7 + 2.7 * rows)
    panels = figure.subplots(rows, columns, squeeze=False, sharex=True, sharey=True)
    for axes in panels.flat[len(labels) :]:
        axes.set_visible(False)
    for axes, label in zip(panels.flat, labels, strict=False):
        axes.plot([0, 100], [0, 100], color=GREY, linewidth=1, linestyle=":")
        for index, kind in enumerate(KINDS):
            bins = pooled[(pooled["label"] == label) & (pooled["scaled"] == kind)]
            x, y = 100 * bins["confidence"], 100 * bins["accuracy"]
            axes.plot(x, y, color=colour(index), linewidth=1, alpha=0.6)
            low, high = 100 * bins["perfect_low"], 100 * bins["perfect_high"]
            axes.vlines(x, low, high, color=colour(index), linewidth=4, alpha=0.25)
            sizes = 8 + 160 * bins["images"] / max(1, bins["images"].sum())
            axes.scatter(x, y, s=sizes, color=colour(index), marker=marker(index), alpha=0.75)
        axes.set(title=shorten(label, 24), xlim=(0, 103), ylim=(-3, 103), aspect="equal")
    for axes in panels[-1]:
        axes.set_xlabel("Confidence (%)")
    for axes in panels[:, 0]:
        axes.set_ylabel("Accuracy (%)")
    handles = [
        Line2D([], [], color=colour(index), marker=marker(index), label=words)
        for index, words in enumerate(KINDS.values())
    ]
    perfect = [
        Line2D([], [], color=GREY, linestyle=":", label="perfectly calibrated"),
        Line2D([], [], color=GREY, linewidth=4, alpha=0.4, label="where chance would put that"),
    ]
    put_legend(figure, [*handles, *perfect])
    return figure
