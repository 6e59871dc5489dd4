"""Compare how the arms of an experiment train, from their traced trainings."""

from pathlib import Path

from chrysalis.evaluation.dynamics import analyse_dynamics
from chrysalis.records.paths import StudyPaths
from chrysalis.records.study import ExperimentRecord
from chrysalis.workflow import arguments, cli


def main(args) -> None:
    """Write summary.csv, effects.csv and diverged.csv."""
    record, paths = ExperimentRecord.read(args.experiment), StudyPaths(args.results)
    analyse_dynamics(record, paths, args.seeds).write(paths.experiment(record.name))


if __name__ == "__main__":
    parser = cli.parser(__doc__)
    parser.add_argument("--results", type=Path, required=True, help="the study's results")
    parser.add_argument("--experiment", type=Path, required=True, help="the experiment, .json")
    arguments.add_seeds(parser)
    cli.run(main, parser)
