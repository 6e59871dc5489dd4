"""The look of every figure, and how a figure becomes a file with the same bytes each time."""

from __future__ import annotations

import math
import unicodedata
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import matplotlib as mpl
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

if TYPE_CHECKING:
    from matplotlib.typing import LineStyleType, RcKeyType

WIDTH = 7.6  # inches: at the width of the report's column, letters are as large as its own
LONGEST_LABEL = 28  # characters
ROW = 0.27  # inches that one labelled row takes

# Okabe and Ito, "Color Universal Design" (2008), without the yellow, which is too pale on white.
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
DASHES: tuple[LineStyleType, ...] = ("-", "--", ":", "-.")
# One number of colours, another of marks: together they tell 63 series apart.
MARKERS = ("o", "D", "s", "^", "v", "P", "X", "<", ">")
GREY = "#6C757D"
BAND = "#E9ECEF"  # of effects too small to matter

# The type is that of `matplotlib.rc_context`: values are of many kinds.
STYLE: dict[RcKeyType, Any] = {
    "axes.edgecolor": "#495057",
    "axes.grid": True,
    "axes.labelsize": 10,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.titlelocation": "left",
    "axes.titlesize": 10.5,
    "axes.titleweight": "bold",
    "figure.dpi": 100,
    # The first comes with Matplotlib, so every machine draws the same.
    "font.family": ["sans-serif"],
    "font.sans-serif": ["DejaVu Sans"],
    "font.size": 10,
    "grid.color": "#DEE2E6",
    "grid.linewidth": 0.8,
    "legend.fontsize": 9.5,
    "legend.frameon": False,
    "lines.linewidth": 1.8,
    "svg.fonttype": "none",  # text stays text: the reader's browser has letters of all languages
    "svg.hashsalt": "chrysalis",
    "text.parse_math": False,  # a class may be called $x$
    "xtick.labelsize": 9.5,
    "ytick.labelsize": 9.5,
}


def new_figure(height: float, width: float = WIDTH) -> Figure:
    """An empty figure of `width` x `height` inches that no global state knows of."""
    return Figure(figsize=(width, height), layout="constrained")


def colour(index: int) -> str:
    """The colour of the series at `index`; the palette starts again after its end."""
    return COLOURS[index % len(COLOURS)]


def dash(index: int) -> LineStyleType:
    """The line style of the series at `index`: differs where the palette starts again."""
    return DASHES[index // len(COLOURS) % len(DASHES)]


def marker(index: int) -> str:
    """The mark of the series at `index`, so that colour is not all that tells it."""
    return MARKERS[index % len(MARKERS)]


def within(mean: float, sd: float) -> list[list[float]]:
    """How far a bar of one sd reaches below and above a mean, in percent, within 0 and 100 %.

    Takes fractions; an sd that is not known is no bar. The shape is that of Matplotlib's xerr.
    """
    spread = 0.0 if math.isnan(sd) else sd
    return [[100 * min(spread, mean)], [100 * min(spread, 1 - mean)]]


def shorten(label: object, longest: int = LONGEST_LABEL) -> str:
    """`label` on one line, its end replaced by an ellipsis beyond `longest` characters.

    Wide characters, such as Chinese ones, count twice.
    """
    text = " ".join(str(label).split())
    if sum(map(_columns, text)) <= longest:
        return text
    while sum(map(_columns, text)) > longest - 1:
        text = text[:-1]
    return text.rstrip() + "…"


def _columns(character: str) -> int:
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def label_rows(axes: Axes, labels: list[str]) -> None:
    """Name the rows 0, 1, ... of `axes` from the top down."""
    axes.set_yticks(range(len(labels)), labels)
    axes.set_ylim(len(labels) - 0.5, -0.5)
    axes.tick_params(axis="y", length=0)


def number(value: float, digits: int = 6) -> str:
    """`value` in at most so many significant digits, with a real minus sign."""
    return f"{value:.{digits}g}".replace("-", "\N{MINUS SIGN}")


def log_scale(axes: Axes, name: str) -> None:
    """Make the axis x or y logarithmic, with plain numbers: no text is read as mathematics here."""
    axes.set(**{f"{name}scale": "log"})
    axis = getattr(axes, f"{name}axis")
    axis.set_major_locator(LogLocator(numticks=4))
    axis.set_major_formatter(FuncFormatter(lambda value, _: number(value)))
    axis.set_minor_formatter(NullFormatter())


def put_legend(
    figure: Figure, handles: Sequence[Artist | tuple[Artist, ...]], columns: int = 3
) -> None:
    """A legend below the figure's axes."""
    if handles:
        figure.legend(
            handles=handles,
            loc="outside lower left",
            ncols=min(columns, len(handles)),
            fontsize=9.5,
        )


def save_figure(figure: Figure, path: Path) -> None:
    """Write `figure` to `path`, an .svg, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f"{path.stem}.part{path.suffix}")
    with mpl.rc_context(STYLE), warnings.catch_warnings():
        # Matplotlib lacks letters that the browser has: their room is that of a stand-in.
        warnings.filterwarnings("ignore", message="Glyph .* missing from font")
        figure.savefig(part, facecolor="white", metadata={"Date": None})
    part.replace(path)
