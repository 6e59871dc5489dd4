"""Accuracy against what it costs, and the arms that no other arm beats in both."""

from __future__ import annotations

import matplotlib as mpl
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from chrysalis.evaluation.metrics import METRICS
from chrysalis.report.figures.style import (
    GREY,
    STYLE,
    colour,
    log_scale,
    marker,
    new_figure,
    put_legend,
    shorten,
    within,
)

PANELS_PER_ROW = 2


def tabulate_tradeoff(arms: pd.DataFrame, metrics: pd.DataFrame, names: list[str]) -> pd.DataFrame:
    """A row for each arm and metric of `names`, from arms.csv and metrics.csv.

    Columns model, arm, metric, cost (mean over the seeds, in the metric's unit), mean and sd of
    test accuracy (fractions), and front: whether no other arm is at most as costly and at least
    as accurate, and better in one of the two.
    """
    arm = ["model", "arm"]
    costs = metrics[metrics["metric"].isin(names)].rename(columns={"mean": "cost"})
    table = costs[[*arm, "metric", "cost"]].merge(arms[[*arm, "mean", "sd"]], on=arm)
    fronts = [_on_front(rows) for _, rows in table.groupby("metric", sort=False)]
    return table.assign(front=pd.concat(fronts))


def _on_front(rows: pd.DataFrame) -> pd.Series:
    def beaten(row: pd.Series) -> bool:
        no_worse = (rows["cost"] <= row["cost"]) & (rows["mean"] >= row["mean"])
        better = (rows["cost"] < row["cost"]) | (rows["mean"] > row["mean"])
        return bool((no_worse & better).any())

    return ~rows.apply(beaten, axis=1)


@mpl.rc_context(STYLE)
def plot_tradeoff(table: pd.DataFrame) -> Figure:
    """A panel for each metric of `tabulate_tradeoff`; a line joins the arms of the front."""
    names = list(dict.fromkeys(table["metric"]))
    several = table["model"].nunique() > 1
    labels = [
        arm if arm == model or not several else f"{model}: {arm}"
        for model, arm in zip(table["model"], table["arm"], strict=True)
    ]
    series = list(dict.fromkeys(labels))
    columns = min(PANELS_PER_ROW, len(names))
    rows = -(-len(names) // columns)
    figure = new_figure(0.6 + 2.8 * rows + 0.22 * -(-len(series) // 3))
    panels = figure.subplots(rows, columns, squeeze=False, sharey=True)
    for axes in panels.flat[len(names) :]:
        axes.set_visible(False)
    for axes, name in zip(panels.flat, names, strict=False):
        chosen = table["metric"] == name
        _draw(axes, table[chosen], [series.index(labels[row]) for row in chosen[chosen].index])
        axes.set_xlabel(METRICS[name].heading)
    for axes in panels[:, 0]:
        axes.set_ylabel("Test accuracy (%)")
    handles = [
        Line2D([], [], ls="", marker=marker(i), color=colour(i), label=shorten(label, 30))
        for i, label in enumerate(series)
    ]
    front = Line2D([], [], color=GREY, linestyle="--", label="no cheaper arm is as accurate")
    put_legend(figure, [*handles, front])
    return figure


def _draw(axes: Axes, rows: pd.DataFrame, series: list[int]) -> None:
    front = rows[rows["front"]].sort_values("cost")
    axes.plot(front["cost"], 100 * front["mean"], color=GREY, linestyle="--", linewidth=1, zorder=1)
    for index, row in zip(series, rows.itertuples(), strict=True):
        axes.errorbar(
            row.cost,
            100 * row.mean,
            yerr=within(row.mean, row.sd),
            clip_on=False,
            fmt=marker(index),
            ms=6,
            lw=1.2,
            capsize=2.5,
            color=colour(index),
        )
    if rows["cost"].min() > 0 and rows["cost"].max() > 20 * rows["cost"].min():
        log_scale(axes, "x")
