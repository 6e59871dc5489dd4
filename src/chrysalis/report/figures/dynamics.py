"""How arms train: bands of the loss, the landscape along the gradient, layers."""

from __future__ import annotations

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from chrysalis.evaluation.traces import COMPARED, windows
from chrysalis.report.figures.style import (
    GREY,
    ROW,
    STYLE,
    colour,
    dash,
    label_rows,
    log_scale,
    marker,
    new_figure,
    put_legend,
    shorten,
)

LANDSCAPE = (
    ("loss_low", "loss_high", "Loss along\nthe gradient"),
    ("change_low", "change_high", "Change of\nthe gradient"),
    ("smoothness", "smoothness", "Effective\nbeta-smoothness"),
    ("difference_mean", "difference_farthest", "Largest gradient\ndifference"),
    ("predictiveness", "predictiveness", "Predictiveness,\nfixed step"),
)
LOOKED = list(dict.fromkeys(name for low, high, _ in LANDSCAPE for name in (low, high)))
LAYERS = (
    ("sd", "Activation sd", False),
    ("dead", "Dead units (%)", False),
    ("ratio", "Gradient / weight", True),
)


def tabulate_bands(steps: pd.DataFrame) -> pd.DataFrame:
    """Least and largest loss over the arms of each model, from the steps of all trainings.

    The loss of each training is first averaged over `traces.WINDOWS` equal parts, and low and high
    are then averaged over the seeds. Columns model, step (the last of a part), low, high, arms (the
    most that one seed has there; arms that diverged have ended).
    """
    length = int(steps["step"].max() + 1)
    keys = ["model", "arm", "seed"]
    parts = pd.concat(
        [
            windows(rows, length).assign(**dict(zip(keys, names, strict=True)))
            for names, rows in steps.groupby(keys, sort=False)
        ]
    )
    of_seed = parts.groupby(["model", "step", "seed"], sort=False)["loss"].agg(
        low="min", high="max", arms="size"
    )
    return (
        of_seed.groupby(["model", "step"], sort=False)
        .agg({"low": "mean", "high": "mean", "arms": "max"})
        .reset_index()
    )


def tabulate_looks(steps: pd.DataFrame) -> pd.DataFrame:
    """The steps at which the landscape was observed: model, arm, step, seeds, and the median of
    each metric over the seeds."""
    looks = steps.dropna(subset=["smoothness"]).groupby(["model", "arm", "step"], sort=False)
    return looks[LOOKED].median().assign(seeds=looks.size()).reset_index()


def tabulate_layers(layers: pd.DataFrame) -> pd.DataFrame:
    """The layers after the last epoch, averaged over the seeds: model, arm, layer, sd, dead and
    ratio."""
    training = layers.groupby(["model", "arm", "seed"])["epoch"]
    last = layers[layers["epoch"] == training.transform("max")]
    columns = [name for name, _, _ in LAYERS]
    return last.groupby(["model", "arm", "layer"], sort=False)[columns].mean().reset_index()


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
    """What was seen along the gradient, from `tabulate_looks`; a column per model."""
    models, arms = (list(dict.fromkeys(looks[name])) for name in ("model", "arm"))
    figure = new_figure(9.2 + 0.22 * -(-len(arms) // 3))
    panels = figure.subplots(len(LANDSCAPE), len(models), squeeze=False, sharex=True, sharey="row")
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
    """Activations, dead units and gradients, from `tabulate_layers`; a column per model."""
    models, arms = (list(dict.fromkeys(layers[name])) for name in ("model", "arm"))
    figure = new_figure(6.4 + 0.22 * -(-len(arms) // 3))
    panels = figure.subplots(3, len(models), squeeze=False, sharey="row")
    for row, (column, title, logarithmic) in zip(panels, LAYERS, strict=True):
        row[0].set_ylabel(title)
        for axes, model in zip(row, models, strict=True):
            for index, arm in enumerate(arms):
                own = layers[(layers["model"] == model) & (layers["arm"] == arm)]
                values = own[column].dropna().to_numpy() * (100 if column == "dead" else 1)
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


@mpl.rc_context(STYLE)
def plot_ratios(effects: pd.DataFrame) -> Figure:
    """Each measure's ratio to the baseline with its interval, from `tabulate_ratios`."""
    figure = new_figure(1.6 + 1.2 * ROW * max(1, len(effects)))
    axes = figure.subplots()
    axes.axvline(1, color="#495057", lw=1)
    subjects = list(dict.fromkeys(effects["subject"]))
    for row, effect in enumerate(effects.itertuples()):
        paint = colour(subjects.index(effect.subject))
        axes.plot([effect.low, effect.high], [row, row], color=paint)
        clear = effect.outcome in ("lower", "higher")
        axes.plot(effect.effect, row, "o", ms=8, color=paint, mfc=paint if clear else "w")
    log_scale(axes, "x")
    if len(effects):
        label_rows(axes, [shorten(COMPARED[name].title, 42) for name in effects["measure"]])
    axes.set_xlabel("Ratio to the baseline (below 1 is lower)")
    axes.grid(visible=False, axis="y")
    sides = [
        Line2D([], [], color=colour(i), lw=4, label=shorten(subject))
        for i, subject in enumerate(subjects)
    ]
    marks = [
        Line2D([], [], marker="o", color=GREY, label="lower or higher"),
        Line2D([], [], marker="o", color=GREY, mfc="w", label="neither shown"),
    ]
    put_legend(figure, [*sides, *marks])
    return figure


def tabulate_ratios(effects: pd.DataFrame) -> pd.DataFrame:
    """The comparisons by ratio that came to a number."""
    return effects[
        (effects["scale"] == "ratio") & np.isfinite(effects["effect"].astype(float))
    ].drop(columns="sentence")
