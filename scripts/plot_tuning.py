"""What each arm gained by tuning: the best validation accuracy to expect of so many trials."""

from pathlib import Path

import pandas as pd

from chrysalis.records.paths import StudyPaths
from chrysalis.records.study import ExperimentRecord
from chrysalis.report.figures.saving import save_drawn
from chrysalis.report.figures.tuning import plot_tuning, tabulate_tuning
from chrysalis.workflow import cli


def main(args) -> None:
    """Write the figure and its table."""
    experiment = ExperimentRecord.read(args.experiment)
    paths = StudyPaths(args.results)
    trials = {
        (arm_run.model, arm_run.arm): pd.read_csv(paths.sweep(arm_run.run) / "trials.csv")
        for arm_run in experiment.arm_runs
        if arm_run.run in experiment.swept_runs
    }
    table = tabulate_tuning(trials)
    folder = paths.experiment(experiment.name).folder / "plot_tuning"
    save_drawn({"tuning": (table, plot_tuning(table))}, folder)


if __name__ == "__main__":
    parser = cli.parser(__doc__)
    parser.add_argument("--results", type=Path, required=True, help="the study's results")
    parser.add_argument("--experiment", type=Path, required=True, help="the experiment, .json")
    cli.run(main, parser)
