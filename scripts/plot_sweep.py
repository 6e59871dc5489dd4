"""Figures of a sweep: its course, the settings of each trial, and which of them mattered."""

import json
from pathlib import Path

import pandas as pd

from chrysalis.config.run import RunSettings
from chrysalis.report.figures.style import save_figure
from chrysalis.report.figures.sweep import (
    plot_importance,
    plot_parallel,
    plot_search,
    tabulate_search,
)
from chrysalis.workflow import cli


def main(args) -> None:
    """Write search, parallel and importance, each a figure and its table."""
    sweep = RunSettings.model_validate(json.loads(args.settings)).sweep
    trials = pd.read_csv(args.sweep / "trials.csv")
    importances = pd.read_csv(args.sweep / "importances.csv")
    search = tabulate_search(trials)
    args.output.mkdir(parents=True, exist_ok=True)
    for name, table, figure in (
        ("search", search, plot_search(search)),
        ("parallel", trials, plot_parallel(trials, sweep)),
        ("importance", importances, plot_importance(importances)),
    ):
        table.to_csv(args.output / f"{name}.csv", index=False)
        save_figure(figure, args.output / f"{name}.svg")


if __name__ == "__main__":
    parser = cli.parser(__doc__)
    parser.add_argument("--sweep", type=Path, required=True, help="folder of the sweep's tables")
    parser.add_argument("--settings", required=True, help="settings with the sweep, as JSON")
    parser.add_argument("--output", type=Path, required=True, help="folder for the figures")
    cli.run(main, parser)
