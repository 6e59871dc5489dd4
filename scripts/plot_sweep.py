"""Figures of a sweep: its course, the settings of each trial, and which of them mattered."""

from pathlib import Path

import pandas as pd

from chrysalis.report.figures.saving import save_drawn
from chrysalis.report.figures.sweep import (
    plot_importance,
    plot_parallel,
    plot_search,
    tabulate_search,
)
from chrysalis.workflow import arguments, cli


def main(args) -> None:
    """Write search, parallel and importance, each a figure and its table."""
    job = arguments.job(args)
    folder = job.paths.sweep(job.run)
    trials = pd.read_csv(folder / "trials.csv")
    importances = pd.read_csv(folder / "importances.csv")
    search = tabulate_search(trials)
    save_drawn(
        {
            "search": (search, plot_search(search)),
            "parallel": (trials, plot_parallel(trials, job.sweep())),
            "importance": (importances, plot_importance(importances)),
        },
        args.output,
    )


if __name__ == "__main__":
    parser = cli.parser(__doc__)
    arguments.add_run(parser)
    parser.add_argument("--output", type=Path, required=True, help="folder for the figures")
    cli.run(main, parser)
