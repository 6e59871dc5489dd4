"""Figures of how the arms of an experiment train, and a table of each arm in a line."""

from pathlib import Path

from chrysalis.records.paths import StudyPaths
from chrysalis.records.study import ExperimentRecord
from chrysalis.report.figures.arm_dynamics import draw_dynamics, read_dynamics
from chrysalis.report.figures.dynamics import summarise
from chrysalis.report.figures.saving import save_drawn
from chrysalis.workflow import cli


def main(args) -> None:
    """Write three figures with their tables, and summary.csv."""
    paths, experiment = StudyPaths(args.results), ExperimentRecord.read(args.experiment)
    tables = read_dynamics(
        {(one.model, one.arm): paths.training(one.run, args.seed) for one in experiment.arm_runs}
    )
    output = paths.experiment(experiment.name).folder / "plot_dynamics"
    save_drawn(draw_dynamics(tables), output)
    summarise(**tables).to_csv(output / "summary.csv", index=False)


if __name__ == "__main__":
    parser = cli.parser(__doc__)
    parser.add_argument("--results", type=Path, required=True, help="the study's results")
    parser.add_argument("--experiment", type=Path, required=True, help="the experiment, .json")
    parser.add_argument("--seed", type=int, required=True)
    cli.run(main, parser)
