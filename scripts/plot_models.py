"""Figures of the study's models: training curves, calibration, the best one's confusion matrix."""

from pathlib import Path

import pandas as pd

from chrysalis.evaluation.summary import (
    best_by_validation,
    read_metrics,
    run_folders,
    sum_confusion,
)
from chrysalis.report.figures.models import plot_confusion, plot_curves, tabulate_curves
from chrysalis.report.figures.reliability import plot_reliability, pool_reliability
from chrysalis.report.figures.style import save_figure
from chrysalis.workflow import cli


def main(args) -> None:
    """Write the figures, each with its table."""
    folders = run_folders(args.runs, args.names, args.seeds)
    histories = {
        model: [pd.read_csv(folder / "train/history.csv") for folder in seeds]
        for model, seeds in folders.items()
    }
    args.output.mkdir(parents=True, exist_ok=True)
    tabulate_curves(histories).to_csv(args.output / "curves.csv", index=False)
    save_figure(plot_curves(histories), args.output / "curves.svg")
    reliability = pool_reliability(
        {
            model: [pd.read_csv(folder / "evaluate/reliability.csv") for folder in seeds]
            for model, seeds in folders.items()
        }
    )
    reliability.to_csv(args.output / "reliability.csv", index=False)
    save_figure(plot_reliability(reliability), args.output / "reliability.svg")
    metrics = {model: [read_metrics(run) for run in seeds] for model, seeds in folders.items()}
    counts = sum_confusion(folders[best_by_validation(metrics)])
    counts.to_csv(args.output / "confusion.csv", index=False)
    save_figure(plot_confusion(counts), args.output / "confusion.svg")


if __name__ == "__main__":
    parser = cli.parser(__doc__)
    parser.add_argument("--runs", type=Path, required=True, help="folder of runs")
    parser.add_argument("--names", nargs="+", required=True, help="a run for each model")
    parser.add_argument("--seeds", type=int, nargs="+", required=True)
    parser.add_argument("--output", type=Path, required=True, help="folder for the figures")
    cli.run(main, parser)
