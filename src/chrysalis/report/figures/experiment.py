"""An experiment in charts: its arms, their effects, and accuracy per class."""

from __future__ import annotations

import math

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from chrysalis.report.figures.order import by_model
from chrysalis.report.figures.style import (
    GREY,
    ROW,
    STYLE,
    colour,
    label_rows,
    marker,
    new_figure,
    put_legend,
    shorten,
    within,
)

PANELS_PER_ROW = 3


@mpl.rc_context(STYLE)
def plot_arms(arms: pd.DataFrame) -> Figure:
    """Test accuracy of each arm, from arms.csv: a ring per seed, the mean, and one sd each way.

    The seeds' values are a tuple of fractions, as `records.experiment.ARMS` reads them.
    """
    arms = by_model(arms)
    figure = new_figure(1.4 + 1.35 * ROW * len(arms))
    axes = figure.subplots()
    models = list(dict.fromkeys(arms["model"]))
    for row, arm in enumerate(arms.itertuples()):
        paint = colour(models.index(arm.model))
        values = [100 * value for value in arm.values]
        axes.scatter(
            values,
            [row + 0.18] * len(values),
            s=26,
            facecolors="none",
            edgecolors=paint,
            lw=1.1,
            clip_on=False,
        )
        spread = within(arm.mean, arm.sd)
        axes.errorbar(
            *(100 * arm.mean, row - 0.12),
            xerr=spread,
            fmt="D",
            color=paint,
            capsize=3.5,
            ms=5,
            clip_on=False,
        )
        if row and arm.model != arms["model"].iloc[row - 1]:
            axes.axhline(row - 0.5, color="#ADB5BD", lw=0.8)
    label_rows(axes, _row_labels(arms, arms["arm"].tolist()))
    axes.set_xlabel("Test accuracy (%)")
    axes.grid(visible=False, axis="y")
    put_legend(
        figure,
        [
            Line2D([], [], marker="D", ls="", color=GREY, label="mean ± 1 sd"),
            Line2D([], [], marker="o", ls="", mfc="none", color=GREY, label="single seed"),
        ],
    )
    return figure


@mpl.rc_context(STYLE)
def plot_effects(effects: pd.DataFrame, threshold: float) -> Figure:
    """Each effect with its interval, from effects.csv, against zero; a line of text if none.

    `threshold` (a fraction) is the least difference that the study cares about: a grey band.
    """
    if effects.empty:
        figure = new_figure(0.8)
        figure.text(0.02, 0.5, "This experiment compares no arms.", va="center")
        return figure
    effects = by_model(effects)
    figure = new_figure(1.6 + 1.35 * ROW * len(effects))
    axes = figure.subplots()
    axes.axvspan(-100 * threshold, 100 * threshold, color="#E9ECEF", zorder=0)
    axes.axvline(0, color="#495057", lw=1)
    models = list(dict.fromkeys(effects["model"]))
    for row, effect in enumerate(effects.itertuples()):
        paint = colour(models.index(effect.model))
        if pd.notna(effect.low) and pd.notna(effect.high):
            axes.plot([100 * effect.low, 100 * effect.high], [row, row], color=paint)
        clear = effect.outcome in ("better", "worse")
        if pd.notna(effect.effect):
            axes.plot(100 * effect.effect, row, "o", ms=8, color=paint, mfc=paint if clear else "w")
    label_rows(
        axes, _row_labels(effects, [f"{e.arm} vs {e.baseline}" for e in effects.itertuples()])
    )
    axes.set_xlabel("Effect on test accuracy (percentage points, above 0 is better)")
    axes.grid(visible=False, axis="y")
    put_legend(
        figure,
        [
            Line2D([], [], marker="o", color=GREY, label="better or worse"),
            Line2D([], [], marker="o", color=GREY, mfc="w", label="neither shown"),
            Patch(color="#E9ECEF", label="too small to matter"),
        ],
    )
    return figure


@mpl.rc_context(STYLE)
def plot_per_class(per_class: pd.DataFrame) -> Figure:
    """Accuracy on each class under each arm, from an experiment's per_class.csv.

    There is one panel per model, or a single one if every arm has a model of its own.
    """
    models = list(dict.fromkeys(per_class["model"]))
    firsts = per_class.drop_duplicates("arm")
    arms = firsts["arm"].tolist()
    classes = list(dict.fromkeys(per_class["class"]))
    panels = [per_class[per_class["model"] == model] for model in models]
    labels = arms
    if per_class.groupby("arm")["model"].nunique().max() == 1:
        panels, labels = [per_class], _row_labels(firsts, arms)
    columns = min(len(panels), PANELS_PER_ROW)
    rows = math.ceil(len(panels) / columns)
    height = ROW * len(classes) * max(1.0, 0.35 * len(arms)) + 0.6
    figure = new_figure(rows * height + 0.8)
    grid = figure.subplots(rows, columns, sharex=True, sharey=True, squeeze=False).ravel()
    for axes, panel in zip(grid, panels, strict=False):
        _draw_classes(axes, panel, arms, classes)
        if panel["model"].nunique() == 1:
            axes.set_title(shorten(panel["model"].iloc[0], 26))
    for axes in grid[len(panels) :]:
        axes.set_visible(False)
    label_rows(grid[0], [shorten(name) for name in classes])
    low, high = grid[0].get_xlim()
    grid[0].set_xlim(max(low, -2), min(high, 102))
    for axes in grid[max(0, len(panels) - columns) : len(panels)]:
        axes.set_xlabel("Test accuracy (%)")
        axes.tick_params(labelbottom=True)
    put_legend(
        figure,
        [
            Line2D([], [], marker=marker(i), ls="", color=colour(i), label=shorten(label, 40))
            for i, label in enumerate(labels)
        ],
    )
    return figure


def _draw_classes(axes: Axes, table: pd.DataFrame, arms: list[str], classes: list[str]) -> None:
    step = 0.7 / len(arms)
    for index, arm in enumerate(arms):
        rows = table[table["arm"] == arm]
        at = [classes.index(name) + (index - (len(arms) - 1) / 2) * step for name in rows["class"]]
        spans = [within(mean, sd) for mean, sd in zip(rows["mean"], rows["sd"], strict=True)]
        axes.errorbar(
            100 * rows["mean"],
            at,
            xerr=np.hstack(spans) if spans else None,
            clip_on=False,
            fmt=marker(index),
            ms=4.5,
            lw=1.2,
            color=colour(index),
        )
    for row in range(1, len(classes)):
        axes.axhline(row - 0.5, color="#E9ECEF", lw=0.8)
    axes.grid(visible=False, axis="y")


def _row_labels(table: pd.DataFrame, labels: list[str]) -> list[str]:
    """`labels` with the model before each, where there are several and the label does not say."""
    several = table["model"].nunique() > 1
    return [
        shorten(label if not several or label.startswith(model) else f"{model}: {label}", 44)
        for model, label in zip(table["model"], labels, strict=True)
    ]
