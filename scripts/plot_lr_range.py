"""Figure of the models' learning rate range tests, with the rate that each is trained with."""

from pathlib import Path

import pandas as pd

from chrysalis.evaluation.summary import run_folders
from chrysalis.report.figures.lr_range import plot_lr_range, steepest
from chrysalis.report.figures.style import save_figure
from chrysalis.workflow import cli


def main(args) -> None:
    """Write the figure and its table."""
    folders = run_folders(args.runs, args.names, [args.seed])
    tests = {m: pd.read_csv(runs[0] / "lr_range/lr_range.csv") for m, runs in folders.items()}
    args.output.parent.mkdir(parents=True, exist_ok=True)
    rates = dict(zip(tests, args.rates, strict=True))
    parts = [
        test.assign(model=model, trained_with=rates[model], steepest=steepest(test))
        for model, test in tests.items()
    ]
    pd.concat(parts).to_csv(args.output.with_suffix(".csv"), index=False)
    save_figure(plot_lr_range(tests, rates), args.output)


if __name__ == "__main__":
    parser = cli.parser(__doc__)
    parser.add_argument("--runs", type=Path, required=True, help="folder of runs")
    parser.add_argument("--names", nargs="+", required=True, help="a run for each model")
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--rates", type=float, nargs="+", required=True, help="peak rates used")
    parser.add_argument("--output", type=Path, required=True, help="the figure, .svg")
    cli.run(main, parser)
