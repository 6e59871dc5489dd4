"""Figures of how the arms of an experiment train."""

from pathlib import Path

from chrysalis.evaluation.dynamics import read_traces
from chrysalis.records.dynamics import DYNAMICS_EFFECTS
from chrysalis.records.paths import StudyPaths
from chrysalis.records.study import ExperimentRecord
from chrysalis.report.figures.arm_dynamics import draw_dynamics, tabulate_traces
from chrysalis.report.figures.saving import save_drawn
from chrysalis.workflow import arguments, cli


def main(args) -> None:
    """Write the figures with their tables."""
    paths, experiment = StudyPaths(args.results), ExperimentRecord.read(args.experiment)
    folder = paths.experiment(experiment.name)
    tables = tabulate_traces(read_traces(experiment, paths, args.seeds))
    effects = DYNAMICS_EFFECTS.read_frame(folder.dynamics("effects"))
    save_drawn(draw_dynamics(tables, effects), folder.folder / "plot_dynamics")


if __name__ == "__main__":
    parser = cli.parser(__doc__)
    parser.add_argument("--results", type=Path, required=True, help="the study's results")
    parser.add_argument("--experiment", type=Path, required=True, help="the experiment, .json")
    arguments.add_seeds(parser)
    cli.run(main, parser)
