"""A dataset in charts: images per class and split."""

from __future__ import annotations

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from chrysalis.report.figures.style import (
    ROW,
    STYLE,
    colour,
    label_rows,
    new_figure,
    put_legend,
    shorten,
)

SPLITS = ("train", "val", "test")


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
    axes.xaxis.set_major_formatter("{x:,.0f}")
    axes.grid(visible=False, axis="y")
    put_legend(figure, [Patch(color=colour(i), label=name) for i, name in enumerate(SPLITS)])
    return figure
