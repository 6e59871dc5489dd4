"""An experiment's tables and verdicts from the predictions of its runs."""

from pathlib import Path

from chrysalis.evaluation.experiment import analyse
from chrysalis.records.paths import StudyPaths
from chrysalis.records.study import ExperimentRecord
from chrysalis.workflow import arguments, cli


def main(args) -> None:
    """Write a CSV for each table, and experiment.json."""
    record, paths = ExperimentRecord.read(args.experiment), StudyPaths(args.results)
    found = analyse(record, paths, args.seeds, args.threshold)
    found.write(paths.experiment(record.name))


if __name__ == "__main__":
    parser = cli.parser(__doc__)
    parser.add_argument("--results", type=Path, required=True, help="the study's results")
    parser.add_argument("--experiment", type=Path, required=True, help="the experiment, .json")
    arguments.add_seeds(parser)
    parser.add_argument("--threshold", type=float, required=True, help="as a fraction")
    cli.run(main, parser)
