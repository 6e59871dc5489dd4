"""What each arm gained by tuning: the best validation accuracy to expect of so many trials."""

from __future__ import annotations

import matplotlib as mpl
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from chrysalis.config.sweep import RANDOM_TRIALS
from chrysalis.report.figures.style import STYLE, colour, dash, new_figure, put_legend
from chrysalis.stats.budget import expected_best


def tabulate_tuning(trials: dict[tuple[str, str], pd.DataFrame]) -> pd.DataFrame:
    """A row for each arm and number of trials; `trials` holds trials.csv by model and arm.

    Columns model, arm, trials, and expected_best: the highest validation accuracy (fraction) to
    expect of so many trials with settings drawn at random (see `stats.budget`). Only the trials
    that were drawn at random count. One that was pruned has its accuracy up to there, and one that
    diverged has 0.
    """
    rows = []
    for (model, arm), table in trials.items():
        drawn = table.loc[table["number"] < RANDOM_TRIALS, "val_top1"].fillna(0.0)
        rows += [
            {"model": model, "arm": arm, "trials": count, "expected_best": best}
            for count, best in enumerate(expected_best(drawn.to_numpy()), start=1)
        ]
    return pd.DataFrame(rows)


@mpl.rc_context(STYLE)
def plot_tuning(table: pd.DataFrame) -> Figure:
    """A line for each model and arm of `tabulate_tuning`."""
    figure = new_figure(3.8)
    axes = figure.subplots()
    several = table["model"].nunique() > 1
    handles = []
    for index, (line, rows) in enumerate(table.groupby(["model", "arm"], sort=False)):
        label = ": ".join(line) if several else line[1]
        handles += axes.plot(
            rows["trials"],
            100 * rows["expected_best"],
            label=label,
            color=colour(index),
            linestyle=dash(index),
            marker=".",
        )
    axes.set(xlabel="Trials", ylabel="Expected best validation accuracy (%)")
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    put_legend(figure, handles, columns=3)
    return figure
