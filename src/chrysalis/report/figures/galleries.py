"""Pictures of pictures: one image per class, and Grad-CAM overlays beside their images."""

from __future__ import annotations

import math

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from PIL import Image

from chrysalis.report.figures.style import STYLE, WIDTH, new_figure, shorten

SAMPLES_PER_ROW = 6
STRIP = 12  # images side by side
STRIP_HEIGHT = 96  # pixels: smaller images are enlarged to this at least
STRIP_GAP = 4  # pixels
PAIRS_PER_ROW = 3


def choose_samples(index: pd.DataFrame, seed: int = 0) -> pd.DataFrame:
    """One training image of each class, chosen at random with `seed`, in label order.

    `index` is a pack's table; the result has its columns and `row`, the row in the pack. A class
    without training images is left out.
    """
    train = index.assign(row=range(len(index))).loc[index["split"] == "train"]
    return train.groupby("label").sample(n=1, random_state=seed).reset_index(drop=True)


def draw_strip(images: np.ndarray) -> Image.Image:
    """Images side by side without words: `images` is uint8 (N, S, S, 3), and N is at least 1."""
    side = images.shape[1]
    scale = math.ceil(STRIP_HEIGHT / side)
    large = images.repeat(scale, axis=1).repeat(scale, axis=2)
    gap = np.full((large.shape[1], STRIP_GAP, 3), 255, np.uint8)
    parts = [part for image in large for part in (gap, image)][1:]
    return Image.fromarray(np.concatenate(parts, axis=1))


@mpl.rc_context(STYLE)
def plot_samples(images: np.ndarray, index: pd.DataFrame, seed: int = 0) -> Figure:
    """One image per class from a pack: `images` uint8 (N, S, S, 3) and its table `index`.

    Draws `choose_samples(index, seed)`.
    """
    chosen = choose_samples(index, seed)
    columns = min(SAMPLES_PER_ROW, max(len(chosen), 4))
    rows = math.ceil(len(chosen) / columns)
    figure = new_figure(rows * (WIDTH / columns + 0.28) + 0.1)
    grid = figure.subplots(rows, columns, squeeze=False).ravel()
    for axes in grid:
        axes.set_axis_off()
    for axes, row, name in zip(grid, chosen["row"], chosen["class"], strict=False):
        _show(axes, images[row])
        axes.set_title(shorten(name, 96 // columns), fontsize=8.5, loc="center", weight="normal")
    return figure


@mpl.rc_context(STYLE)
def plot_gallery(images: np.ndarray, overlays: np.ndarray, table: pd.DataFrame) -> Figure:
    """Each image beside its Grad-CAM overlay, headed by the predicted and the true class.

    `images` and `overlays` are uint8 (N, S, S, 3); `table` has N rows in the same order with the
    columns class, predicted_class, confidence (a fraction) and correct. With N = 0 the figure says
    that there is nothing to show.
    """
    columns = min(PAIRS_PER_ROW, max(len(table), 2))
    rows = max(1, math.ceil(len(table) / columns))
    figure = new_figure(rows * (WIDTH / columns / 2 + 0.5) + 0.1 if len(table) else 0.8)
    grid = figure.subplots(rows, 2 * columns, squeeze=False).reshape(-1, 2)
    for axes in grid.ravel():
        axes.set_axis_off()
    if not len(table):
        figure.text(0.5, 0.5, "No image of this kind.", ha="center", va="center", fontsize=11)
    for (left, right), image, overlay, row in zip(
        grid, images, overlays, table.to_dict("records"), strict=False
    ):
        _show(left, image)
        _show(right, overlay)
        longest = 66 // columns
        label = f"{shorten(row['predicted_class'], longest)}, {100 * row['confidence']:.0f} %"
        if not row["correct"]:
            label += f"\ntrue: {shorten(row['class'], longest)}"
        left.set_title(label, fontsize=8.5, loc="left", weight="normal")
    return figure


def _show(axes: Axes, image: np.ndarray) -> None:
    axes.imshow(image, interpolation="nearest" if len(image) < 64 else "antialiased")
