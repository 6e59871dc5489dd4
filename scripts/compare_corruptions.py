"""An experiment's arms on corrupted test images: accuracies, differences and verdicts."""

from pathlib import Path

from chrysalis.evaluation.corruptions import compare_corruptions
from chrysalis.records.paths import StudyPaths
from chrysalis.records.study import ExperimentRecord
from chrysalis.workflow import arguments, cli


def main(args) -> None:
    """Write a CSV for each table."""
    record, paths = ExperimentRecord.read(args.experiment), StudyPaths(args.results)
    found = compare_corruptions(record, paths, args.seeds)
    found.write(paths.experiment(record.name))


if __name__ == "__main__":
    parser = cli.parser(__doc__)
    parser.add_argument("--results", type=Path, required=True, help="the study's results")
    parser.add_argument("--experiment", type=Path, required=True, help="the experiment, .json")
    arguments.add_seeds(parser)
    cli.run(main, parser)
