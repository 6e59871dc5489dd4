"""Pictures of pictures: one image per class, and Grad-CAM overlays beside their images.

They are drawings that hold photographs, not photographs as a whole: so names stay text, and the
reader's browser has the letters of all languages.
"""

from __future__ import annotations

import base64
import io
import math
import re
import textwrap
from pathlib import Path

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from PIL import Image

from chrysalis.records.files import write_whole
from chrysalis.report.figures.style import STYLE, WIDTH, new_figure, save_figure, shorten

SAMPLES_PER_ROW = 6
STRIP = 12  # images side by side
STRIP_HEIGHT = 96  # pixels: smaller images are enlarged to this at least
STRIP_GAP = 4  # pixels
PAIRS_PER_ROW = 3
LETTERS = 18  # in a title over a sixth of the width
DPI = 130  # of photographs
QUALITY = 88
_PNG = re.compile(r"data:image/png;base64,\s*([A-Za-z0-9+/=\s]+)")


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


@mpl.rc_context(STYLE)
def plot_confused(images: np.ndarray, overlays: np.ndarray, table: pd.DataFrame) -> Figure:
    """A row for each pair of classes: an image of each class, with its maps for both.

    `images` and `overlays` are uint8 (N, S, S, 3), one for each of `table`'s N rows, which are the
    rows confused of `CONTRASTS`. With N = 0 the figure says that there is nothing to show.
    """
    lines = table["line"].unique().tolist()
    figure, grid = _lines(len(lines))
    for line, places in zip(lines, grid, strict=False):
        shown = np.flatnonzero(table["line"] == line)
        for n, at in enumerate(shown):
            row = table.iloc[at]
            column = 3 * (n // 2)
            if n % 2 == 0:
                _show(places[column], images[at])
                _title(places[column], f"{_line(row['class'])}\n{_answer(row)}")
            _show(places[column + 1 + n % 2], overlays[at])
            _title(
                places[column + 1 + n % 2],
                f"for\n{_line(row['target'])}\n{100 * row['confidence']:.0f} %",
            )
    return figure


@mpl.rc_context(STYLE)
def plot_layers(images: np.ndarray, overlays: np.ndarray, table: pd.DataFrame) -> Figure:
    """A row for each image: the image, then its maps from layer to layer.

    The arguments are as in `plot_confused`, for the rows layers of `CONTRASTS`.
    """
    lines = table["line"].unique().tolist()
    figure, grid = _lines(len(lines))
    for line, places in zip(lines, grid, strict=False):
        shown = np.flatnonzero(table["line"] == line)
        first = table.iloc[shown[0]]
        _show(places[0], images[shown[0]])
        _title(places[0], f"{_line(first['class'])}\n{_answer(first)}")
        for axes, at in zip(places[1:], shown, strict=False):
            row = table.iloc[at]
            name = textwrap.wrap(row["layer"], LETTERS)[-2:]
            _show(axes, overlays[at])
            _title(axes, "\n".join([*name, f"{row['rows']} by {row['columns']} cells"]))
    return figure


def save_gallery(figure: Figure, path: Path) -> None:
    """Write `figure` to `path`, an .svg, with its photographs as WebP: PNG would be far larger."""
    figure.set_dpi(DPI)
    save_figure(figure, path)
    write_whole(path, _PNG.sub(_as_webp, path.read_text(encoding="utf-8")))


def _as_webp(found: re.Match[str]) -> str:
    picture, made = Image.open(io.BytesIO(base64.b64decode(found[1]))), io.BytesIO()
    picture.convert("RGB").save(made, "WEBP", quality=QUALITY, method=6)
    return f"data:image/webp;base64,{base64.b64encode(made.getvalue()).decode()}"


def _lines(count: int) -> tuple[Figure, np.ndarray]:
    """Empty axes, six in each of `count` rows, with room for three lines of words above."""
    figure = new_figure(count * (WIDTH / 6 + 0.55) + 0.1 if count else 0.8)
    grid = figure.subplots(max(1, count), 6, squeeze=False)
    for axes in grid.ravel():
        axes.set_axis_off()
    if not count:
        figure.text(0.5, 0.5, "No image of this kind.", ha="center", va="center", fontsize=11)
    return figure, grid


def _line(name: str) -> str:
    return shorten(name, LETTERS)


def _answer(row: pd.Series) -> str:
    right = row["class"] == row["predicted_class"]
    return "answer: right" if right else f"answer:\n{_line(row['predicted_class'])}"


def _title(axes: Axes, text: str) -> None:
    axes.set_title(text, fontsize=8, loc="left", weight="normal")


def _show(axes: Axes, image: np.ndarray) -> None:
    axes.imshow(image, interpolation="nearest" if len(image) < 64 else "antialiased")
