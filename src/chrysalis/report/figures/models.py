"""A study's models in charts: how they trained, and what they confuse."""

from __future__ import annotations

import math

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from chrysalis.report.figures.style import (
    STYLE,
    WIDTH,
    colour,
    dash,
    new_figure,
    put_legend,
    shorten,
)

PANELS = (("loss", "Loss"), ("top1", "Top-1 accuracy (%)"))
SIDES = (("train", "Training"), ("val", "Validation"))
MOST_LETTERS = 60  # beyond this the names below a confusion matrix stand upright
MOST_WRITTEN_CLASSES = (
    20  # beyond this the squares of a confusion matrix are too small for a number
)


def tabulate_curves(histories: dict[str, list[pd.DataFrame]]) -> pd.DataFrame:
    """Mean, least and greatest over the seeds, per epoch.

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
    """Loss and top-1 per epoch: a line is the seeds' mean, its band their range.

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


def by_confusion(counts: np.ndarray) -> list[int]:
    """An order of the classes in which those often confused are neighbours.

    `counts` (C, C) holds true classes in rows. Classes are clustered by average linkage; two are
    the closer, the larger the share of their images that is taken for the other. Leaves are put
    into the order with the least sum of distances (Bar-Joseph et al., Bioinformatics 17, 2001).
    """
    if len(counts) < 3:
        return list(range(len(counts)))
    from scipy.cluster import hierarchy  # half of the start of jobs that don't come here

    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    far = 1 - (shares + shares.T) / 2
    distances = far[np.triu_indices(len(counts), 1)].clip(0)
    tree = hierarchy.optimal_leaf_ordering(hierarchy.linkage(distances, "average"), distances)
    return [int(leaf) for leaf in hierarchy.leaves_list(tree)]


@mpl.rc_context(STYLE)
def plot_confusion(confusion: pd.DataFrame) -> Figure:
    """Confusion counts of one split, from confusion.csv: rows true, columns predicted.

    Classes that are confused with one another stand together (see `by_confusion`). The shade is
    the share of the row. `confusion` has C rows and, after `split` and `class`, the columns of the
    same C classes in the same order; see `evaluation.summary` for seeds.
    """
    counts = confusion.iloc[:, 2:].to_numpy(dtype=float)
    order = by_confusion(counts)
    counts = counts[np.ix_(order, order)]
    totals = counts.sum(axis=1, keepdims=True)
    shares = np.divide(100 * counts, totals, out=np.zeros_like(counts), where=totals > 0)
    names = [shorten(name, 20) for name in confusion["class"].iloc[order]]
    side = max(WIDTH, 0.17 * len(names) + 2.8)
    figure = new_figure(0.9 * side if len(names) > 4 else 0.6 * side, width=side)
    axes = figure.subplots()
    image = axes.imshow(shares, cmap="Blues", vmin=0, vmax=100, aspect="auto")
    crowded = len(names) * max(map(len, names)) > MOST_LETTERS
    size = 9.5 if len(names) <= 40 else 8
    axes.set_xticks(range(len(names)), names, rotation=90 if crowded else 0, fontsize=size)
    axes.set_yticks(range(len(names)), names, fontsize=size)
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
            f"{counts[row, column]:,.0f}",
            ha="center",
            va="center",
            fontsize=8.5,
            color="white" if dark else "black",
        )
