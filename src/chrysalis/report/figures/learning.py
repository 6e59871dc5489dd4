"""Learning curves: accuracy against the number of training images."""

from __future__ import annotations

import json

import matplotlib as mpl
import pandas as pd
from matplotlib.figure import Figure

from chrysalis.config.experiment import Arm
from chrysalis.report.figures.style import (
    STYLE,
    colour,
    dash,
    log_scale,
    marker,
    new_figure,
    put_legend,
)


def families(arms: dict[str, Arm]) -> dict[str, str]:
    """The family of each arm: arms that differ in their `train_share` alone are one family.

    `arms` holds each arm's changes; a family is named after its arm with the most images.
    """
    kept: dict[str, list[str]] = {}
    for name, arm in arms.items():
        rest = arm.model_dump(mode="json", exclude_unset=True, exclude={"train_share", "baseline"})
        kept.setdefault(json.dumps(rest, sort_keys=True), []).append(name)
    named: dict[str, str] = {}
    for names in kept.values():
        largest = max(names, key=lambda name: arms[name].train_share or 1)
        named |= dict.fromkeys(names, largest)
    return named


def tabulate_learning(
    arms: pd.DataFrame, metrics: pd.DataFrame, family: dict[str, str]
) -> pd.DataFrame:
    """A row for each arm, from arms.csv and metrics.csv, by family and number of images.

    Columns model, family, arm, train_images (mean over the seeds), mean and sd of test accuracy
    (fractions), and seeds.
    """
    arm = ["model", "arm"]
    counts = metrics[metrics["metric"] == "train_images"].rename(columns={"mean": "train_images"})
    table = arms[[*arm, "mean", "sd", "seeds"]].merge(counts[[*arm, "train_images"]], on=arm)
    table = table.assign(family=table["arm"].map(family))
    order = ["model", "family", "train_images"]
    columns = ["model", "family", "arm", "train_images", "mean", "sd", "seeds"]
    return table.sort_values(order, ignore_index=True)[columns]


@mpl.rc_context(STYLE)
def plot_learning(table: pd.DataFrame) -> Figure:
    """A line for each model and family of `tabulate_learning`, with a band of one sd each way."""
    figure = new_figure(4.0)
    axes = figure.subplots()
    several = table["model"].nunique() > 1
    handles = []
    for index, (line, rows) in enumerate(table.groupby(["model", "family"], sort=False)):
        handles += axes.plot(
            rows["train_images"],
            100 * rows["mean"],
            label=": ".join(line) if several else line[1],
            color=colour(index),
            linestyle=dash(index),
            marker=marker(index),
            clip_on=False,
        )
        low, high = ((rows["mean"] + side * rows["sd"].fillna(0)).clip(0, 1) for side in (-1, 1))
        axes.fill_between(
            rows["train_images"], 100 * low, 100 * high, color=colour(index), alpha=0.2, lw=0
        )
    axes.set(xlabel="Training images", ylabel="Test accuracy (%)")
    counts = sorted(table["train_images"].round().unique())
    if counts[-1] > 3 * counts[0]:
        log_scale(axes, "x")
    axes.set_xticks(counts, [f"{count:,.0f}" for count in counts])
    axes.minorticks_off()
    put_legend(figure, handles)
    return figure
