"""The report's charts: each function takes tables and returns a figure.

Where the drawn numbers are not the table's own, a function of the same subject computes them; what
it returns is what goes into the CSV beside the figure.
"""

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
    WIDTH,
    colour,
    dash,
    label_rows,
    marker,
    new_figure,
    put_legend,
    shorten,
)

SPLITS = ("train", "val", "test")
PANELS = (("loss", "Loss"), ("top1", "Top-1 accuracy (%)"))
SIDES = (("train", "Training"), ("val", "Validation"))
PANELS_PER_ROW = 3
MOST_LETTERS = 60  # beyond this the names below a confusion matrix stand upright
MOST_WRITTEN_CLASSES = 20  # beyond this the cells of a confusion matrix are too small for a number


def count_classes(split: pd.DataFrame) -> pd.DataFrame:
    """Images per class and split: columns class, train, val, test; classes in label order."""
    counts = split.groupby(["label", "class", "split"]).size().unstack("split", fill_value=0)
    return counts.reindex(columns=list(SPLITS), fill_value=0).reset_index("class")[
        ["class", *SPLITS]
    ]


@mpl.rc_context(STYLE)
def plot_classes(split: pd.DataFrame) -> Figure:
    """Images of each class in each split, from split.csv; draws `count_classes(split)`."""
    counts = count_classes(split)
    figure = new_figure(1.3 + ROW * len(counts))
    axes = figure.subplots()
    left = np.zeros(len(counts))
    for index, name in enumerate(SPLITS):
        axes.barh(range(len(counts)), counts[name], left=left, color=colour(index), height=0.72)
        left += counts[name].to_numpy()
    label_rows(axes, [shorten(name) for name in counts["class"]])
    axes.set_xlabel("Images")
    axes.grid(visible=False, axis="y")
    put_legend(figure, [Patch(color=colour(i), label=name) for i, name in enumerate(SPLITS)])
    return figure


def tabulate_curves(histories: dict[str, list[pd.DataFrame]]) -> pd.DataFrame:
    """Mean, least and greatest over the seeds, by epoch.

    Takes history.csv tables, one per seed under each label. Columns: label, epoch, seeds (how many
    were still training), then `<quantity>_mean`, `_low`, `_high` for train_loss, train_top1,
    val_loss, val_top1 (losses in nats, top1 as fractions).
    """
    parts = []
    for label, seeds in histories.items():
        epochs = pd.concat(seeds).groupby("epoch")
        columns = {"label": label, "epoch": list(epochs.groups), "seeds": epochs.size().to_numpy()}
        for side, _ in SIDES:
            for what, _ in PANELS:
                values = epochs[f"{side}_{what}"]
                columns |= {
                    f"{side}_{what}_{name}": found.to_numpy()
                    for name, found in (
                        ("mean", values.mean()),
                        ("low", values.min()),
                        ("high", values.max()),
                    )
                }
        parts.append(pd.DataFrame(columns))
    return pd.concat(parts, ignore_index=True)


@mpl.rc_context(STYLE)
def plot_curves(histories: dict[str, list[pd.DataFrame]]) -> Figure:
    """Loss and top-1 by epoch: a line is the seeds' mean, its band their range.

    Draws `tabulate_curves(histories)`.
    """
    table = tabulate_curves(histories)
    figure = new_figure(5.4 + 0.22 * math.ceil(len(histories) / 2))
    grid = figure.subplots(2, 2, sharex=True, sharey="row")
    for row, (what, title) in enumerate(PANELS):
        scale = 100 if what == "top1" else 1
        for axes, (side, side_title) in zip(grid[row], SIDES, strict=True):
            for index, (_, curve) in enumerate(table.groupby("label", sort=False)):
                mean, low, high = (
                    scale * curve[f"{side}_{what}_{k}"] for k in ("mean", "low", "high")
                )
                axes.plot(curve["epoch"], mean, color=colour(index), linestyle=dash(index))
                axes.fill_between(curve["epoch"], low, high, color=colour(index), alpha=0.2, lw=0)
            axes.set_title(side_title if row == 0 else "")
        grid[row][0].set_ylabel(title)
    for axes in grid[1]:
        axes.set_xlabel("Epoch")
        axes.xaxis.get_major_locator().set_params(integer=True)
    put_legend(
        figure,
        [
            Line2D([], [], color=colour(i), linestyle=dash(i), label=shorten(label, 40))
            for i, label in enumerate(histories)
        ],
        columns=2,
    )
    return figure


@mpl.rc_context(STYLE)
def plot_arms(arms: pd.DataFrame) -> Figure:
    """Test accuracy of each arm, from arms.csv: a ring per seed, the mean, and one sd each way."""
    arms = by_model(arms)
    figure = new_figure(1.4 + 1.35 * ROW * len(arms))
    axes = figure.subplots()
    models = list(dict.fromkeys(arms["model"]))
    for row, arm in enumerate(arms.itertuples()):
        paint = colour(models.index(arm.model))
        values = [100 * float(value) for value in str(arm.values).split(";") if value]
        axes.scatter(
            values, [row + 0.18] * len(values), s=26, facecolors="none", edgecolors=paint, lw=1.1
        )
        spread = 0 if pd.isna(arm.sd) else 100 * arm.sd
        axes.errorbar(
            100 * arm.mean, row - 0.12, xerr=spread, fmt="D", color=paint, capsize=3.5, ms=5
        )
        if row and arm.model != arms["model"].iloc[row - 1]:
            axes.axhline(row - 0.5, color="#ADB5BD", lw=0.8)
    label_rows(axes, _row_labels(arms, arms["arm"].tolist()))
    axes.set_xlabel("Test accuracy (%)")
    axes.grid(visible=False, axis="y")
    put_legend(
        figure,
        [
            Line2D([], [], marker="D", ls="", color=GREY, label="mean, with one sd each way"),
            Line2D([], [], marker="o", ls="", mfc="none", color=GREY, label="one seed"),
        ],
    )
    return figure


@mpl.rc_context(STYLE)
def plot_effects(effects: pd.DataFrame, threshold: float) -> Figure:
    """Each effect with its interval, from effects.csv, against zero.

    `threshold` (a fraction) is the least difference that the study cares about: a grey band.
    """
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
    axes.set_xlabel("Effect on test accuracy (percentage points; right of 0 is better)")
    axes.grid(visible=False, axis="y")
    put_legend(
        figure,
        [
            Line2D([], [], marker="o", color=GREY, label="better or worse"),
            Line2D([], [], marker="o", color=GREY, mfc="w", label="no verdict either way"),
            Patch(color="#E9ECEF", label="too small to matter"),
        ],
    )
    return figure


@mpl.rc_context(STYLE)
def plot_per_class(per_class: pd.DataFrame) -> Figure:
    """Accuracy on each class under each arm, from an experiment's per_class.csv.

    A panel for each model; but one for all if every arm has a model of its own.
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
    # A bar of one sd may pass what an accuracy can be; the axis does not.
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


@mpl.rc_context(STYLE)
def plot_confusion(confusion: pd.DataFrame) -> Figure:
    """Confusion counts of one split, from confusion.csv: rows true, columns predicted.

    The shade is the share of the row. `confusion` has C rows and, after `split` and `class`, the
    columns of the same C classes in the same order; see `evaluation.summary` for seeds.
    """
    counts = confusion.iloc[:, 2:].to_numpy(dtype=float)
    totals = counts.sum(axis=1, keepdims=True)
    shares = np.divide(100 * counts, totals, out=np.zeros_like(counts), where=totals > 0)
    names = [shorten(name, 20) for name in confusion["class"]]
    side = max(WIDTH, 0.17 * len(names) + 2.8)
    figure = new_figure(0.9 * side if len(names) > 4 else 0.6 * side, width=side)
    axes = figure.subplots()
    image = axes.imshow(shares, cmap="Blues", vmin=0, vmax=100, aspect="auto")
    crowded = len(names) * max(map(len, names)) > MOST_LETTERS
    small = {"fontsize": 9.5 if len(names) <= 40 else 8}
    axes.set_xticks(range(len(names)), names, rotation=90 if crowded else 0, **small)
    axes.set_yticks(range(len(names)), names, **small)
    axes.grid(visible=False)
    axes.set_xlabel("Predicted class")
    axes.set_ylabel("True class")
    if len(names) <= MOST_WRITTEN_CLASSES:
        _write_counts(axes, counts, shares)
    figure.colorbar(image, ax=axes, label="Share of the true class (%)", shrink=0.6)
    return figure


def _write_counts(axes: Axes, counts: np.ndarray, shares: np.ndarray) -> None:
    for row, column in zip(*np.nonzero(counts), strict=True):
        dark = shares[row, column] > 55
        axes.text(
            column,
            row,
            f"{counts[row, column]:.0f}",
            ha="center",
            va="center",
            fontsize=8.5,
            color="white" if dark else "black",
        )


def _draw_classes(axes: Axes, table: pd.DataFrame, arms: list[str], classes: list[str]) -> None:
    step = 0.7 / len(arms)
    for index, arm in enumerate(arms):
        rows = table[table["arm"] == arm]
        at = [classes.index(name) + (index - (len(arms) - 1) / 2) * step for name in rows["class"]]
        axes.errorbar(
            100 * rows["mean"],
            at,
            xerr=100 * rows["sd"].fillna(0),
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
