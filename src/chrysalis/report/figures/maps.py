"""Maps against the centred Gaussian, and accuracies on images with another background."""

from __future__ import annotations

import matplotlib as mpl
import pandas as pd
from matplotlib.figure import Figure

from chrysalis.records.maps import LOWER_IS_BETTER, MAP_EFFECTS, VARIANT_ACCURACIES, VARIANTS
from chrysalis.records.paths import StudyPaths
from chrysalis.report.figures.saving import Drawn
from chrysalis.report.figures.style import (
    ROW,
    STYLE,
    colour,
    label_rows,
    marker,
    new_figure,
    put_legend,
    shorten,
)

METHODS = {
    "grad_cam": "Grad-CAM",
    "grad_cam_plus_plus": "Grad-CAM++",
    "layer_cam": "Layer-CAM",
    "eigen_cam": "Eigen-CAM",
}
MEASURES = {
    "energy": "Energy inside",
    "pointing": "Pointing game",
    "iou_best": "IoU, best threshold",
    "deletion": "Deletion, turned around",
    "insertion": "Insertion",
    "road": "ROAD",
}
VARIANT_NAMES = [
    "As it is",
    "Background\ngrey",
    "Background\nblurred",
    "Background\nreplaced",
    "Object\nremoved",
]
PANELS_PER_ROW = 3


def draw_maps(paths: StudyPaths) -> Drawn:
    """The figures of the tables effects and variants, with those tables."""
    effects = MAP_EFFECTS.read_frame(paths.judged_maps("effects"))
    effects = effects[effects["method"].isin(METHODS)]
    variants = VARIANT_ACCURACIES.read_frame(paths.judged_maps("variants"))
    return {
        "maps": (effects, plot_effects(effects)),
        "backgrounds": (variants, plot_variants(variants)),
    }


@mpl.rc_context(STYLE)
def plot_effects(effects: pd.DataFrame) -> Figure:
    """A panel for each measure of `MAP_EFFECTS`, a row for each method, a colour for each model.

    Right of zero is better than the centred Gaussian.
    """
    measures = [name for name in MEASURES if (effects["measure"] == name).any()]
    models = list(dict.fromkeys(effects["model"]))
    rows = -(-len(measures) // PANELS_PER_ROW)
    height = 0.7 + rows * (0.7 + ROW * len(METHODS) * (0.6 + 0.4 * len(models)))
    figure = new_figure(height + 0.3)
    panels = figure.subplots(rows, PANELS_PER_ROW, squeeze=False, sharey=True)
    for axes in panels.flat[len(measures) :]:
        axes.set_visible(False)
    for axes, measure in zip(panels.flat, measures, strict=False):
        axes.axvline(0, color="#495057", lw=1)
        sign = -100 if measure in LOWER_IS_BETTER else 100
        for index, model in enumerate(models):
            own = effects[(effects["model"] == model) & (effects["measure"] == measure)]
            own = own.set_index("method").reindex(METHODS)
            centre, ends = sign * own["effect"], sign * own[["low", "high"]].to_numpy()
            reach = abs(ends - centre.to_numpy()[:, None]).T
            reach = reach if sign > 0 else reach[::-1]
            places = [n + 0.7 * ((index + 0.5) / len(models) - 0.5) for n in range(len(METHODS))]
            axes.errorbar(
                *(centre, places),
                xerr=reach,
                fmt=marker(index),
                color=colour(index),
                capsize=2.5,
                ms=4.5,
                label=shorten(model, 30),
            )
        axes.set_title(MEASURES[measure])
        label_rows(axes, list(METHODS.values()))
        axes.grid(visible=False, axis="y")
    for axes in panels[-1]:
        axes.set_xlabel("Better by (points)")
    if measures:
        put_legend(figure, panels.flat[0].get_legend_handles_labels()[0])
    return figure


@mpl.rc_context(STYLE)
def plot_variants(variants: pd.DataFrame) -> Figure:
    """A panel for each model of `VARIANT_ACCURACIES`, a line for each class; a betrayed one stays
    high where the object is removed. A line of text if no image has a mask.
    """
    if variants.empty:
        figure = new_figure(0.8)
        figure.text(0.02, 0.5, "The images have no masks.", va="center")
        return figure
    models = list(dict.fromkeys(variants["model"]))
    figure = new_figure(0.4 + 3.1 * len(models))
    panels = figure.subplots(len(models), 1, squeeze=False, sharex=True).ravel()
    for axes, model in zip(panels, models, strict=True):
        own = variants[variants["model"] == model]
        table = own.pivot(index="class", columns="variant", values="accuracy")[list(VARIANTS)]
        last = table.drop(index="")["object_removed"]
        for name, values in table.iterrows():
            stands_out = name == last.idxmax()
            plain = {"color": "#ADB5BD", "lw": 1.0, "zorder": 1}
            strong = {"color": colour(0), "lw": 2.2, "marker": "o", "ms": 4, "zorder": 3}
            overall = {"color": "#212529", "lw": 2.0, "linestyle": "--", "zorder": 2}
            label = "all classes" if not name else shorten(name, 40) if stands_out else None
            style = overall if not name else strong if stands_out else plain
            axes.plot(range(len(VARIANTS)), 100 * values, label=label, **style)
        axes.set_title(shorten(model, 60))
        axes.set_ylabel("Accuracy (%)")
        axes.set_ylim(-2, 102)
        axes.legend(loc="upper right")
    panels[-1].set_xticks(range(len(VARIANTS)), VARIANT_NAMES)
    return figure
