"""Pictures of what the audit finds: near duplicates side by side, and doubtful labels."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TypeVar

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from chrysalis.records.audit import DuplicateRow, LabelRow
from chrysalis.report.figures.style import STYLE, WIDTH, new_figure, shorten

MOST = 12  # pairs or images
PAIRS_PER_ROW = 3
IMAGES_PER_ROW = 6

Row = TypeVar("Row")


def shown(rows: list[Row]) -> list[Row]:
    """The rows that a gallery shows: the first of them."""
    return rows[:MOST]


@mpl.rc_context(STYLE)
def plot_duplicates(
    images: np.ndarray, pairs: Sequence[tuple[int, int]], rows: list[DuplicateRow]
) -> Figure:
    """Each pair side by side, headed by its splits and similarity.

    `images` are uint8 (N, S, S, 3); `pairs` are two rows of it for each of `rows`.
    """
    grid, figure = _grid(len(rows), PAIRS_PER_ROW, 2)
    for places, pair, row in zip(grid.reshape(-1, 2), pairs, rows, strict=False):
        for axes, place in zip(places, pair, strict=True):
            _show(axes, images[place])
        title = f"{row.splits}, {row.similarity:.2f}"
        places[0].set_title(title, fontsize=8.5, loc="left", weight="normal")
    return figure


@mpl.rc_context(STYLE)
def plot_doubtful(images: np.ndarray, places: Sequence[int], rows: list[LabelRow]) -> Figure:
    """Each image headed by its label and by what it looks like.

    `images` are uint8 (N, S, S, 3); `places` is a row of it for each of `rows`.
    """
    grid, figure = _grid(len(rows), IMAGES_PER_ROW, 1)
    for axes, place, row in zip(grid.ravel(), places, rows, strict=False):
        _show(axes, images[place])
        title = f"{shorten(row.class_, 16)}\nor {shorten(row.suggested, 14)}?"
        axes.set_title(title, fontsize=8.5, loc="left", weight="normal")
    return figure


def _grid(count: int, columns: int, each: int) -> tuple[np.ndarray, Figure]:
    """Empty axes for `count` things of `each` pictures, so many columns of them."""
    rows = max(1, math.ceil(count / columns))
    height = rows * (WIDTH / (columns * each) + 0.5) + 0.1 if count else 0.8
    figure = new_figure(height)
    grid = figure.subplots(rows, columns * each, squeeze=False)
    for axes in grid.ravel():
        axes.set_axis_off()
    if not count:
        figure.text(0.5, 0.5, "No image of this kind.", ha="center", va="center", fontsize=11)
    return grid, figure


def _show(axes: Axes, image: np.ndarray) -> None:
    axes.imshow(image, interpolation="nearest" if len(image) < 64 else "antialiased")
