"""How arms train: bands of the loss, the landscape along the gradient, layers."""

from __future__ import annotations

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from chrysalis.report.figures.style import (
    STYLE,
    colour,
    dash,
    log_scale,
    marker,
    new_figure,
    put_legend,
    shorten,
)

WINDOWS = 50  # means of the loss along a curve
LOOKED = ["loss_low", "loss_high", "distance_low", "distance_high", "smoothness"]
LANDSCAPE = (
    ("loss_low", "loss_high", "Loss along\nthe gradient"),
    ("distance_low", "distance_high", "Distance of\ngradients"),
    ("smoothness", "smoothness", "Effective\nbeta-smoothness"),
)
LAYERS = (
    ("sd", "Activation sd", False),
    ("dead", "Dead units (%)", False),
    ("ratio", "Gradient / weight", True),
)


def tabulate_bands(steps: pd.DataFrame) -> pd.DataFrame:
    """Least and largest loss over the arms of each model, from the arms' steps tables.

    The loss of each arm is first averaged over `WINDOWS` equal parts of its training. Columns
    model, step (the last of a part), low, high, arms.
    """
    width = max(1, -(-int(steps["step"].max() + 1) // WINDOWS))
    part = steps["step"] // width
    means = steps.groupby(["model", "arm", part], sort=False)["loss"].mean().reset_index()
    bands = means.groupby(["model", "step"], sort=False)["loss"].agg(
        low="min", high="max", arms="size"
    )
    table = bands.reset_index()
    return table.assign(step=np.minimum((table["step"] + 1) * width - 1, steps["step"].max()))


def tabulate_looks(steps: pd.DataFrame) -> pd.DataFrame:
    """The steps at which the landscape was observed: model, arm, step and the metrics."""
    return steps.dropna(subset=["smoothness"])[["model", "arm", "step", *LOOKED]]


def summarise(steps: pd.DataFrame, epochs: pd.DataFrame, layers: pd.DataFrame) -> pd.DataFrame:
    """A row for each arm.

    Columns model, arm; smoothness and distance (medians over the looks; the distance is the largest
    along the gradient); input_gradient (largest of the last epoch's images, nats per unit of
    brightness); dead (share of units of the last epoch, mean over layers); vanishing and exploding
    (share of a layer's steps, mean over layers and epochs).
    """
    arm = ["model", "arm"]
    looks = tabulate_looks(steps).groupby(arm, sort=False)
    last = epochs[epochs["epoch"] == epochs.groupby(arm)["epoch"].transform("max")]
    ends = layers[layers["epoch"] == layers.groupby(arm)["epoch"].transform("max")]
    of_layers = layers.groupby(arm, sort=False)
    return pd.DataFrame(
        {
            "smoothness": looks["smoothness"].median(),
            "distance": looks["distance_high"].median(),
            "input_gradient": last.groupby(arm, sort=False)["input_gradient_max"].max(),
            "dead": ends.groupby(arm, sort=False)["dead"].mean(),
            "vanishing": of_layers["vanishing"].mean(),
            "exploding": of_layers["exploding"].mean(),
        }
    ).reset_index()


@mpl.rc_context(STYLE)
def plot_bands(bands: pd.DataFrame) -> Figure:
    """The band of the training loss over each model's arms, from `tabulate_bands`."""
    figure = new_figure(3.6)
    axes = figure.subplots()
    models = list(dict.fromkeys(bands["model"]))
    for index, model in enumerate(models):
        rows = bands[bands["model"] == model]
        axes.fill_between(rows["step"], rows["low"], rows["high"], color=colour(index), alpha=0.3)
        axes.plot(rows["step"], rows["low"], color=colour(index), linewidth=1)
        axes.plot(rows["step"], rows["high"], color=colour(index), linewidth=1)
    axes.set(xlabel="Step", ylabel="Training loss")
    log_scale(axes, "y")
    put_legend(
        figure,
        [
            Line2D([], [], color=colour(i), linewidth=6, alpha=0.5, label=shorten(model))
            for i, model in enumerate(models)
        ],
    )
    return figure


@mpl.rc_context(STYLE)
def plot_looks(looks: pd.DataFrame) -> Figure:
    """Santurkar's three metrics along the training, a column per model."""
    models, arms = (list(dict.fromkeys(looks[name])) for name in ("model", "arm"))
    figure = new_figure(6.2 + 0.22 * -(-len(arms) // 3))
    panels = figure.subplots(3, len(models), squeeze=False, sharex=True, sharey="row")
    for row, (low, high, title) in zip(panels, LANDSCAPE, strict=True):
        row[0].set_ylabel(title)
        for axes, model in zip(row, models, strict=True):
            for index, arm in enumerate(arms):
                rows = looks[(looks["model"] == model) & (looks["arm"] == arm)]
                paint = {"color": colour(index)}
                if low == high:
                    axes.plot(rows["step"], rows[low], linestyle=dash(index), lw=1.3, **paint)
                else:
                    axes.fill_between(rows["step"], rows[low], rows[high], alpha=0.35, **paint)
            log_scale(axes, "y")
    for axes, model in zip(panels[0], models, strict=True):
        axes.set_title(shorten(model, 24))
    for axes in panels[-1]:
        axes.set_xlabel("Step")
    put_legend(
        figure,
        [
            Line2D([], [], color=colour(i), lw=4, label=shorten(arm, 30))
            for i, arm in enumerate(arms)
        ],
    )
    return figure


@mpl.rc_context(STYLE)
def plot_layers(layers: pd.DataFrame) -> Figure:
    """Activations, dead units and gradients per layer after the last epoch, a column per model."""
    last = layers[layers["epoch"] == layers.groupby(["model", "arm"])["epoch"].transform("max")]
    models, arms = (list(dict.fromkeys(last[name])) for name in ("model", "arm"))
    figure = new_figure(6.4 + 0.22 * -(-len(arms) // 3))
    panels = figure.subplots(3, len(models), squeeze=False, sharey="row")
    for row, (column, title, logarithmic) in zip(panels, LAYERS, strict=True):
        row[0].set_ylabel(title)
        for axes, model in zip(row, models, strict=True):
            for index, arm in enumerate(arms):
                chosen = (last["model"] == model) & (last["arm"] == arm) & last[column].notna()
                values = last.loc[chosen, column].to_numpy() * (100 if column == "dead" else 1)
                axes.plot(
                    np.arange(1, len(values) + 1),
                    values,
                    marker=marker(index),
                    ms=4,
                    lw=1,
                    color=colour(index),
                )
            if logarithmic:
                log_scale(axes, "y")
            axes.xaxis.get_major_locator().set_params(integer=True)
    for axes, model in zip(panels[0], models, strict=True):
        axes.set_title(shorten(model, 24))
    for axes in panels[-1]:
        axes.set_xlabel("Layer, counted from the input")
    put_legend(
        figure,
        [
            Line2D([], [], color=colour(i), marker=marker(i), lw=1, label=shorten(arm, 30))
            for i, arm in enumerate(arms)
        ],
    )
    return figure
