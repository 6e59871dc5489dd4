"""Whether a study's maps are right, and whether its networks look at the background."""

from pathlib import Path

from chrysalis.evaluation.judged_maps import judge_maps
from chrysalis.records.paths import StudyPaths
from chrysalis.records.study import StudyRecord
from chrysalis.workflow import cli


def main(args) -> None:
    """Write a CSV for each table."""
    judge_maps(StudyRecord.read(args.study), StudyPaths(args.results))


if __name__ == "__main__":
    parser = cli.parser(__doc__)
    parser.add_argument("--results", type=Path, required=True, help="the study's results")
    parser.add_argument("--study", type=Path, required=True, help="the study's record")
    cli.run(main, parser)
