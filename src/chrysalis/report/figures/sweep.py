"""Figures of a sweep: its course, the settings of each trial, and which of them mattered."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import Normalize
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import LogLocator, MaxNLocator

from chrysalis.config.sweep import Choices, Sweep, Values
from chrysalis.records.sweep import Value
from chrysalis.report.figures.style import (
    GREY,
    ROW,
    STYLE,
    colour,
    label_rows,
    marker,
    new_figure,
    number,
    put_legend,
)

if TYPE_CHECKING:
    from matplotlib.typing import LineStyleType

Place = Callable[[Value], float]
Ticks = list[tuple[float, str]]

STATES = ("complete", "pruned", "diverged")
LINES: dict[str, LineStyleType] = {"pruned": "-", "diverged": ":"}
PALE = "#CED4DA"
# Without its yellow, which is too pale on white; dark is accurate.
SHADES = mpl.colormaps["viridis_r"]
PALEST = 0.2
TICKS = 4
TITLE_WIDTH = 14  # characters


def tabulate_search(trials: pd.DataFrame) -> pd.DataFrame:
    """Columns number, state, val_top1 and best_so_far: of the complete trials up to this number.

    `trials` is trials.csv. Accuracies are fractions, empty where there is none.
    """
    complete = trials["val_top1"].where(trials["state"] == "complete")
    best = complete.cummax().ffill()
    return trials[["number", "state", "val_top1"]].assign(best_so_far=best)


@mpl.rc_context(STYLE)
def plot_search(search: pd.DataFrame) -> Figure:
    """Validation accuracy per trial, with the best so far, from `tabulate_search`.

    Trials that diverged have no accuracy and stand at the bottom.
    """
    figure = new_figure(3.4)
    axes = figure.subplots()
    numbers, best = search["number"], 100 * search["best_so_far"]
    (line,) = axes.plot(numbers, best, drawstyle="steps-post", color=GREY, linewidth=1.2, zorder=1)
    line.set_label("best complete trial so far")
    handles = [line]
    for index, state in enumerate(STATES):
        rows = search[search["state"] == state]
        if rows.empty:
            continue
        (marks,) = axes.plot(rows["number"], 100 * rows["val_top1"], marker(index))
        marks.set(color=colour(index), label=state)
        if state == "diverged":
            marks.set_ydata(np.full(len(rows), 0.03))
            marks.set_transform(axes.get_xaxis_transform())
        handles.append(marks)
    axes.set(xlabel="Trial", ylabel="Validation accuracy (%)")
    axes.set_xlim(-0.5, search["number"].max() + 0.5)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    put_legend(figure, handles, columns=4)
    return figure


@dataclass(frozen=True)
class _Axis:
    """One of several parallel axes: where a value stands, from 0 to 1, and its ticks."""

    title: str
    place: Place
    ticks: Ticks


@mpl.rc_context(STYLE)
def plot_parallel(trials: pd.DataFrame, sweep: Sweep) -> Figure:
    """A line for each trial of trials.csv down an axis for each setting, to its accuracy.

    Complete trials are darker the more accurate they are; the others are pale.
    """
    shares = 100 * trials["val_top1"]
    drawn = {name: _axis_of(name, values) for name, values in sweep.space.items()}
    drawn["val_top1"] = _Axis("validation\naccuracy (%)", *_linear(*_limits(shares)))
    shade = Normalize(*_limits(shares[trials["state"] == "complete"]), clip=True)
    figure = new_figure(0.7 + 0.75 * len(drawn))
    axes = figure.subplots()
    for row in trials.assign(val_top1=shares).to_dict("records"):
        if row["state"] == "complete":
            depth = shade(row["val_top1"])
            look = {"color": SHADES(PALEST + (1 - PALEST) * depth), "zorder": 2 + depth}
        else:
            look = {"color": PALE, "linestyle": LINES[row["state"]], "linewidth": 1.2}
        # A trial that diverged has no accuracy: its line ends at the last setting.
        axes.plot(
            [axis.place(row[name]) for name, axis in drawn.items()], range(len(drawn)), **look
        )
    _draw_axes(axes, list(drawn.values()))
    put_legend(figure, _legend_of(trials))
    return figure


def _limits(shares: pd.Series) -> tuple[float, float]:
    low, high = shares.min(), shares.max()
    if np.isnan(low):
        return 0, 100
    return (low, high) if low < high else (low - 1, high + 1)


def _axis_of(name: str, values: Values) -> _Axis:
    title = textwrap.fill(name.replace("_", " "), TITLE_WIDTH)
    if isinstance(values, Choices):
        last = len(values.choices) - 1
        ticks = [(index / last, str(value)) for index, value in enumerate(values.choices)]
        return _Axis(title, lambda value: values.choices.index(value) / last, ticks)
    if not values.log:
        return _Axis(title, *_linear(values.low, values.high))
    low, high = np.log([values.low, values.high])

    def place(value: Value) -> float:
        return float((np.log(float(value)) - low) / (high - low))

    marks = LogLocator(numticks=TICKS).tick_values(values.low, values.high)
    return _Axis(f"{title}\n(log scale)", place, _inside(place, marks, (values.low, values.high)))


def _linear(low: float, high: float) -> tuple[Place, Ticks]:
    def place(value: Value) -> float:
        return (float(value) - low) / (high - low)

    return place, _inside(place, MaxNLocator(TICKS).tick_values(low, high), (low, high))


def _inside(place: Place, ticks: Sequence[float], ends: tuple[float, float]) -> Ticks:
    """Places and texts of the ticks on the axis; of its ends, if there are fewer than two."""
    found = [(place(tick), number(tick)) for tick in ticks if ends[0] <= tick <= ends[1]]
    return found if len(found) > 1 else [(place(end), number(end, 3)) for end in ends]


def _draw_axes(axes: Axes, drawn: list[_Axis]) -> None:
    dark = STYLE["axes.edgecolor"]
    for row, axis in enumerate(drawn):
        axes.plot([0, 1], [row, row], color=dark, linewidth=1, zorder=4)
        for place, text in axis.ticks:
            axes.plot(place, row, marker="|", markersize=7, color=dark, zorder=4)
            axes.annotate(
                text,
                (place, row),
                xytext=(0, -6),
                textcoords="offset points",
                ha="center",
                va="top",
                fontsize=9,
                zorder=5,
                bbox={"facecolor": "white", "alpha": 0.8, "linewidth": 0, "pad": 1},
            )
    label_rows(axes, [axis.title for axis in drawn])
    axes.set_ylim(len(drawn) - 0.65, -0.2)
    axes.set_xticks([])
    axes.grid(False)
    axes.spines[:].set_visible(False)


def _legend_of(trials: pd.DataFrame) -> list[Line2D]:
    states = set(trials["state"])
    handles = [Line2D([], [], color=SHADES(0.7), label="complete: darker is more accurate")]
    return handles + [
        Line2D([], [], color=PALE, linestyle=LINES[state], label=state)
        for state in STATES[1:]
        if state in states
    ]


@mpl.rc_context(STYLE)
def plot_importance(importances: pd.DataFrame) -> Figure:
    """A bar for each setting of importances.csv; a line of text if the table is empty."""
    if importances.empty:
        figure = new_figure(0.8)
        figure.text(
            *(0.02, 0.5),
            "The importance of the settings is unknown: too few trials were completed,\n"
            "or all of them were equally accurate.",
            va="center",
        )
        return figure
    figure = new_figure(0.8 + ROW * len(importances))
    axes = figure.subplots()
    axes.barh(range(len(importances)), 100 * importances["importance"], 0.6, color=colour(0))
    label_rows(axes, importances["setting"].str.replace("_", " ").tolist())
    axes.grid(False, axis="y")
    axes.set_axisbelow(True)
    axes.set_xlim(0, 100)
    axes.set_xlabel("Share of the variance in validation accuracy (%)")
    return figure
